"""What watches a training: its history, its progress, and the state from which it goes on after an interruption."""

import csv
import time
from collections.abc import Callable, Collection
from pathlib import Path

import keras
import numpy as np
from keras import ops

from mnist_app.network.classifier import softmax
from mnist_app.network.model_store import HISTORY_COLUMNS
from mnist_app.network.watching import Answer
from mnist_app.settings import CLASSES

FIGURES = ("loss", "accuracy", "val_loss", "val_accuracy")
SUFFIX = ".weights.h5"

Progress = Callable[[int, int, dict[str, float]], None]


class EpochStart(keras.callbacks.Callback):
    """Bring all chance to where the epoch needs it, whether the epochs before ran in this process or in another.

    Shuffling and augmentation follow from the epoch's number. A dropout layer counts its draws, one a step, and that
    count is not among the saved weights.
    """

    def __init__(self, start: Callable[[int], None]) -> None:
        """Call `start(epoch)` before each epoch, counted from 1."""
        super().__init__()
        self._start = start

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._start(epoch + 1)
        for layer in self.model.layers:
            if generator := getattr(layer, "seed_generator", None):
                seed, _ = ops.convert_to_numpy(generator.state.value)
                generator.state.assign([seed, epoch * self.params["steps"]])


class HistoryFile(keras.callbacks.Callback):
    """Append each epoch to `history.csv`, so that a page can draw the curves while they grow."""

    def __init__(self, path: Path, finished: int = 0) -> None:
        """Keep the rows of the epochs that are `finished` already, and no others that the file may hold."""
        super().__init__()
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if finished else [",".join(HISTORY_COLUMNS)]
        path.write_text("\n".join(lines[: finished + 1]) + "\n", encoding="utf-8")

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        figures = logs or {}
        row: dict[str, float | str] = {
            "epoch": epoch + 1,
            "learning_rate": float(ops.convert_to_numpy(self.model.optimizer.learning_rate)),
            "seconds": round(time.perf_counter() - self._start, 2),
        }
        # Without validation digits there is no val_.
        row |= {name: f"{figures[name]:.6f}" for name in FIGURES if name in figures}
        with self._path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, HISTORY_COLUMNS, lineterminator="\n").writerow(row)


class StepProgress(keras.callbacks.Callback):
    """Tell `progress(step, steps, figures)` after each step; steps are counted over the whole run."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._before = epoch * self.params["steps"]

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self._progress(self._before + batch + 1, self.params["steps"] * self.params["epochs"], dict(logs or {}))


class SampleAnswers(keras.callbacks.Callback):
    """Tell what the network makes of a few digits: before the first step, and at most once a second from then on."""

    def __init__(self, x: np.ndarray, tell: Callable[[list[Answer]], None]) -> None:
        """Ask for `x`, `(n, 28, 28, 1)` as the network takes them, and call `tell(answers)`."""
        super().__init__()
        self._x, self._tell, self._told = x, tell, 0.0

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._ask()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if time.monotonic() > self._told + 1:
            self._ask()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self._ask()

    def _ask(self) -> None:
        y_prob = softmax(ops.convert_to_numpy(self.model(self._x, training=False))[:, :CLASSES])
        self._tell([Answer(int(row.argmax()), float(row.max())) for row in y_prob])
        self._told = time.monotonic()


class KeepWeights(keras.callbacks.Callback):
    """Keep the weights after some epochs; 0 is before the first.

    Attributes:
        weights: those of each epoch so far.
    """

    def __init__(self, epochs: Collection[int]) -> None:
        super().__init__()
        self._epochs = epochs
        self.weights: dict[int, list[np.ndarray]] = {}

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._keep(0)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._keep(epoch + 1)

    def _keep(self, epoch: int) -> None:
        if epoch in self._epochs:
            self.weights[epoch] = self.model.get_weights()


class Checkpoint(keras.callbacks.Callback):
    """Keep the state after the last finished epoch: weights, their average, and the optimizer's moments and steps.

    Killed at any moment, one whole state is there: a new one is written beside the old one and renamed.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._folder.mkdir(exist_ok=True)
        latest, unfinished = self._folder / f"{epoch + 1}{SUFFIX}", self._folder / f"unfinished{SUFFIX}"
        self.model.save_weights(unfinished, overwrite=True)
        unfinished.replace(latest)
        for path in self._folder.iterdir():
            if path != latest:
                path.unlink()


def restore(model: keras.Model, folder: Path) -> int:
    """Bring a compiled model to the state that `Checkpoint` kept.

    Returns:
        The number of finished epochs; 0 where nothing was kept.
    """
    finished = max((int(path.name.removesuffix(SUFFIX)) for path in folder.glob(f"[0-9]*{SUFFIX}")), default=0)
    if finished:
        model.optimizer.build(model.trainable_variables)  # without its variables, their values would be left out
        model.load_weights(folder / f"{finished}{SUFFIX}")
    return finished
