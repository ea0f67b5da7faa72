"""Take digits away: pictures, a table, and the two files that any program for MNIST reads."""

import io
import struct
import zipfile
from collections.abc import Sequence

import numpy as np
from PIL import Image

from mnist_app.collection.store import NO_DIGIT, Entry
from mnist_app.digits.datasets import IMAGES_MAGIC, LABELS_MAGIC
from mnist_app.tables import to_csv

IMAGES, LABELS = "images-idx3-ubyte", "labels-idx1-ubyte"


def to_zip(entries: Sequence[Entry]) -> bytes:
    """Pack digits as a zip: `digits/0001.png` and so on, `labels.csv`, and IDX files of those that are digits.

    In the pictures and in the IDX files ink is white on black, as in MNIST.
    """
    file = io.BytesIO()
    digits = [one for one in entries if one.label != NO_DIGIT]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        rows = []
        for number, one in enumerate(entries, start=1):
            name = f"digits/{number:04}.png"
            picture = io.BytesIO()
            Image.fromarray(one.image).save(picture, "PNG")
            packed.writestr(name, picture.getvalue())
            rows.append(_row(name, one))
        packed.writestr("labels.csv", to_csv(rows))
        images = np.array([one.image for one in digits], np.uint8).reshape(-1, 28, 28)
        packed.writestr(IMAGES, struct.pack(">4I", IMAGES_MAGIC, *images.shape) + images.tobytes())
        labels = np.array([one.label for one in digits], np.uint8)
        packed.writestr(LABELS, struct.pack(">2I", LABELS_MAGIC, len(labels)) + labels.tobytes())
    return file.getvalue()


def _row(name: str, one: Entry) -> dict[str, object]:
    label, read = ("" if digit == NO_DIGIT else digit for digit in (one.label, one.read))
    when = one.when.isoformat(timespec="seconds") if one.when else ""
    return {"path": name, "label": label, "read": read, "source": one.source, "model": one.model, "when": when}
