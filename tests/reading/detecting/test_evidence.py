import numpy as np
import pytest

from mnist_app.reading.detecting.candidates import Candidate
from mnist_app.reading.detecting.detector import FEATURES, Level, look_up
from mnist_app.reading.detecting.evidence import BESIDE, NEIGHBOURS, OWN, RIVALS, logit, weigh
from mnist_app.reading.finding import Look
from mnist_app.reading.segmentation import Blob

LEVEL = Level(
    1.0, np.full((25, 75, 6), 1 / 6, np.float32), np.zeros((25, 75)), np.ones((25, 75, 2)), np.zeros((25, 75, 32))
)


def candidate(x: int, w: int = 20, h: int = 40, mark: bool = True) -> Candidate:
    blob = Blob((x, 20, w, h), np.ones((h, w), bool))
    image = np.zeros((28, 28), np.uint8)
    look = Look(blob, image, image, np.eye(10)[4], np.zeros(8), 0.99, 100.0)
    return Candidate(blob, look_up([LEVEL], blob), look, mark)


def evidence_of(*candidates: Candidate):
    ink = np.zeros((100, 300), bool)
    for one in candidates:
        x, y, w, h = one.blob.box
        ink[y : y + h, x : x + w] = True
    return weigh(candidates, ink, [LEVEL])


def test_odds_are_bounded():
    assert logit(0.5) == 0
    assert -12 <= logit(0.0) < -11
    assert 11 < logit(1.0) <= 12


def test_marks_around_are_neighbours_the_nearest_first():
    evidence = evidence_of(candidate(0), candidate(50), candidate(200))
    assert evidence.own.shape == (3, len(OWN) + FEATURES + 8)
    assert evidence.neighbours.index.shape == (3, NEIGHBOURS)
    assert evidence.neighbours.index[0, :2].tolist() == [1, 2]
    assert evidence.neighbours.valid.sum(axis=1).tolist() == [2, 2, 2]
    assert evidence.rivals.valid.sum() == 0
    beside = dict(zip(BESIDE, evidence.neighbours.beside[0, 0], strict=True))
    assert beside["right"] == pytest.approx(50 / 40)
    assert beside["same row"] == 1
    assert (beside["covered"], beside["larger"]) == (0, 0)
    assert beside["likely"] == pytest.approx(1 / 6, abs=1e-5)


def test_groupings_of_the_same_ink_are_rivals_and_no_neighbours():
    evidence = evidence_of(candidate(0, 40), candidate(100), candidate(0, 20, mark=False))
    assert evidence.rivals.index.shape == (3, RIVALS)
    assert evidence.rivals.index[0, 0] == 2
    assert evidence.rivals.valid.sum(axis=1).tolist() == [1, 0, 1]
    assert evidence.neighbours.valid.sum(axis=1).tolist() == [1, 1, 1]
    assert evidence.overlap[0, 2] == 1
    assert evidence.mark.tolist() == [1, 1, 0]
    foreign = evidence.own[:, OWN.index("part of a piece")]
    np.testing.assert_allclose(foreign, [0, 0, 0.5], atol=1e-6)
