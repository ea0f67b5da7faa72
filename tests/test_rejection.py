import numpy as np
import pytest

from mnist_app.grouping import Look
from mnist_app.rejection import FAINT_INK, NOT_A_DIGIT, PATTERN, SMALL, reject, reject_shapes
from mnist_app.segmentation import Blob

PAGE = (600, 1000)


def blob(x: int, y: int, width: int = 30, height: int = 40) -> Blob:
    """A ring, as a digit fills its box."""
    mask = np.ones((height, width), bool)
    mask[5:-5, 5:-5] = False
    return Blob((x, y, width, height), mask)


def seen(one: Blob, label: int = 4, score: float = 0.99, strength: float = 150) -> Look:
    y_prob = np.full(10, 0.0, np.float32)
    y_prob[label] = 1
    return Look(one, {}, y_prob, np.zeros(1, np.float32), score, strength)


def test_faint_and_doubtful_ink_stays_where_it_stands_in_a_row():
    row = [seen(blob(100 + 60 * i, 200)) for i in range(3)]
    doubtful = [seen(blob(280, 200), score=0.4, strength=80), seen(blob(700, 500), score=0.4, strength=80)]
    assert reject([*row, *doubtful], 0.1, PAGE) == {4: FAINT_INK}


def test_ink_much_fainter_than_its_neighbours_is_a_shadow():
    row = [seen(blob(100 + 60 * i, 200)) for i in range(3)]
    assert reject([*row, seen(blob(280, 200), strength=50)], 0.1, PAGE) == {3: FAINT_INK}


def test_dark_ink_that_is_no_digit_shows_how_dark_writing_is():
    letter, trace = seen(blob(300, 200, 90, 120), score=0.01), seen(blob(500, 220), strength=60)
    assert reject([letter, trace], 0.1, PAGE) == {0: NOT_A_DIGIT, 1: FAINT_INK}


@pytest.mark.parametrize(("label", "left_out"), [(1, {0: SMALL}), (7, {})])
def test_a_speck_needs_a_shape(label, left_out):
    assert reject([seen(blob(300, 200, 12, 20), label)], 0.1, PAGE) == left_out


def test_loose_parts_go_with_their_spiral():
    spiral = np.zeros((400, 40), bool)
    spiral[:, :6] = spiral[:, -6:] = True
    spiral[::20] = True
    binding, loose, digit = Blob((480, 100, 40, 400), spiral), blob(490, 70), blob(300, 300)
    assert reject_shapes([binding, loose, digit], PAGE) == {0: PATTERN, 1: PATTERN}
