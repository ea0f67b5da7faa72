import csv
import gzip
import io
import struct
import zipfile
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from mnist_app.collection.export import IMAGES, LABELS, to_zip
from mnist_app.collection.store import NO_DIGIT
from mnist_app.digits import datasets


@pytest.fixture
def entries(entry):
    """Five digits, of which the third is none."""
    when = datetime(2026, 5, 17, 12, 30, tzinfo=UTC)
    return [entry(i, when=when, **({"label": NO_DIGIT} if i == 2 else {})) for i in range(5)]


def test_everything_is_in_the_zip(entries):
    with zipfile.ZipFile(io.BytesIO(to_zip(entries))) as file:
        rows = list(csv.DictReader(io.StringIO(file.read("labels.csv").decode())))
        pictures = [np.asarray(Image.open(io.BytesIO(file.read(row["path"])))) for row in rows]
    np.testing.assert_array_equal(pictures, [one.image for one in entries])
    assert [row["label"] for row in rows] == ["" if one.label == NO_DIGIT else str(one.label) for one in entries]
    assert [row["read"] for row in rows] == [str(one.read) for one in entries]
    assert rows[0]["when"] == "2026-05-17T12:30:00+00:00"


def test_struct_alone_reads_the_idx_files(entries):
    digits = [one for one in entries if one.label != NO_DIGIT]
    with zipfile.ZipFile(io.BytesIO(to_zip(entries))) as file:
        images, labels = file.read(IMAGES), file.read(LABELS)
    assert struct.unpack(">4I", images[:16]) == (2051, 4, 28, 28)
    assert images[16:] == b"".join(one.image.tobytes() for one in digits)
    assert struct.unpack(">2I", labels[:8]) == (2049, 4)
    assert list(labels[8:]) == [one.label for one in digits]


def test_this_projects_loader_reads_the_idx_files(entries, tmp_path):
    """It takes MNIST's own, which are gzipped."""
    with zipfile.ZipFile(io.BytesIO(to_zip(entries))) as file:
        for name, ours in ((IMAGES, "x_train"), (LABELS, "y_train"), (IMAGES, "x_test"), (LABELS, "y_test")):
            (tmp_path / datasets.FILES[ours]).write_bytes(gzip.compress(file.read(name)))
    (images, labels), _ = datasets.load_mnist(tmp_path)
    digits = [one for one in entries if one.label != NO_DIGIT]
    np.testing.assert_array_equal(images, [one.image for one in digits])
    np.testing.assert_array_equal(labels, [one.label for one in digits])


def test_nothing_kept_is_an_empty_zip():
    with zipfile.ZipFile(io.BytesIO(to_zip([]))) as file:
        assert struct.unpack(">4I", file.read(IMAGES)) == (2051, 0, 28, 28)
