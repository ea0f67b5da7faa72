import numpy as np
import pytest

from mnist_app.digits import circumstances
from mnist_app.digits.circumstances import CIRCUMSTANCES, meet, show
from mnist_app.digits.frame import crop_to_ink, normalise_stroke


@pytest.fixture
def images(mnist_test):
    return mnist_test[0][:60]


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def ink_box(image: np.ndarray) -> tuple[int, int]:
    """Width and height of what is ink."""
    columns, rows = (np.flatnonzero((image > 60).any(axis=axis)) for axis in (0, 1))
    return np.ptp(columns) + 1, np.ptp(rows) + 1


@pytest.mark.parametrize("change", [one.change for one in CIRCUMSTANCES], ids=lambda change: change.__name__)
def test_every_circumstance_changes_digits_and_frames_them(images, change):
    shown = np.stack([show(image, [change], np.random.default_rng(i)) for i, image in enumerate(images)])
    assert (shown.shape, shown.dtype) == (images.shape, np.uint8)
    assert (shown != images).any(axis=(1, 2)).mean() > 0.9
    assert (shown.reshape(60, -1).max(axis=1) > 150).all()
    assert max(max(ink_box(image)) for image in shown) <= 20
    assert np.array_equal(shown[3], show(images[3], [change], np.random.default_rng(3)))


def test_digits_stay_readable(mnist_test, classifier):
    images, labels = mnist_test[0][:400], mnist_test[1][:400]
    shown = meet(images, rng())
    assert (classifier.predict(shown).y_prob.argmax(axis=1) == labels).mean() > 0.9


def test_originals_stay_and_the_same_seed_gives_the_same(images):
    before = images.copy()
    assert np.array_equal(meet(images, rng()), meet(images, rng()))
    assert np.array_equal(images, before)


def test_without_ink_there_is_nothing_to_change():
    blank = np.zeros((3, 28, 28), np.uint8)
    assert np.array_equal(meet(blank, rng()), blank)
    assert meet(blank[:0], rng()).shape == (0, 28, 28)


def test_boxes_come_in_every_shape_and_half_of_them_square(images):
    wide = images[[image.any(axis=0).sum() > 12 for image in images]]
    generator = rng()
    aspects = np.array(
        [np.divide(*ink_box(show(i, [circumstances.reshape_box], generator))) for i in np.tile(wide, (4, 1, 1))]
    )
    assert np.quantile(aspects, 0.02) < 0.65
    assert np.quantile(aspects, 0.98) > 1.5
    assert (np.abs(aspects - 1) < 0.08).mean() > 0.45


def test_a_bar_is_stretched_but_stays_a_bar():
    bar = np.zeros((28, 28), np.uint8)
    bar[4:24, 13:15] = 255
    for seed in range(20):
        width, height = ink_box(show(bar, [circumstances.reshape_box], np.random.default_rng(seed)))
        assert width <= 7
        assert height == 20


def test_a_scan_has_at_most_16_pixels_a_side_and_some_are_black_and_white():
    ink = np.zeros((80, 60), np.uint8)
    ink[10:70, 10:20] = 255
    ink[60:70, 10:50] = 255
    scans = [circumstances.scan(ink, np.random.default_rng(seed)) for seed in range(60)]
    blocky = [scan for scan in scans if len(np.unique(scan)) == 2]
    assert 5 < len(blocky) < 40
    for scan in blocky:
        assert (np.diff(np.flatnonzero(np.diff(scan.astype(int), axis=0).any(axis=1))) >= 80 // 18).all()


def test_a_hairline_is_thinner_and_a_brush_wider(images):
    ink = np.pad(np.kron(images[0], np.ones((3, 3), np.uint8)), 2)
    thin, thick = circumstances.write_hairline(ink, rng()), circumstances.write_thick(ink, rng())
    own = (ink > 127).mean()
    assert (thin > 127).mean() < 0.6 * own
    assert (thick > 127).sum() > 1.2 * (ink > 127).sum()


def test_strokes_have_the_width_that_the_program_gives_them(images):
    shown = show(images[0], [circumstances.write_hairline], rng())
    ink = crop_to_ink(np.kron(shown, np.ones((4, 4), np.uint8)))
    assert normalise_stroke(ink) is ink
