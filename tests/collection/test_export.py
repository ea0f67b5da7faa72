import csv
import io
import struct
import zipfile
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from mnist_app.collection.export import to_zip
from mnist_app.collection.store import NO_DIGIT, Store
from mnist_app.digits import datasets


@pytest.fixture
def entries(entry):
    """Three of MNIST's digits and something else in between, as a store gives them."""
    return [
        entry(0, read=1, when=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)),
        entry(1, label=NO_DIGIT),
        entry(2, source="photographed"),
        entry(3, read=NO_DIGIT),
    ]


def unpacked(entries) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(to_zip(entries)))


def test_pictures_and_their_table(entries):
    with unpacked(entries) as files:
        assert files.testzip() is None
        rows = list(csv.DictReader(io.StringIO(files.read("labels.csv").decode())))
        pictures = [np.asarray(Image.open(io.BytesIO(files.read(row["file"])))) for row in rows]
        assert len(files.namelist()) == len(entries) + 3
    assert [row["file"] for row in rows] == [
        f"pictures/{name}.png" for name in ("00001-is-7", "00002-is-no-digit", "00003-is-1", "00004-is-0")
    ]
    assert rows[0] == {
        "file": "pictures/00001-is-7.png",
        "label": "7",
        "read": "1",
        "model": "flagship",
        "source": "drawn",
        "when": "2026-01-02T03:04:05+00:00",
    }
    assert [(row["label"], row["read"], row["source"]) for row in rows[1:]] == [
        ("-1", "2", "drawn"), ("1", "1", "photographed"), ("0", "-1", "drawn")
    ]  # fmt: skip
    for picture, entry in zip(pictures, entries, strict=True):
        np.testing.assert_array_equal(picture, entry.image)


def test_this_program_reads_the_idx_files(entries, tmp_path):
    with unpacked(entries) as files:
        files.extractall(tmp_path)
    x = datasets.read_idx(tmp_path / "train-images-idx3-ubyte", datasets.IMAGES_MAGIC)
    y = datasets.read_idx(tmp_path / "train-labels-idx1-ubyte", datasets.LABELS_MAGIC)
    np.testing.assert_array_equal(x, [entries[number].image for number in (0, 2, 3)])
    assert y.tolist() == [7, 1, 0]


def test_zipfile_and_struct_alone_read_the_idx_files(entries):
    with unpacked(entries) as files:
        images, labels = (files.read(f"train-{name}-ubyte") for name in ("images-idx3", "labels-idx1"))
    assert struct.unpack_from(">4I", images) == (2051, 3, 28, 28)
    assert struct.unpack_from(f">{3 * 784}B", images, 16) == tuple(
        pixel for number in (0, 2, 3) for pixel in entries[number].image.ravel()
    )
    assert struct.unpack(">2I3B", labels) == (2049, 3, 7, 1, 0)


@pytest.mark.parametrize("only", [[], [1]])
def test_without_any_digit_the_idx_files_are_empty(entries, only):
    with unpacked([entries[number] for number in only]) as files:
        assert files.read("train-images-idx3-ubyte") == struct.pack(">4I", 2051, 0, 28, 28)
        assert files.read("train-labels-idx1-ubyte") == struct.pack(">2I", 2049, 0)
        assert len(files.namelist()) == len(only) + 3


def test_what_a_store_gives_can_be_taken_away(url, entries):
    opened = Store(url)
    for entry in entries:
        opened.keep("key of a visitor", entry)
    with unpacked(opened.entries("key of a visitor")) as files:
        assert len(files.namelist()) == len(entries) + 3
