import cv2
import numpy as np
import pytest

from mnist_app.digits.generated import pages
from mnist_app.digits.generated.kinds import Kind
from mnist_app.digits.generated.paper_and_light import paste_cut_outs
from mnist_app.digits.generated.sheet import Sheet

RED = 200, 20, 30  # of the thing that can be pasted
WITHOUT_DIGITS = {"words", "empty", "photo", "illustration"}


@pytest.fixture(params=["pip", "sources"])
def any_maker(request, maker, rich_maker):
    return maker if request.param == "pip" else rich_maker


@pytest.mark.parametrize("family", [*pages.FAMILIES, "strokes"])
def test_a_page_tells_the_truth_about_its_pixels(any_maker, family):
    for seed in range(6):
        page = any_maker.draw_strokes(seed) if family == "strokes" else any_maker.draw(seed, (240, 320), family)
        assert page.picture.shape == (*page.kind.shape, 3)
        assert page.picture.dtype == np.uint8
        assert set(np.unique(page.kind)) <= set(map(int, Kind))
        assert (page.kind[page.owner > 0] == Kind.DIGIT).all()
        assert len(page.labels) == len(page.boxes) == len(page.shares)
        for number, (x, y, w, h) in enumerate(page.boxes, 1):
            rows, columns = np.nonzero(page.owner == number)
            if len(rows):
                assert (columns.min(), rows.min()) == (x, y)
                assert (columns.max() - x + 1, rows.max() - y + 1) == (w, h)
            else:
                assert w == h == 0
        assert not (family in WITHOUT_DIGITS and len(page.labels))


def test_the_same_seed_gives_the_same_page(maker):
    one, again, other = (maker.draw(seed, family="rows") for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.picture, again.picture)
    np.testing.assert_array_equal(one.boxes, again.boxes)
    assert not np.array_equal(one.picture, other.picture)


def test_a_digit_that_is_drawn_is_darker_than_its_paper(maker):
    contrasts = []
    for seed in range(20):
        page = maker.draw(seed, family="alone")
        grey = page.picture.mean(axis=2)
        contrasts.append(abs(np.median(grey[page.owner > 0]) - np.median(grey[page.owner == 0])))
    assert np.median(contrasts) > 40


def test_families_share_all_pages(maker):
    drawn = {maker.draw(seed, (96, 96)).family for seed in range(150)}
    assert drawn == set(pages.FAMILIES)


def test_on_the_canvas_ink_is_black_and_paper_white(maker):
    for seed in range(6):
        page = maker.draw_strokes(seed)
        assert page.family in pages.DRAWN
        assert page.kind.shape in pages.CANVASES
        assert np.ptp(page.picture, axis=2).max() == 0
        assert page.picture[page.owner > 0].max(initial=0) < 170, "a pixel is ink from a third of it on"
        assert page.picture.min() == (0 if page.kind.any() else 255)
        assert (page.picture[page.kind == Kind.PAPER] == 255).mean() > 0.9


def test_printed_text_is_print_and_a_digit_in_it_is_doubtful(rich_maker):
    kinds = {int(kind) for seed in range(8) for kind in np.unique(rich_maker.draw(seed, family="print").kind)}
    assert {Kind.PRINT, Kind.DOUBTFUL, Kind.DIGIT} <= kinds


def test_things_that_are_pasted_are_pictures_where_they_are_opaque(rich_maker):
    sheet = Sheet(np.full((200, 200, 3), 255, np.float32))
    sheet.owner[:] = 1
    paste_cut_outs(sheet, np.random.default_rng(0), rich_maker.cut_outs, 1, large=True)
    red = np.abs(sheet.picture - RED).max(axis=2) < 3
    assert red.sum() > 500
    assert (sheet.kind[red] == Kind.PICTURE).all()
    assert (sheet.owner[red] == 0).all()
    assert (sheet.kind[(sheet.picture == 255).all(axis=2)] == Kind.PAPER).all()
    assert (sheet.owner == 1).any()


def test_a_contact_sheet_shows_its_pages(maker):
    shown = pages.contact_sheet(maker, columns=3, rows=2, side=50)
    assert shown.shape == (100, 150, 3)
    first = maker.draw((0, 4)).picture  # in the second row, the second of three
    small = cv2.resize(first, (46, 46), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(shown[52:98, 52:98], small)
    assert (shown[:, ::50] == 128).all()
