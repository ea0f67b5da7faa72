import numpy as np
import pytest

from mnist_app.digits.generated import pages
from mnist_app.digits.generated.kinds import Kind

WITHOUT_DIGITS = {"words", "empty", "photo", "illustration"}


@pytest.mark.parametrize("family", pages.FAMILIES)
def test_a_page_tells_the_truth_about_its_pixels(maker, family):
    for seed in range(4):
        page = maker.draw(seed, (240, 320), family)
        assert page.picture.shape == (240, 320, 3)
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
