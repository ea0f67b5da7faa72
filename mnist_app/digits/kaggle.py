"""The files of Kaggle's competition Digit Recognizer: one digit a line, and answers in the form that it takes."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np

from mnist_app.settings import CLASSES, IMAGE_SIZE
from mnist_app.tables import to_csv

TRAIN = "train.csv"
PIXELS = [f"pixel{i}" for i in range(IMAGE_SIZE * IMAGE_SIZE)]
LABELLED = ["label", *PIXELS]
BYTES = frozenset(map(str, range(256)))


def read_train(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read digits with labels, from a CSV with the columns label, pixel0 … pixel783.

    Returns:
        `(n, 28, 28)` uint8 images, 0 = background and 255 = ink, and `(n,)` uint8 labels.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not like that; the message is a sentence that names the line.
    """
    table = _read(path, LABELLED)
    if table[:, 0].max() >= CLASSES:
        raise ValueError(_first_mistake(path, LABELLED))
    return _as_images(table[:, 1:]), table[:, 0]


def read_test(path: Path) -> np.ndarray:
    """Read digits without labels, from a CSV with the columns pixel0 … pixel783; see `read_train`."""
    return _as_images(_read(path, PIXELS))


def to_submission(y_pred: np.ndarray) -> str:
    """Write answers `(n,)` as the competition takes them: ImageId, from 1, and Label."""
    return to_csv([{"ImageId": i, "Label": int(label)} for i, label in enumerate(y_pred, start=1)])


def _as_images(pixels: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(pixels).reshape(-1, IMAGE_SIZE, IMAGE_SIZE)


def _read(path: Path, columns: list[str]) -> np.ndarray:
    """Read a table of bytes, `(n, columns)` uint8, n at least 1."""
    path = Path(path)
    with suppress(ValueError), path.open(encoding="utf-8-sig") as file:  # what is no text is a ValueError, too
        if _cells(file.readline()) == columns:
            table = np.loadtxt(_not_empty(file), np.uint8, comments=None, delimiter=",", ndmin=2)
            if table.shape[1] == len(columns):
                return table
    raise ValueError(_first_mistake(path, columns))


def _not_empty(file: Iterable[str]) -> Iterator[str]:
    """The lines of a table, of which there must be one: `loadtxt` would only warn."""
    lines = (line for line in file if line != "\n")
    yield next(lines, "no digits")
    yield from lines


def _cells(line: str) -> list[str]:
    return line.rstrip("\n").split(",")


def _first_mistake(path: Path, columns: list[str]) -> str:
    """Say in one sentence what is wrong with a table, and in which line."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        header = _cells(file.readline())
        if header != columns:
            return f"{path.name}, line 1: {_wrong_header(header, columns)}"
        for number, line in enumerate(file, start=2):
            if line != "\n" and (mistake := _mistake(_cells(line), columns)):
                return f"{path.name}, line {number}: {mistake}"
    return f"{path.name} holds no digits: nothing follows its header."


def _mistake(cells: list[str], columns: list[str]) -> str | None:
    if len(cells) != len(columns):
        return f"there are {len(cells)} values; expected {len(columns)}."
    for name, cell in zip(columns, cells, strict=True) if not BYTES.issuperset(cells) else [(columns[0], cells[0])]:
        highest = CLASSES - 1 if name == "label" else 255
        if cell not in BYTES or int(cell) > highest:
            return f"{name} is {cell[:20]!r}; expected a whole number from 0 to {highest}."
    return None


def _wrong_header(header: list[str], columns: list[str]) -> str:
    expected = f"expected {columns[0]}, {columns[1]} … {columns[-1]}"
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    if len(missing) == len(columns):
        return f"this is no header of Kaggle's Digit Recognizer; {expected}."
    if missing:
        others = f" and {len(missing) - 1} more are" if len(missing) > 1 else " is"
        return f"the column {missing[0]}{others} missing; {expected}."
    if unknown:
        return f"there is a column {unknown[0][:20]!r} too many; {expected}."
    return f"the columns are not in their order, or one is there twice; {expected}."
