"""A small network as it learns: its weights after a few epochs, and what it makes of a digit with each.

Only for the architecture "minimal", one convolution and two dense layers, which NumPy computes as fast as LiteRT. Its
347,146 weights of five epochs would take 7 MB. What is kept are the differences from epoch to epoch, and those of
the large layer in steps of `STEP`, far below what moves an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mnist_app.digits.datasets import load_mnist, to_input
from mnist_app.network.classifier import softmax
from mnist_app.network.model_store import StoredModel

FILE = "epochs.npz"
ARCHITECTURE = "minimal"
EPOCHS = (0, 1, 2, 5, 10)  # 0 is before the first, at random
STEP = 1 / 64
LARGE = 50_000  # numbers of a layer that is kept in steps
CHUNK = 500
WEIGHTS = 6  # arrays: kernel and bias of three layers


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The network after an epoch.

    Attributes:
        epoch: how many it has learnt for.
        accuracy: share of MNIST's test digits that it reads right.
        weights: kernel and bias of the convolution, of the features and of the scores, float32.
    """

    epoch: int
    accuracy: float
    weights: tuple[np.ndarray, ...]

    @property
    def kernels(self) -> np.ndarray:
        """What its maps look for, `(3, 3, maps)` float32."""
        return self.weights[0][:, :, 0]

    def run(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Read images `(n, 28, 28)` uint8.

        Returns:
            The convolution's maps `(n, 26, 26, maps)` and the scores before softmax `(n, 10)`, float32.
        """
        kernel, bias, inner, inner_bias, last, last_bias = self.weights
        windows = sliding_window_view(to_input(images)[..., 0], kernel.shape[:2], axis=(1, 2))
        maps = np.maximum(np.tensordot(windows, self.kernels, axes=2) + bias, 0)
        n, height, width, count = maps.shape
        pooled = maps.reshape(n, height // 2, 2, width // 2, 2, count).max(axis=(2, 4))
        features = np.maximum(pooled.reshape(n, -1) @ inner + inner_bias, 0)
        return maps, features @ last + last_bias

    def answer(self, image: np.ndarray) -> np.ndarray:
        """Probabilities `(10,)` of an image `(28, 28)` uint8."""
        return softmax(self.run(image[np.newaxis])[1])[0]


@dataclass(frozen=True)
class Snapshots:
    """Everything that is kept, the random network first."""

    snapshots: tuple[Snapshot, ...]

    @cached_property
    def epochs(self) -> tuple[int, ...]:
        return tuple(snapshot.epoch for snapshot in self.snapshots)

    def after(self, epoch: int) -> Snapshot:
        """The network after one of `epochs`."""
        return self.snapshots[self.epochs.index(epoch)]


def store(model: StoredModel, weights: Mapping[int, list[np.ndarray]]) -> None:
    """Write `epochs.npz`.

    Args:
        model: the folder to write into.
        weights: Keras's weights of the network after each epoch.
    """
    arrays, accuracies = {}, []
    kept = [np.zeros_like(array) for array in next(iter(weights.values()))]
    for epoch, found in sorted(weights.items()):
        for i, (array, before) in enumerate(zip(found, kept, strict=True)):
            step = STEP if array.size > LARGE else 0.0
            difference = np.rint((array - before) / step).astype(np.int8) if step else (array - before).astype("f2")
            arrays[f"{epoch} {i}"] = difference
            kept[i] = before + difference.astype(np.float32) * (step or 1)
        accuracies.append(_accuracy(Snapshot(epoch, 0.0, tuple(kept))))
    np.savez_compressed(model.folder / FILE, epochs=sorted(weights), accuracies=accuracies, **arrays)


def load(model: StoredModel) -> Snapshots | None:
    """Read `epochs.npz`; None where the model has none."""
    path = model.folder / FILE
    if not path.exists():
        return None
    found: list[Snapshot] = []
    kept = [np.zeros(1, np.float32)] * WEIGHTS
    with np.load(path) as stored:
        for epoch, accuracy in zip(stored["epochs"].tolist(), stored["accuracies"].tolist(), strict=True):
            differences = [stored[f"{epoch} {i}"] for i in range(WEIGHTS)]
            kept = [
                before + difference.astype(np.float32) * (STEP if difference.dtype == np.int8 else 1)
                for before, difference in zip(kept, differences, strict=True)
            ]
            found.append(Snapshot(epoch, accuracy, tuple(kept)))
    return Snapshots(tuple(found))


def _accuracy(snapshot: Snapshot) -> float:
    images, labels = load_mnist()[1]
    chunks = [snapshot.run(images[i : i + CHUNK])[1].argmax(axis=1) for i in range(0, len(images), CHUNK)]
    return float((np.concatenate(chunks) == labels).mean())
