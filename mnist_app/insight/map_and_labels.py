"""The map of the test digits and the doubtful labels: computed once for the pages that show them, and stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.digits.datasets import load_mnist
from mnist_app.files import whole_file
from mnist_app.insight import doubtful, embedding
from mnist_app.metrics import self_confidence
from mnist_app.network.model_store import StoredModel
from mnist_app.settings import DATA_FOLDER

FILE = "explore.npz"


@dataclass(frozen=True)
class MapAndLabels:
    """What `store` stored.

    Attributes:
        points: `(10000, 2)` float32, the test digits' places on the map.
        opinion: `(10000, 10)` float32, the second opinion's probabilities of the test digits.
        train: the most doubtful labels of the training digits.
    """

    points: np.ndarray
    opinion: np.ndarray
    train: doubtful.Doubtful


def store(model: StoredModel, data: Path = DATA_FOLDER, seed: int = 0) -> None:
    """Write `explore.npz` into the model's folder: its map, and a second opinion on all labels.

    Training digits are judged by it alone, out of fold, since the network has learnt their labels.

    Args:
        model: a trained folder with `test_outputs.npz`.
        data: the folder with the four IDX files.
        seed: of the map and the second opinion.
    """
    (x_train, y_train), (x_test, _) = load_mnist(data)
    train_prob, opinion = doubtful.second_opinion(x_train, y_train, x_test, seed=seed)
    arrays: dict[str, Any] = {"points": embedding.embed(model.test_outputs()[1], seed), "opinion": opinion}
    arrays |= {f"train {key}": values for key, values in vars(doubtful.most_doubtful(y_train, train_prob)).items()}
    # Half precision is a 0.1 % step: no page shows more.
    arrays = {key: v.astype(np.float16) if v.dtype == np.float32 else v for key, v in arrays.items()}
    with whole_file(model.folder / FILE) as file:
        np.savez_compressed(file, **arrays)


def load(model: StoredModel) -> MapAndLabels | None:
    """Read `explore.npz`; None where the model has none, or one that an older program wrote."""
    path = model.folder / FILE
    if not path.exists():
        return None
    with np.load(path) as stored:
        arrays = {key: v.astype(np.float32) if v.dtype == np.float16 else v for key, v in stored.items()}
    if "opinion" not in arrays:
        return None
    train = {key.removeprefix("train "): v for key, v in arrays.items() if key.startswith("train ")}
    return MapAndLabels(arrays["points"], arrays["opinion"], doubtful.Doubtful(**train))


def doubt_test(opinion: np.ndarray, y_true: np.ndarray, answers: Sequence[np.ndarray]) -> doubtful.Doubtful:
    """The most doubtful labels of the test digits, judged by a second opinion and by the best network.

    A weak network doubts what it misreads, so the one with the least loss speaks for all.

    Args:
        opinion: `(n, 10)`, from `MapAndLabels`.
        y_true: `(n,)` labels.
        answers: probabilities `(n, 10)` of each network that was measured on these digits, at least one.
    """
    best = max(answers, key=lambda y_prob: np.log(self_confidence(y_true, y_prob) + 1e-9).mean())
    return doubtful.most_doubtful(y_true, (best + opinion) / 2)
