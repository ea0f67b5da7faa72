import cv2
import numpy as np
import pytest

from mnist_app.digits.datasets import load_mnist
from mnist_app.digits.frame import frame, lift_ink, normalise_stroke, stroke_width


@pytest.fixture(scope="module")
def digits():
    return load_mnist()[1][0]


def test_frame_gives_mnist_back_its_own_digits(digits):
    large = [cv2.resize(image, (280, 280), interpolation=cv2.INTER_CUBIC) for image in digits[:50]]
    framed = np.stack([frame(np.pad(image, ((40, 3), (7, 90)))) for image in large])
    assert np.abs(framed.astype(int) - digits[:50]).mean() < 10


@pytest.mark.parametrize("ink", [np.ones((9, 3), bool), np.ones((9, 3)), np.full((9, 3), 255, np.uint8)])
def test_frame_takes_masks_and_strengths(ink):
    image = frame(ink)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert image.max() == 255
    assert np.count_nonzero(image.any(axis=1)) == 20


def test_frame_of_nothing_is_empty():
    assert not frame(np.zeros((5, 8), bool)).any()


def test_strokes_of_a_usual_width_stay(digits):
    assert sum(_untouched(image) for image in digits[:200]) > 190


def _untouched(image: np.ndarray) -> bool:
    ink = cv2.resize(image, (280, 280), interpolation=cv2.INTER_CUBIC)
    x, y, w, h = cv2.boundingRect((ink > 63).view(np.uint8))
    cut = ink[y : y + h, x : x + w]
    return normalise_stroke(cut) is cut


def test_stroke_width_of_a_bar():
    mask = np.zeros((60, 60), bool)
    mask[5:55, 20:30] = True
    assert stroke_width(mask) == pytest.approx(10, rel=0.2)


def test_lift_ink_makes_pencil_black_and_leaves_paper_out():
    strength = np.full((40, 40), 12, np.uint8)
    strength[10:30, 18:22] = 70
    ink = lift_ink(strength, strength > 40, 10)
    assert ink[20, 20] == 255
    assert not ink[:, :8].any()
