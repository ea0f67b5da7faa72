import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from mnist_app.digits.generated.sources import PARTS
from mnist_app.network.model_store import StoredModel, find_model
from mnist_app.reading.detecting import fitting, judge_examples, judge_training
from mnist_app.reading.detecting.detector import DETECTOR
from mnist_app.reading.detecting.fitting import set_threshold
from mnist_app.reading.detecting.judge import Judge
from mnist_app.reading.detecting.judge_examples import Example
from mnist_app.settings import MODELS_FOLDER


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


def test_a_judge_is_fitted_on_pages_of_two_parts_and_stored(tmp_path, in_process, maker, monkeypatch):
    """On a few pages, which here are the same in both parts."""
    in_process(judge_examples)
    monkeypatch.setattr(fitting, "PageMaker", lambda _: maker)
    monkeypatch.setattr(fitting, "THRESHOLD_PAGES", 5)
    for part in fitting.PAGES:
        monkeypatch.setitem(fitting.PAGES, part, 8)
    monkeypatch.setattr(judge_training, "train_judge", partial(judge_training.train_judge, networks=1, epochs=1))
    model, told = StoredModel(tmp_path), []
    for name in ("detector.tflite", "history.csv"):
        shutil.copy(MODELS_FOLDER / DETECTOR / name, tmp_path)
    metrics = fitting.store_judge(model, find_model(), told.append)

    assert told == [1] * (8 + 8 + 5)
    learnt = judge_examples.draw_examples("train", range(8), tmp_path / "detector.tflite", find_model())
    assert metrics["candidates"] == 2 * sum(len(one.truth) for one in learnt)
    assert metrics["val_loss"] == model.history[-1]["val_loss"]
    assert model.metrics == metrics
    judge = Judge.load(tmp_path / "judge.npz")
    assert judge.threshold in fitting.THRESHOLDS
    assert len(judge.odds(learnt[0].evidence)) == len(learnt[0].truth)
    for part in PARTS:
        with Image.open(tmp_path / f"pages-{part}.jpg") as sheet:
            assert sheet.size == (1600, 800)
