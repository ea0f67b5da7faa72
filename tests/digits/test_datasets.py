import gzip
import hashlib
import struct

import numpy as np
import pytest

from mnist_app.digits import datasets
from mnist_app.settings import DATA_FOLDER

MD5 = {
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}


@pytest.mark.parametrize("name", datasets.FILES)
def test_files_are_the_published_ones(name):
    content = gzip.decompress((DATA_FOLDER / datasets.FILES[name]).read_bytes())
    assert hashlib.md5(content).hexdigest() == MD5[name]


def test_load_mnist_returns_what_keras_does():
    (x_train, y_train), (x_test, y_test) = datasets.load_mnist()
    assert [a.shape for a in (x_train, y_train, x_test, y_test)] == [
        (60000, 28, 28),
        (60000,),
        (10000, 28, 28),
        (10000,),
    ]
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}
    assert y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert x_train.max() == 255


def write_idx(path, magic, shape, content):
    path.write_bytes(gzip.compress(struct.pack(f">{1 + len(shape)}I", magic, *shape) + content))


@pytest.fixture
def small_mnist(tmp_path):
    for split, n in (("train", 3), ("test", 2)):
        write_idx(tmp_path / datasets.FILES[f"x_{split}"], 2051, (n, 28, 28), bytes(n * 784))
        write_idx(tmp_path / datasets.FILES[f"y_{split}"], 2049, (n,), bytes(range(n)))
    return tmp_path


def test_other_folder(small_mnist):
    (x_train, y_train), (x_test, _) = datasets.load_mnist(small_mnist)
    assert x_train.shape == (3, 28, 28)
    assert y_train.tolist() == [0, 1, 2]
    assert x_test.shape == (2, 28, 28)


@pytest.mark.parametrize(
    ("magic", "shape", "content", "message"),
    [
        (2049, (2, 28, 28), bytes(1568), "t10k-images-idx3-ubyte.gz starts with the magic number 2049; expected 2051"),
        (
            2051,
            (2, 28, 28),
            bytes(1500),
            "t10k-images-idx3-ubyte.gz should hold 1568 bytes for 2 entries, but has 1500",
        ),
        (2051, (2, 14, 56), bytes(1568), "t10k-images-idx3-ubyte.gz holds images of 14 x 56 pixels"),
        (
            2051,
            (1, 28, 28),
            bytes(784),
            "t10k-images-idx3-ubyte.gz holds 1 images but t10k-labels-idx1-ubyte.gz 2 labels",
        ),
        (2051, (), b"", "t10k-images-idx3-ubyte.gz ends after 4 bytes, inside its header of 16"),
    ],
)
def test_bad_images(small_mnist, magic, shape, content, message):
    write_idx(small_mnist / datasets.FILES["x_test"], magic, shape, content)
    with pytest.raises(ValueError, match=message):
        datasets.load_mnist(small_mnist)


def test_bad_label(small_mnist):
    write_idx(small_mnist / datasets.FILES["y_test"], 2049, (2,), bytes([3, 10]))
    with pytest.raises(ValueError, match=r"t10k-labels-idx1-ubyte.gz holds the label 10"):
        datasets.load_mnist(small_mnist)


@pytest.mark.parametrize("content", [b"", b"not gzip", gzip.compress(bytes(9000))[:20]])
def test_not_a_complete_gzip(small_mnist, content):
    (small_mnist / datasets.FILES["x_train"]).write_bytes(content)
    with pytest.raises(
        ValueError, match=r"train-images-idx3-ubyte.gz (is not a complete gzip file|ends after 0 bytes)"
    ):
        datasets.load_mnist(small_mnist)


@pytest.mark.parametrize("shape", [(2, 28, 28), (2,), (0, 28, 28), (0,)])
@pytest.mark.parametrize("name", ["digits-ubyte", "digits-ubyte.gz"])
def test_what_is_written_as_idx_is_read_again(tmp_path, shape, name):
    array = (np.arange(np.prod(shape)) % 10).astype(np.uint8).reshape(shape)
    content = datasets.to_idx(array)
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    magic = datasets.IMAGES_MAGIC if len(shape) == 3 else datasets.LABELS_MAGIC
    np.testing.assert_array_equal(datasets.read_idx(tmp_path / name, magic), array)


def test_split_validation_takes_the_end():
    x = np.arange(10)
    (x_train, _), (x_val, y_val) = datasets.split_validation(x, x * 2, 0.2)
    assert x_train.tolist() == list(range(8))
    assert x_val.tolist() == [8, 9]
    assert y_val.tolist() == [16, 18]


def test_to_input():
    x = datasets.to_input(np.array([[[0, 51], [255, 102]]], np.uint8))
    assert x.shape == (1, 2, 2, 1)
    assert x.dtype == np.float32
    np.testing.assert_allclose(x.ravel(), [0, 0.2, 1, 0.4], rtol=1e-6)
