from types import SimpleNamespace

import numpy as np
import pytest

from mnist_app.detecting.fitting import set_threshold
from mnist_app.detecting.judge_examples import Example


def example(truth: list[int], owner: list[int], kept: list[bool], wanted: int) -> Example:
    evidence = SimpleNamespace(overlap=np.eye(len(truth)), kept=np.array(kept))
    return Example(evidence, np.array(truth), np.array(owner), wanted)


def test_few_digits_are_lost_and_what_the_judge_finds_alone_is_sure():
    """Form finds a hundred digits, of odds 1 to 100. Beside them lie 20 digits of odds 5, and 20 letters of odds 3."""
    found = [example([1, 1, 0], [1, 2, 0], [True, False, False], 2) for _ in range(20)]
    found += [example([1], [1], [True], 1) for _ in range(80)]
    said = [np.array([1.0 + i, 5.0, 3.0][: len(page.truth)]) for i, page in enumerate(found)]
    answers = iter(said)
    judge, metrics = set_threshold(SimpleNamespace(odds=lambda evidence: next(answers), networks=()), found)
    assert 1 < judge.threshold < 2
    assert 3 <= judge.threshold + judge.margin < 5
    assert metrics == pytest.approx(
        {"recall": 119 / 120, "precision": 1.0, "exact": 0.99}
        | {"recall_before": 100 / 120, "precision_before": 1.0, "exact_before": 0.8}
    )
