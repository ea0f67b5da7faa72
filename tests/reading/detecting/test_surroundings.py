import numpy as np
import pytest

from mnist_app.reading.detecting.surroundings import CHANNELS, FAR, FILE, NEAR, SEEN, SIDE, Surroundings, draw_views
from mnist_app.reading.segmentation import Blob

OWN, BESIDE, AROUND = range(CHANNELS)


@pytest.fixture
def page():
    """A bar, one that touches it from below, and one far away at the same height."""
    ink = np.zeros((400, 600), bool)
    ink[180:220, 100:110] = ink[220:260, 100:110] = ink[180:220, 200:210] = True
    return ink


def bar(x: int, y: int) -> Blob:
    return Blob((x, y, 10, 40), np.ones((40, 10), bool))


def test_own_ink_other_ink_and_what_is_far(page):
    (view,) = draw_views([bar(100, 180)], page)
    assert view.shape == (SIDE, SIDE, CHANNELS)
    scale = (SIDE / (NEAR * 40)) ** 2 * 255
    assert view[..., OWN].sum() == pytest.approx(40 * 10 * scale, rel=0.1)
    below = (NEAR - 1) / 2 * 40  # rows of the other bar that are near enough
    assert view[..., BESIDE].sum() == pytest.approx(below * 10 * scale, rel=0.15)
    assert view[: SIDE // 2, :, BESIDE].sum() == 0
    assert view[..., AROUND].sum() == pytest.approx(3 * 40 * 10 * (SIDE / (FAR * 40)) ** 2 * 255, rel=0.1)


def test_beyond_the_page_there_is_no_ink():
    ink = np.zeros((60, 40), bool)
    ink[:40, :10] = ink[20:, 30:] = True
    for view in draw_views([bar(0, 0), bar(30, 20)], ink):
        assert view[..., OWN].max() > 200
        assert view[..., AROUND].any()
    assert not draw_views([bar(0, 0)], ink)[0, : SIDE // 6].any()


@pytest.mark.parametrize("shape", [(1, 900), (900, 1)])
def test_a_strip_of_a_pixel_has_surroundings_too(shape):
    strip = np.ones(shape, bool)
    (view,) = draw_views([Blob((0, 0, *shape[::-1]), strip)], strip)
    assert view[..., OWN].any()
    assert view[..., AROUND].any()


def test_it_learns_whether_a_stroke_goes_on(tmp_path):
    from mnist_app.reading.detecting.surroundings_training import train_surroundings

    rng = np.random.default_rng(0)
    pages, truths = [], []
    for _ in range(150):
        ink, goes_on = np.zeros((200, 300), bool), rng.integers(0, 2, 4)
        blobs = [bar(40 + 60 * i, int(rng.integers(50, 90))) for i in range(4)]
        for blob, more in zip(blobs, goes_on, strict=True):
            x, y, w, h = blob.box
            ink[y : y + h + 30 * more, x : x + w] = True
        pages.append(draw_views(blobs, ink))
        truths.append(1 - goes_on)
    trained = train_surroundings(pages[:100], truths[:100], tmp_path, epochs=12)
    seen, truth = np.concatenate([trained.see(views) for views in pages]), np.concatenate(truths)
    assert seen.shape == (600, SEEN)
    weights, *_ = np.linalg.lstsq(np.c_[seen, np.ones(600)][:400], truth[:400], rcond=None)
    said = np.c_[seen, np.ones(600)][400:] @ weights > 0.5
    assert np.mean(said == truth[400:]) > 0.95
    np.testing.assert_array_equal(Surroundings(tmp_path / FILE).see(pages[0]), trained.see(pages[0]))


def test_each_candidate_is_seen_once_an_epoch_with_its_truth_and_weight():
    from mnist_app.reading.detecting.surroundings_training import BATCH, SHIFT, _batches

    number = np.arange(BATCH + 10)
    x = np.zeros((len(number), SIDE, SIDE, CHANNELS), np.uint8)
    x[:, SIDE // 2, SIDE // 2, OWN] = 1 + number % 250
    batches = list(_batches(x, number % 2, number / 10, epochs=2))
    assert [len(truth) for _, truth, _ in batches] == [BATCH, 10] * 2
    for epoch in (batches[:2], batches[2:]):
        views, truth, weight = (np.concatenate(part) for part in zip(*epoch, strict=True))
        seen = np.rint(weight * 10).astype(int)
        np.testing.assert_array_equal(np.sort(seen), number)
        np.testing.assert_array_equal(truth, seen % 2)
        np.testing.assert_array_equal(views.max(axis=(1, 2, 3)), 1 + seen % 250)
        _, rows, columns, _ = np.nonzero(views)
        assert np.abs(np.array([rows, columns]) - SIDE // 2).max() <= SHIFT
    assert (batches[0][2] != batches[2][2]).any(), "in another order"
