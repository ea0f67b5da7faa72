from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from mnist_app.reading.detecting.fitting import set_threshold
from mnist_app.reading.detecting.judge import Judge
from mnist_app.reading.detecting.judge_examples import Example


@dataclass(frozen=True, eq=False)
class Answering(Judge):
    """A judge whose odds are known beforehand."""

    answers: Sequence[np.ndarray] = ()

    def odds(self, evidence: SimpleNamespace) -> np.ndarray:
        return self.answers[evidence.number]


def example(number: int, truth: list[int], owner: list[int], wanted: int) -> Example:
    return Example(SimpleNamespace(number=number, overlap=np.eye(len(truth))), np.array(truth), np.array(owner), wanted)


def test_pages_with_and_without_digits_count_alike():
    """Of ten pages with digits two hold odds of 1; of a hundred without, half have a letter of odds 1.5."""
    pages = [example(i, [1, 1, 0], [1, 2, 0], 2) for i in range(10)]
    pages += [example(10 + i, [0], [0], 0) for i in range(100)]
    said = [np.array([1.0 if i < 2 else 3.0, 4.0, -2.0]) for i in range(10)]
    said += [np.array([1.5 if i % 2 else 0.0]) for i in range(100)]
    judge, metrics = set_threshold(Answering((), None, answers=said), pages)
    assert 1.5 <= judge.threshold < 3
    assert metrics == pytest.approx({"recall": 18 / 20, "precision": 1.0, "exact": 0.8, "refused": 1.0})
