"""What the files of a model's folder must hold. A folder may come from anywhere, so all of it is checked."""

import csv
import io
import zipfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple, TypeVar

import numpy as np
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from mnist_app.digits import datasets
from mnist_app.digits.corruptions import BENCHMARK, CORRUPTIONS
from mnist_app.network.litert import LiteRT
from mnist_app.network.model_store import BROKEN, in_words
from mnist_app.settings import CLASSES, IMAGE_SIZE, TrainingSettings

LARGEST_TEXT = 5_000_000  # bytes
LARGEST_ARRAYS = 200_000_000  # bytes, once unpacked
TEST_DIGITS, TRAINING_DIGITS = 10_000, 60_000
ROUNDING = 2e-3  # by which stored probabilities may miss a sum of 1

Sides = dict[str, int]  # lengths that the arrays of a folder have in common, by name
Check = Callable[[Path, Sides], object]  # raises one of `BROKEN`


class Told(BaseModel):
    """An object or a row of a file; what is not named here is left alone."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


Share = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[float, Field(ge=0, le=1e12)]
Count = Annotated[int, Field(ge=0, le=10**12)]
# In a CSV file all is text, and nothing at all stands for what is not known.
CsvCount = Annotated[Count, BeforeValidator(int)]
CsvDigit = Annotated[int | None, Field(ge=0, lt=CLASSES), BeforeValidator(lambda text: int(text) if text else None)]
CsvShare = Annotated[Share | None, BeforeValidator(lambda text: text or None)]
CsvNumber = Annotated[NotNegative | None, BeforeValidator(lambda text: text or None)]


def _known_family(name: str) -> str:
    if name not in CORRUPTIONS:
        raise ValueError(f"is none of {', '.join(CORRUPTIONS)}")
    return name


class RecipeFile(Told):
    """What `recipe.json` holds beside the settings."""

    parameters: Count


class ClassifierRecipeFile(RecipeFile):
    """The same, of a network that learnt from files that are told by their checksum."""

    data_sha256: str


class ClassFigures(Told):
    """One digit in `metrics.json`."""

    digit: Count
    precision: Share
    recall: Share
    f1: Share
    support: Count


class MetricsFile(Told):
    """`metrics.json`."""

    accuracy: Share
    loss: NotNegative
    errors: Count
    ece: Share
    parameters: Count
    train_seconds: NotNegative
    per_class: Annotated[list[ClassFigures], Field(min_length=CLASSES, max_length=CLASSES)]


class CalibrationFile(Told):
    """`calibration.json`."""

    temperature: Annotated[float, Field(gt=0, le=1000)]
    unsure: Share


class HistoryRow(Told):
    """An epoch in `history.csv`."""

    epoch: CsvCount
    loss: NotNegative
    accuracy: Share
    val_loss: CsvNumber
    val_accuracy: CsvShare
    learning_rate: NotNegative
    seconds: NotNegative


class CorruptionRow(Told):
    """A family at a severity in `corruptions.csv`."""

    family: Annotated[str, AfterValidator(_known_family)]
    severity: Annotated[CsvCount, Field(ge=1, le=5)]
    seen: bool
    digits: Annotated[CsvCount, Field(ge=1)]
    accuracy: Share
    low: Share
    high: Share
    worst: Annotated[str, Field(pattern=r"^([0-9]{1,4}:[0-9]( |$))*$")]


class PagesRow(Told):
    """A kind of page in `pages.csv`, or all of them."""

    family: str
    pages: Annotated[CsvCount, Field(ge=1)]
    exact: Share
    exact_low: Share
    exact_high: Share
    digits: CsvCount
    found: CsvShare
    read: CsvShare
    false_per_page: NotNegative
    empty_pages: CsvCount
    refused: CsvShare


class StylesRow(Told):
    """A way of writing in `styles.csv`."""

    set: str
    style: str
    digits: Annotated[CsvCount, Field(ge=1)]
    accuracy: CsvShare
    mostly_taken_for: CsvDigit


class Array(NamedTuple):
    """What an array must be.

    Attributes:
        kinds: of its numbers, as NumPy's `dtype.kind` calls them.
        shape: of each side its length, or the name of a length that arrays of the folder have in common.
        low: the least number.
        high: the greatest.
    """

    kinds: str
    shape: tuple[int | str, ...]
    low: float = -1e30
    high: float = 1e30


TEST_OUTPUTS = {
    "y_prob": Array("f", ("test digits", CLASSES), 0, 1 + ROUNDING),
    "features": Array("u", ("test digits", "features")),
    "feature_step": Array("f", ("features",), 0),
}
DIGIT_TEST = {
    "means": Array("f", (CLASSES, "features")),
    "whitening": Array("f", ("features", "features")),
    "weights": Array("f", (3,)),
    "intercept": Array("f", ()),
}
EXPLORE = {
    "points": Array("f", ("test digits", 2), -1e4, 1e4),
    "opinion": Array("f", ("test digits", CLASSES), 0, 1 + ROUNDING),
    "train indices": Array("ui", ("doubtful labels",), 0, TRAINING_DIGITS - 1),
    "train self_confidence": Array("f", ("doubtful labels",), 0, 1),
    "train suggested": Array("ui", ("doubtful labels",), 0, CLASSES - 1),
    "train issue": Array("b", ("doubtful labels",)),
}
Row = TypeVar("Row", bound=Told)


def find_fault(folder: Path, required: Collection[str], checks: Mapping[str, Check] | None = None) -> str:
    """Say what is wrong with a folder, in one sentence that names the file; "" where nothing is.

    Args:
        folder: of a model.
        required: names of files that must be there.
        checks: by the names of files that are looked at where they are there; those of a classifier where None. Other
            files are left alone.
    """
    sides: Sides = {}
    for name in required:
        if not (folder / name).exists():
            return f"{name} is missing."
    for name, check in (CLASSIFIER if checks is None else checks).items():
        path = folder / name
        try:
            if path.is_file():
                check(path, sides)
            elif path.exists():
                return f"{name} is no file."
        except BROKEN as error:
            return f"{name} cannot be used: {_in_words(error)}."
    return ""


def _in_words(error: BaseException) -> str:
    """What is wrong, without where in the program it was found."""
    if not isinstance(error, ValidationError):
        return in_words(error)
    first = error.errors()[0]
    where = " ".join(map(str, first["loc"]))
    said = first["msg"].removeprefix("Value error, ").removeprefix("Input ").replace("Field required", "is missing")
    return f"{where} {said[0].lower()}{said[1:]}".strip().removesuffix(".")


# ---- text ----


def _read_text(path: Path) -> str:
    if path.stat().st_size > LARGEST_TEXT:
        raise ValueError(f"it has more than {LARGEST_TEXT:,} bytes")
    return path.read_text(encoding="utf-8")


def _object(shape: type[Told]) -> Check:
    """A check of a JSON file."""
    return lambda path, _: shape.model_validate_json(_read_text(path))


def _recipe(shape: type[RecipeFile]) -> Check:
    """A check of a recipe: whatever trained the network, these settings must be such that it could be trained again."""

    def check(path: Path, sides: Sides) -> None:
        text = _read_text(path)
        recipe = shape.model_validate_json(text)
        TypeAdapter(TrainingSettings).validate_json(text)
        if isinstance(recipe, ClassifierRecipeFile) and recipe.data_sha256 == datasets.checksum():
            sides["test digits"] = TEST_DIGITS  # those that the pages show

    return check


def _read_rows(path: Path, shape: type[Row]) -> list[Row]:
    """The rows of a CSV file, each checked; at least one."""
    rows: list[Row] = []
    for row in csv.DictReader(io.StringIO(_read_text(path), newline="")):
        if None in row or None in row.values():
            raise ValueError(f"row {len(rows) + 1} has another number of cells than the first line")
        rows.append(shape.model_validate(row))
    if not rows:
        raise ValueError("it has no rows")
    return rows


def _check_history(path: Path, _: Sides) -> None:
    _read_rows(path, HistoryRow)


def _check_corruptions(path: Path, _: Sides) -> None:
    if all(row.severity != BENCHMARK for row in _read_rows(path, CorruptionRow)):
        raise ValueError(f"it has no row of severity {BENCHMARK}")


def _check_pages(path: Path, _: Sides) -> None:
    rows = _read_rows(path, PagesRow)
    if [row.family == "all" for row in rows] != [True] + [False] * (len(rows) - 1):
        raise ValueError("its first row, and no other, must be of all families")
    if any((row.digits and row.read is None) or (row.empty_pages and row.refused is None) for row in rows):
        raise ValueError("a share is missing")


def _check_styles(path: Path, _: Sides) -> None:
    if any(row.accuracy is None for row in _read_rows(path, StylesRow)[1:]):
        raise ValueError("an accuracy is missing")


# ---- arrays and networks ----


def _arrays(expected: Mapping[str, Array], since: str | None = None) -> Check:
    """A check of an `.npz` file; one without the array `since` is an older program's, and nobody reads it."""

    def check(path: Path, sides: Sides) -> None:
        with zipfile.ZipFile(path) as file:
            if sum(part.file_size for part in file.infolist()) > LARGEST_ARRAYS:
                raise ValueError(f"it has more than {LARGEST_ARRAYS:,} bytes")
        with np.load(path) as stored:
            if since and since not in stored:
                return
            for name, array in expected.items():
                if name not in stored:
                    raise ValueError(f"it has no array {name!r}")
                _check_array(name, stored[name], array, sides)

    return check


def _check_array(name: str, values: np.ndarray, expected: Array, sides: Sides) -> None:
    """Check an array; a length that is not known yet is known from then on."""
    named = zip(expected.shape, values.shape, strict=False)
    shape = tuple(sides.setdefault(side, length) if isinstance(side, str) else side for side, length in named)
    if values.dtype.kind not in expected.kinds or values.shape != shape or values.ndim != len(expected.shape):
        raise ValueError(f"{name} is {values.dtype} {values.shape}, which does not fit the folder's other files")
    if not values.size:
        raise ValueError(f"{name} is empty")
    if not (values.min() >= expected.low and values.max() <= expected.high):
        raise ValueError(f"{name} has numbers that are too small, too large or none at all (NaN)")


def _check_network(path: Path, sides: Sides) -> None:
    """Load a network and ask it twice nothing: what it answers must be what the classifier takes it for."""
    answers = LiteRT(path, threads=1).run(np.zeros((2, IMAGE_SIZE, IMAGE_SIZE, 1), np.float32))
    scores, features, maps = answers
    known = sides.get("features", features.shape[-1])
    if scores.shape not in ((2, CLASSES), (2, CLASSES + 1)) or features.shape != (2, known) or maps.ndim != 4:
        raise ValueError("its answers have shapes that do not fit the folder's other files")
    if not all(np.isfinite(answer).all() for answer in answers):
        raise ValueError("its answers are no numbers (NaN)")


CLASSIFIER: dict[str, Check] = {
    "recipe.json": _recipe(ClassifierRecipeFile),
    "metrics.json": _object(MetricsFile),
    "calibration.json": _object(CalibrationFile),
    "history.csv": _check_history,
    "corruptions.csv": _check_corruptions,
    "pages.csv": _check_pages,
    "styles.csv": _check_styles,
    "test_outputs.npz": _arrays(TEST_OUTPUTS),
    "digit_test.npz": _arrays(DIGIT_TEST),
    "explore.npz": _arrays(EXPLORE, since="opinion"),
    "model.tflite": _check_network,
}
DETECTOR: dict[str, Check] = {"recipe.json": _recipe(RecipeFile), "history.csv": _check_history}
