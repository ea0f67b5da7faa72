import numpy as np
import pytest

from mnist_app.digits.generated.kinds import Kind
from mnist_app.digits.generated.pages import Page
from mnist_app.network.model_store import find_model
from mnist_app.reading.detecting import judge_examples
from mnist_app.reading.detecting.detector import DETECTOR
from mnist_app.reading.detecting.judge import load_judge
from mnist_app.reading.detecting.judge_examples import UNKNOWN, Truth, page_size
from mnist_app.reading.segmentation import Blob
from mnist_app.settings import MODELS_FOLDER

DETECTOR_FOLDER = MODELS_FOLDER / DETECTOR


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


def test_candidates_of_generated_pages_are_told_as_the_stored_judge_takes_them(in_process):
    in_process(judge_examples)
    told = []
    examples = judge_examples.draw_examples(
        "test", range(30), DETECTOR_FOLDER / "detector.tflite", find_model(), advance=told.append
    )
    assert told == [1] * 30
    assert 15 < len(examples) <= 30
    odds, truth = [], []
    for one in examples:
        assert len(one.truth) == len(one.owner) == len(one.evidence.own) > 0
        assert len(set(one.owner[one.truth == 1])) <= one.wanted
        odds.append(load_judge().odds(one.evidence))
        truth.append(one.truth)
    odds, truth = np.concatenate(odds), np.concatenate(truth)
    asked = truth != UNKNOWN
    assert 0.05 < truth[asked].mean() < 0.95
    assert ((odds > load_judge().threshold) == truth)[asked].mean() > 0.85


def test_a_page_is_judged_in_the_size_at_which_it_is_read():
    owner = np.zeros((40, 60), np.int16)
    owner[10:30, 20:40] = 1
    page = Page(np.zeros((40, 60, 3), np.uint8), owner.astype(np.uint8), owner, *[np.ones(1)] * 3, "alone")
    truth = Truth.of(page, (20, 30))
    assert truth.owner.shape == truth.kind.shape == (20, 30)
    assert truth.owner.sum() == 100
