"""People's labelled digits, one hand a person: read from a collection of pictures, or generated."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_app.digits import writers
from mnist_app.network.classifier import Classifier
from mnist_app.reading.front_door import read_picture
from mnist_app.reading.picture_files import SUFFIXES, PictureError, open_picture
from mnist_app.settings import CLASSES
from mnist_app.tables import Row

LABELS = "labels.csv"
WRITER_COLUMNS = ("writer", "source")  # which of them says whose a picture is, the first that there is
LAYOUTS = f"WRITER/LABEL/*.png, WRITER/{LABELS} with the columns path and label, or one CSV with path, label and writer"
GENERATED = 30  # people; every second one writes elsewhere
EACH, SEED = 20, 5_000_011  # digits of each class, and the seed of the first person


@dataclass(frozen=True)
class Hand:
    """One person's digits.

    Attributes:
        name: whose.
        labels: `(n,)` int64, what they are.
        images: `(n, 28, 28)` uint8, as a network is given them.
    """

    name: str
    labels: np.ndarray
    images: np.ndarray


@dataclass(frozen=True)
class Labelled:
    """A picture of one digit: its path, and which digit it is."""

    path: Path
    label: int


def list_collection(path: Path) -> dict[str, list[Labelled]]:
    """List a collection's pictures by writer.

    Args:
        path: a folder with a folder per writer, which holds a folder per label, or `labels.csv` with the columns path
            (relative to it) and label; or a CSV with the columns path, label and writer. Where a CSV has no column
            writer, its column source says whose a picture is.

    Raises:
        ValueError: there is no such collection, it holds no picture, or a label is no digit.
    """
    if not path.exists():
        raise ValueError(f"There is no collection {path}.")
    if path.is_dir():
        folders = sorted(folder for folder in path.iterdir() if folder.is_dir())
        found = {folder.name: list(_list_writer(folder)) for folder in folders}
    else:
        rows = _read_rows(path, WRITER_COLUMNS)
        column = next(each for each in WRITER_COLUMNS if each in rows[0])
        names = sorted({row[column] for row in rows})
        found = {name: [_labelled(path, row) for row in rows if row[column] == name] for name in names}
    found = {name: pictures for name, pictures in found.items() if pictures}
    if not found:
        raise ValueError(f"{path} holds no labelled pictures; a collection is laid out as {LAYOUTS}.")
    return found


def read_hands(
    collection: dict[str, list[Labelled]], classifier: Classifier, advance: Callable[[int], object] = lambda _: None
) -> list[Hand]:
    """Read a collection's pictures, each as one digit.

    Args:
        collection: what `list_collection` found.
        classifier: a network; which one makes no difference to the images.
        advance: called with 1 after each picture.

    Raises:
        ValueError: a picture cannot be read, or holds no digit.
    """
    hands = []
    for name, pictures in collection.items():
        images = []
        for labelled in pictures:
            images.append(_read_image(labelled.path, classifier))
            advance(1)
        hands.append(Hand(name, np.array([labelled.label for labelled in pictures]), np.stack(images)))
    return hands


def generate_hands(number: int = GENERATED, each: int = EACH) -> list[Hand]:
    """Write digits as people who were neither trained with nor chosen by; every second one writes elsewhere."""
    people = range(number)
    return [Hand(f"{i + 1}", *writers.write(each, SEED + i, elsewhere=i % 2 == 1)) for i in people]


def _list_writer(folder: Path) -> Iterator[Labelled]:
    table = folder / LABELS
    if table.exists():
        yield from (_labelled(table, row) for row in _read_rows(table))
        return
    for path in sorted(folder.glob("*/*")):
        if path.suffix.lower() in SUFFIXES:
            yield Labelled(path, _digit(path.parent.name, path))


def _read_rows(path: Path, one_of: tuple[str, ...] = ()) -> list[Row]:
    """Rows of a CSV that has the columns path and label, and one of some others."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} cannot be read as a CSV: {error}.") from error
    missing = [column for column in ("path", "label") if not rows or column not in rows[0]]
    if not missing and one_of and not set(one_of) & set(rows[0]):
        missing = [one_of[0]]
    if missing:
        raise ValueError(f"{path} lacks the columns {', '.join(missing)}; a collection is laid out as {LAYOUTS}.")
    return rows


def _labelled(table: Path, row: Row) -> Labelled:
    path = table.parent / (row["path"] or "")
    return Labelled(path, _digit(row["label"] or "", path))


def _digit(text: str, path: Path) -> int:
    if text not in map(str, range(CLASSES)):
        raise ValueError(f"The label of {path} must be a digit from 0 to 9, not {text!r}.")
    return int(text)


def _read_image(path: Path, classifier: Classifier) -> np.ndarray:
    try:
        digits = read_picture(open_picture(path), classifier, digits="one").digits
    except PictureError as error:
        raise ValueError(f"{path}: {error}") from error
    if not digits:
        raise ValueError(f"{path} holds no ink; take it out of the collection.")
    return digits[0].image
