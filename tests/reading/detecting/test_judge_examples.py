import numpy as np
import pytest

from mnist_app.digits.generated.kinds import Kind
from mnist_app.reading.detecting.judge_examples import UNKNOWN, Truth, page_size
from mnist_app.reading.segmentation import Blob


@pytest.fixture
def page():
    """A digit, a digit that is cut off, a letter, and an o."""
    owner, kind = np.zeros((60, 200), np.int16), np.zeros((60, 200), np.uint8)
    for i, (x, what) in enumerate([(0, Kind.DIGIT), (50, Kind.DIGIT), (100, Kind.LETTER), (150, Kind.DOUBTFUL)]):
        kind[10:50, x : x + 20] = what
        if what == Kind.DIGIT:
            owner[10:50, x : x + 20] = 1 + i
    return Truth(owner, kind, np.array([1.0, 0.5])), kind > 0


def judge(page, x: int, width: int) -> int:
    truth, mask = page
    blob = Blob((x, 10, width, 40), mask[10:50, x : x + width])
    return truth.judge([blob], mask)[0][0]


def test_only_one_whole_digit_is_a_digit(page):
    assert judge(page, 0, 20) == 1
    assert judge(page, 0, 18) == 1
    assert judge(page, 0, 8) == 0
    assert judge(page, 0, 120) == 0
    assert judge(page, 100, 20) == 0


def test_matters_of_taste_are_not_asked(page):
    assert judge(page, 50, 20) == UNKNOWN
    assert judge(page, 150, 20) == UNKNOWN
    assert judge(page, 0, 13) == UNKNOWN


def test_pages_have_many_sizes():
    sizes = np.array([page_size(np.random.default_rng(i)) for i in range(50)])
    assert sizes.min() >= 96
    assert sizes.max() <= 1000
    assert (sizes[:, 0] > sizes[:, 1]).any()
    assert (sizes[:, 0] < sizes[:, 1]).any()
