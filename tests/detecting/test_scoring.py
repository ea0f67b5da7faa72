from types import SimpleNamespace

import numpy as np

from mnist_app.detecting.scoring import COMPANY, Marks, Seen, keep_company, logit
from mnist_app.digits.kinds import Kind
from mnist_app.grouping import Look
from mnist_app.segmentation import Blob


def test_odds_are_bounded():
    assert logit(0.5) == 0
    assert -12 <= logit(0.0) < -11
    assert 11 < logit(1.0) <= 12


def company_of(kinds_of_others: list[Kind]) -> dict[str, float]:
    """What the company of one likely digit is, among others of its size in a row."""
    kinds = np.eye(6)[[Kind.DIGIT, *kinds_of_others]]
    blobs = [Blob((40 * i, 0, 20, 30), np.ones((30, 20), bool)) for i in range(len(kinds))]
    look = Look(blobs[0], {}, np.eye(10)[4], np.zeros(8), 0.99, 100.0)
    seen = Seen(np.zeros((len(kinds), 18)), kinds, np.zeros((len(kinds), 64)))
    sure = SimpleNamespace(judge=SimpleNamespace(odds=lambda values: np.full(len(values), 3.0)))
    values = keep_company(Marks([look], blobs, seen), [], sure)
    assert values.shape == (1, len(COMPANY))
    return dict(zip(COMPANY, values[0], strict=True))


def test_letters_around_a_mark_speak_against_it_and_specks_do_not():
    alone, specks, letters = company_of([]), company_of([Kind.PAPER] * 5), company_of([Kind.LETTER] * 5)
    assert alone["company"] == 0
    assert (alone["single"], alone["odds of a single one"]) == (1, 3)
    assert abs(specks["company"]) < 0.1
    assert letters["company"] < -2
    assert letters["neighbours"] < -1
    assert letters["letters"] == 1
    assert letters["single"] == 0
    assert letters["marks"] > specks["marks"]
