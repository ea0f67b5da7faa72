"""Trained models on disk: one folder each, written elsewhere and renamed into place."""

import csv
import json
import math
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.files import whole_file, write_whole
from mnist_app.network import locks
from mnist_app.settings import MODELS_FOLDER

DEFAULT_MODEL = "flagship"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
LEVELS = 255
TINY = 1e-12  # keeps a feature that is never active from dividing by 0
Version = tuple[tuple[str, int], ...]  # each file's name and when it was written
NETWORK = "model.tflite"  # the file that makes a folder one of a network that reads
DETECTOR_NETWORK = "detector.tflite"  # the same of what finds digits
FIGURES = ("recipe.json", "metrics.json", "history.csv", "calibration.json", "digit_test.npz", "test_outputs.npz")
PARTS = (NETWORK, "model.keras", "test_outputs.npz")  # a folder with one of these is to be whole
HISTORY_COLUMNS = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds")
# All that reading damaged bytes raises.
BROKEN = (
    OSError, ValueError, LookupError, TypeError, AttributeError, EOFError, RuntimeError, MemoryError, ArithmeticError,
    csv.Error, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class Calibration:
    """How a model's scores become answers; fitted on validation data only.

    Attributes:
        temperature: divides the scores before softmax (Guo et al. 2017).
        unsure: below this confidence, or probability of being a digit, the answer is unsure.
    """

    temperature: float = 1.0
    unsure: float = 0.8

    def __post_init__(self) -> None:
        if not 0 < self.temperature < math.inf:
            raise ValueError(f"temperature must be above 0, not {self.temperature}.")
        if not 0 <= self.unsure <= 1:
            raise ValueError(f"unsure must be from 0 to 1, not {self.unsure}.")


@dataclass(frozen=True)
class DigitTest:
    """A logistic regression that tells digits from everything else, on the evidence of `classifier.digit_evidence`.

    Attributes:
        means: `(10, d)` float32, mean features of each digit's training images.
        whitening: `(d, d)` float32, turns a difference of features into one whose length is a Mahalanobis distance.
        weights: `(3,)`, one per piece of evidence.
        intercept: of the regression.
    """

    means: np.ndarray
    whitening: np.ndarray
    weights: np.ndarray
    intercept: float

    def __post_init__(self) -> None:
        sides = self.means.shape[-1]
        if (self.means.shape, self.whitening.shape, self.weights.shape) != ((10, sides), (sides, sides), (3,)):
            raise ValueError(f"means, whitening and weights do not fit each other: {self.means.shape} and so on.")
        if not all(np.isfinite(part).all() for part in (self.means, self.whitening, self.weights, self.intercept)):
            raise ValueError("means, whitening, weights and intercept must be numbers.")

    @cached_property
    def whitened_means(self) -> np.ndarray:
        """The means in the whitened space, `(10, d)` float32."""
        return self.means @ self.whitening


@dataclass(frozen=True)
class StoredModel:
    """A trained folder and what its files say; nothing is read before it is asked for."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def version(self) -> Version:
        """Another one whenever a file of the model is written: tells that it was trained or measured anew."""
        return tuple(sorted((path.name, path.stat().st_mtime_ns) for path in self.folder.iterdir()))

    @property
    def tflite(self) -> Path:
        return self.folder / NETWORK

    @property
    def unfinished(self) -> Path:
        """Where a training keeps the state from which it can go on; not part of a complete model."""
        return self.folder / ".unfinished"

    @property
    def recipe(self) -> dict[str, Any]:
        return _read_json(self.folder / "recipe.json")

    @property
    def metrics(self) -> dict[str, Any]:
        return _read_json(self.folder / "metrics.json")

    @property
    def history(self) -> list[dict[str, float]]:
        return read_history(self.folder / "history.csv")

    @property
    def calibration(self) -> Calibration:
        path = self.folder / "calibration.json"
        stored = _read_json(path)  # what an older version wrote may hold more
        with naming(path):
            return Calibration(**{each.name: stored[each.name] for each in fields(Calibration)})

    def test_outputs(self) -> tuple[np.ndarray, np.ndarray]:
        """Return `y_prob (10000, 10)` float32 and `features (10000, d)` float32 of the test digits."""
        with np.load(self.folder / "test_outputs.npz") as stored:
            return stored["y_prob"], stored["features"] * stored["feature_step"]

    def save_test_outputs(self, y_prob: np.ndarray, features: np.ndarray) -> None:
        """Keep what `test_outputs` returns.

        Args:
            y_prob: `(n, 10)` float32.
            features: `(n, d)` float32, 0 or more. They only serve to compare digits, so 256 levels each are enough, and
                a quarter of the room.
        """
        step = np.maximum(features.max(axis=0), TINY) / LEVELS
        levels = np.rint(features / step).astype(np.uint8)
        with whole_file(self.folder / "test_outputs.npz") as file:
            np.savez_compressed(file, y_prob=y_prob, features=levels, feature_step=step.astype(np.float32))

    @property
    def digit_test(self) -> DigitTest:
        path = self.folder / "digit_test.npz"
        with naming(path), np.load(path) as stored:
            return DigitTest(stored["means"], stored["whitening"], stored["weights"], float(stored["intercept"]))

    def save_digit_test(self, digit_test: DigitTest) -> None:
        with whole_file(self.folder / "digit_test.npz") as file:
            np.savez_compressed(file, **asdict(digit_test))

    def save_calibration(self, calibration: Calibration) -> None:
        write_json(self.folder / "calibration.json", asdict(calibration))


def list_models(folder: Path = MODELS_FOLDER, holding: str = NETWORK) -> list[StoredModel]:
    """Every complete model in the folder whose files can be used: the default one first, the others by name.

    Args:
        folder: where models are.
        holding: the file that makes a model complete. Of some trainings only figures and calibration are kept, without
            weights.
    """
    found = [model for model in _find_folders(folder, holding) if not find_fault(model, holding)]
    return sorted(found, key=lambda model: model.name != DEFAULT_MODEL)


def list_broken(folder: Path = MODELS_FOLDER) -> dict[str, str]:
    """The models that `list_models` leaves out, by name, each with what is wrong with it."""
    faults = {model.name: find_fault(model) for model in _find_folders(folder, *PARTS)}
    return {name: fault for name, fault in faults.items() if fault}


def find_model(name: str = DEFAULT_MODEL, folder: Path = MODELS_FOLDER, holding: str = NETWORK) -> StoredModel:
    """Return the model of that name, see `list_models`.

    Raises:
        ValueError: there is none, and the message lists those that exist; or its files cannot be used.
    """
    model = open_model(name, folder, holding)
    if fault := find_fault(model, holding):
        raise ValueError(f"The model {name!r} cannot be used: {fault}")
    return model


def open_model(name: str = DEFAULT_MODEL, folder: Path = MODELS_FOLDER, holding: str = NETWORK) -> StoredModel:
    """The same without a look into the files: whoever reads one of them is told then if it cannot be used."""
    _recover(folder)
    if NAME.fullmatch(name) and (folder / name / holding).exists():
        return StoredModel(folder / name)
    names = ", ".join(model.name for model in list_models(folder, holding))
    raise ValueError(f"There is no model {name!r}; there are: {names or 'none'}.")


def find_fault(model: StoredModel, holding: str = NETWORK) -> str:
    """Say what is wrong with a model, in one sentence; "" where nothing is. Looked for once for each of its versions.

    Args:
        model: a folder from anywhere.
        holding: as in `list_models`.
    """
    try:
        return _find_fault(check_name(model.name), model.folder, model.version, holding)
    except (OSError, ValueError) as error:
        return f"{in_words(error)}."


@lru_cache(maxsize=256)
def _find_fault(name: str, folder: Path, version: Version, holding: str) -> str:
    from mnist_app.network import model_files  # takes longer to import than it takes to read a first digit

    if holding == DETECTOR_NETWORK:
        return model_files.find_fault(folder, (holding,), model_files.DETECTOR)
    return model_files.find_fault(folder, (*FIGURES, NETWORK) if holding == NETWORK else ("recipe.json", holding))


def _find_folders(folder: Path, *holding: str) -> list[StoredModel]:
    """The visible folders that hold one of these files, by name."""
    _recover(folder)
    found = {path.parent for name in holding for path in Path(folder).glob(f"[!.]*/{name}")}
    return [StoredModel(path) for path in sorted(found)]


def check_name(name: str) -> str:
    """Return the name of a model to be written, or raise a ValueError that says what a name may be."""
    if not NAME.fullmatch(name):
        raise ValueError(f"A model's name starts with a letter or digit and has only those and . _ -, not {name!r}.")
    return name


def partial_folder(name: str, folder: Path = MODELS_FOLDER) -> Path:
    """Where `writing` keeps a model's files until it is complete."""
    return _hidden(name, "partial", folder)


def check_free(name: str, folder: Path = MODELS_FOLDER) -> None:
    """Raise a ValueError where a model of that name is just being written, by whatever process."""
    if locks.is_held(_hidden(name, "lock", folder)):
        raise ValueError(f"A model {name!r} is just being trained; choose another name.")


@contextmanager
def writing(
    name: str, folder: Path = MODELS_FOLDER, overwrite: bool = False, resume: bool = False
) -> Iterator[StoredModel]:
    """Write a model's folder under a hidden name, and give it its name when the block ends without an error.

    A run that fails or is cancelled leaves no half-written model behind; with `overwrite` the old model stays until
    the new one is complete. Whenever the process is killed, a complete model is there afterwards: see `_publish`.

    Args:
        name: of the model.
        folder: where models are.
        overwrite: whether a model of that name may be replaced.
        resume: whether a hidden folder that holds an unfinished training is kept, now and where the block fails.

    Yields:
        The hidden folder to write into.

    Raises:
        ValueError: the name is not allowed, or taken, or another process is writing a model of that name.
    """
    target, partial = Path(folder) / check_name(name), StoredModel(partial_folder(name, folder))

    def tidy() -> None:
        if not (resume and partial.unfinished.exists()):
            shutil.rmtree(partial.folder, ignore_errors=True)

    Path(folder).mkdir(parents=True, exist_ok=True)
    with _owning(name, folder):
        _publish(name, Path(folder))  # what a process left that was killed
        if target.exists() and not overwrite:
            raise ValueError(f"There is a model {name!r} already; choose another name, or --overwrite.")
        tidy()
        partial.folder.mkdir(exist_ok=True)
        try:
            yield partial
        except BaseException:
            tidy()
            raise
        partial.folder.rename(_hidden(name, "finished", folder))
        _publish(name, Path(folder))


def discard(name: str, folder: Path = MODELS_FOLDER) -> None:
    """Remove what a process left that was killed while it wrote a model; nothing happens where one is writing it."""
    with suppress(ValueError), _owning(name, folder):
        shutil.rmtree(partial_folder(name, folder), ignore_errors=True)


@contextmanager
def _owning(name: str, folder: Path) -> Iterator[None]:
    """Own a name: nobody else writes a model of that name meanwhile."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locks.hold(_hidden(name, "lock", folder)))
        except locks.TakenError as error:
            raise ValueError(f"A model {name!r} is just being trained, {error}; choose another name.") from None
        yield


def _publish(name: str, folder: Path) -> None:
    """Give a finished model its name, or finish what a process began that was killed while it did so.

    A model that is called finished is complete. It takes the place of an older one in two steps, between which that one
    is called old; so at every moment one complete model is there, and it is found by calling this again.
    """
    target, finished, old = folder / name, _hidden(name, "finished", folder), _hidden(name, "old", folder)
    if finished.exists():
        shutil.rmtree(StoredModel(finished).unfinished, ignore_errors=True)
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
            target.rename(old)
        finished.rename(target)
    elif old.exists() and not target.exists():
        old.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _recover(folder: Path) -> None:
    """Publish the finished models whose process was killed before it did; those of a process at work are its own."""
    for path in Path(folder).glob(".*"):
        if path.suffix in (".finished", ".old"):
            name = path.stem.removeprefix(".")
            with suppress(ValueError, OSError), _owning(name, folder):
                _publish(name, Path(folder))


def _hidden(name: str, state: str, folder: Path) -> Path:
    return Path(folder) / f".{name}.{state}"


def read_history(path: Path) -> list[dict[str, float]]:
    """Read `history.csv`: one row an epoch, numbers as float; an empty list where there is no file yet.

    Where a training had no validation digits, their figures are NaN.
    """
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [{name: float(value or "nan") for name, value in row.items()} for row in csv.DictReader(file)]


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Write a dictionary as indented JSON."""
    write_whole(path, json.dumps(values, indent=2) + "\n")
    _parse.cache_clear()  # two writings may follow each other faster than a file's time tells


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Make one sentence, with the name of model and file, of whatever goes wrong with a model's file.

    Raises:
        ValueError: something went wrong.
    """
    try:
        yield
    except BROKEN as error:
        said = f"{path.name} of the model {path.parent.name!r} cannot be used: {in_words(error)}."
        raise ValueError(said) from error


def in_words(error: BaseException) -> str:
    """What an error says first; without a full stop."""
    said = (isinstance(error, OSError) and error.strerror) or str(error)
    return (said.splitlines() or ["it cannot be read"])[0].removesuffix(".")


def _read_json(path: Path) -> dict[str, Any]:
    with naming(path):
        return dict(_parse(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=256)
def _parse(path: Path, written: int) -> dict[str, Any]:
    """Parse a file once as long as nobody writes it: every page asks every model's recipe whenever it is drawn."""
    return json.loads(path.read_text(encoding="utf-8"))
