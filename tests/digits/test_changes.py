import numpy as np
import pytest

from mnist_app.digits.changes import Change, thicken
from mnist_app.insight.slices import properties


@pytest.fixture
def stroke() -> np.ndarray:
    """An upright stroke, four pixels wide."""
    image = np.zeros((28, 28), np.uint8)
    image[6:22, 12:16] = 255
    return image


def centre(image: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(image.shape)
    return float((rows * image).sum() / image.sum()), float((columns * image).sum() / image.sum())


def test_no_change_is_none(mnist_test):
    np.testing.assert_array_equal(Change().apply(mnist_test[0][0]), mnist_test[0][0])


def test_it_moves(stroke):
    row, column = centre(Change(right=3, down=-2).apply(stroke))
    assert (row, column) == pytest.approx((11.5, 16.5))


@pytest.mark.parametrize(("change", "leans"), [(Change(slant=20), 20), (Change(slant=-20), -20)])
def test_it_slants(stroke, change, leans):
    assert properties(change.apply(stroke)[np.newaxis])["slant"][0] == pytest.approx(leans, abs=2)


def test_it_turns_as_a_clock_goes(stroke):
    turned = Change(turn=90).apply(stroke)
    np.testing.assert_allclose(turned, np.rot90(stroke, -1), atol=1)
    top = np.flatnonzero(Change(turn=30).apply(stroke)[7] > 127)
    assert top.mean() > 15


def test_strokes_gain_and_lose(stroke):
    widths = [(thicken(stroke, pixels)[14] / 255).sum() for pixels in (-1, -0.5, 0, 0.5, 1, 2)]
    assert widths == pytest.approx([2, 3, 4, 5, 6, 8], abs=0.05)


def test_of_more_noise_less_is_a_part(stroke):
    few, many = (Change(noise=share).apply(stroke) != stroke for share in (0.1, 0.3))
    assert 0.02 < few.mean() < 0.08
    assert (few <= many).all()
    assert many.sum() > few.sum()
