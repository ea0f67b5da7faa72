"""The map of the test digits and the doubtful labels: computed once for the pages that show them, and stored."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.digits.datasets import load_mnist
from mnist_app.insight import doubtful, embedding
from mnist_app.metrics import self_confidence
from mnist_app.network.model_store import StoredModel, list_models
from mnist_app.settings import DATA_FOLDER

FILE = "explore.npz"


@dataclass(frozen=True)
class MapAndLabels:
    """What `store` stored.

    Attributes:
        points: `(10000, 2)` float32, the test digits' places on the map.
        test, train: the most doubtful labels.
    """

    points: np.ndarray
    test: doubtful.Doubtful
    train: doubtful.Doubtful


def store(model: StoredModel, data: Path = DATA_FOLDER, seed: int = 0) -> None:
    """Write `explore.npz` into the model's folder: map and doubtful labels.

    Training digits are judged out of fold by `doubtful.second_opinion` alone, since the network has learnt their
    labels. Test digits are judged by it and by the best network in the folder: a weak one doubts what it misreads.

    Args:
        model: a trained folder with `test_outputs.npz`.
        data: the folder with the four IDX files.
        seed: of the map and the second opinion.
    """
    (x_train, y_train), (x_test, y_test) = load_mnist(data)
    y_prob, features = model.test_outputs()
    train_prob, test_prob = doubtful.second_opinion(x_train, y_train, x_test, seed=seed)
    judges = [y_prob, *(other.test_outputs()[0] for other in list_models(model.folder.parent) if other != model)]
    judges = [judged for judged in judges if len(judged) == len(y_test)]  # not those measured on other test digits
    best = max(judges, key=lambda judged: np.log(self_confidence(y_test, judged) + 1e-9).mean())  # least loss
    judged_test = (best + test_prob) / 2
    arrays: dict[str, Any] = {"points": embedding.embed(features, seed)}
    for name, y_true, judged in (("test", y_test, judged_test), ("train", y_train, train_prob)):
        arrays |= {f"{name} {key}": values for key, values in vars(doubtful.most_doubtful(y_true, judged)).items()}
    # Half precision is a 0.1 % step: no page shows more.
    arrays = {key: v.astype(np.float16) if v.dtype == np.float32 else v for key, v in arrays.items()}
    np.savez_compressed(model.folder / FILE, **arrays)


def load(model: StoredModel) -> MapAndLabels | None:
    """Read `explore.npz`; None where the model has none."""
    path = model.folder / FILE
    if not path.exists():
        return None
    with np.load(path) as stored:
        arrays = {key: v.astype(np.float32) if v.dtype == np.float16 else v for key, v in stored.items()}

    def under(prefix: str) -> dict[str, np.ndarray]:
        return {key.removeprefix(prefix): v for key, v in arrays.items() if key.startswith(prefix)}

    return MapAndLabels(arrays["points"], doubtful.Doubtful(**under("test ")), doubtful.Doubtful(**under("train ")))
