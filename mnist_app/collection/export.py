"""Digits of a collection as files to take away: pictures, a table, and IDX files as MNIST's own."""

import io
import zipfile
from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image

from mnist_app.collection.store import NO_DIGIT, Entry
from mnist_app.digits.datasets import IMAGES, LABELS, to_idx
from mnist_app.settings import IMAGE_SIZE
from mnist_app.tables import Row, to_csv

TABLE = "labels.csv"
PICTURES = "pictures"


def to_zip(entries: Sequence[Entry]) -> bytes:
    """Pack digits for other programs.

    Args:
        entries: the digits, in the order in which they are numbered.

    Returns:
        A zip file's content: a PNG picture of each digit; `labels.csv`, with a row for each picture: its `file`,
        `label`, what was `read` (-1 is no digit), `model`, `source`, and `when` in ISO 8601; and two IDX files, not
        gzipped, with the images and labels of those that are digits, in the same order.
    """
    names = [f"{PICTURES}/{_name(number, entry)}" for number, entry in enumerate(entries, start=1)]
    digits = [entry for entry in entries if entry.label != NO_DIGIT]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(TABLE, to_csv([_row(name, entry) for name, entry in zip(names, entries, strict=True)]))
        zipped.writestr(IMAGES, to_idx(_stack(entry.image for entry in digits)))
        zipped.writestr(LABELS, to_idx(np.array([entry.label for entry in digits], np.uint8)))
        for name, entry in zip(names, entries, strict=True):
            zipped.writestr(name, _to_png(entry.image), zipfile.ZIP_STORED)  # a PNG is compressed already
    return file.getvalue()


def _name(number: int, entry: Entry) -> str:
    return f"{number:05d}-is-{'no-digit' if entry.label == NO_DIGIT else entry.label}.png"


def _row(name: str, entry: Entry) -> Row:
    return {
        "file": name,
        "label": entry.label,
        "read": entry.read,
        "model": entry.model,
        "source": entry.source,
        "when": entry.when.isoformat(timespec="seconds") if entry.when else "",
    }


def _stack(images: Iterable[np.ndarray]) -> np.ndarray:
    """Return `(n, 28, 28)` uint8, also where there are none."""
    return np.array([*images], np.uint8).reshape(-1, IMAGE_SIZE, IMAGE_SIZE)


def _to_png(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()
