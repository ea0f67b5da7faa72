"""MNIST as arrays, from the four IDX files that come with the package, from others, or from Kaggle's CSV files."""

import gzip
import hashlib
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np

from mnist_app.digits import kaggle
from mnist_app.settings import DATA_FOLDER, IMAGE_SIZE

FILES = {
    "x_train": "train-images-idx3-ubyte.gz",
    "y_train": "train-labels-idx1-ubyte.gz",
    "x_test": "t10k-images-idx3-ubyte.gz",
    "y_test": "t10k-labels-idx1-ubyte.gz",
}
IMAGES, LABELS = (Path(FILES[name]).stem for name in ("x_train", "y_train"))  # unpacked
IMAGES_MAGIC = 2051
LABELS_MAGIC = 2049

KAGGLE_TEST_SHARE = 1 / 7

Split = tuple[np.ndarray, np.ndarray]


def load_mnist(folder: Path = DATA_FOLDER) -> tuple[Split, Split]:
    """Load MNIST as `keras.datasets.mnist.load_data` returns it.

    A folder without the IDX files may hold `train.csv` of Kaggle's Digit Recognizer. The competition's test digits have
    no labels, so the last seventh of `train.csv` takes their place, as in MNIST: 36,000 to train with, 6,000 to test.

    Args:
        folder: where the four gzipped IDX files lie, or `train.csv`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images `(n, 28, 28)` uint8, 0 = background and 255 = ink, and labels
        `(n,)` uint8, 0 to 9.

    Raises:
        FileNotFoundError: a file is missing.
        ValueError: a file is not what its name says, is cut short, or images and labels differ in number.
    """
    if not has_idx(folder) and (table := Path(folder) / kaggle.TRAIN).exists():
        return split_validation(*kaggle.read_train(table), KAGGLE_TEST_SHARE)
    paths = {name: Path(folder) / file for name, file in FILES.items()}
    arrays = {name: read_idx(path, IMAGES_MAGIC if name[0] == "x" else LABELS_MAGIC) for name, path in paths.items()}
    for split in ("train", "test"):
        x, y = arrays[f"x_{split}"], arrays[f"y_{split}"]
        if len(x) != len(y):
            raise ValueError(
                f"{paths[f'x_{split}'].name} holds {len(x)} images but {paths[f'y_{split}'].name} {len(y)} labels."
            )
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def load_unpacked(folder: Path) -> Split:
    """Load labelled digits from unpacked IDX files with the names of MNIST's training digits, as My digits gives them.

    Raises:
        FileNotFoundError: a file is missing.
        ValueError: a file is not what its name says, or images and labels differ in number.
    """
    images, labels = read_idx(Path(folder) / IMAGES, IMAGES_MAGIC), read_idx(Path(folder) / LABELS, LABELS_MAGIC)
    if len(images) != len(labels):
        raise ValueError(f"{IMAGES} holds {len(images)} images but {LABELS} {len(labels)} labels.")
    return images, labels


def has_idx(folder: Path) -> bool:
    """Whether one of the four IDX files is there."""
    return any((Path(folder) / file).exists() for file in FILES.values())


def read_idx(path: Path, magic: int) -> np.ndarray:
    """Read one IDX file of images or labels (format: yann.lecun.com/exdb/mnist).

    Args:
        path: the file, gzipped if its name ends in `.gz`.
        magic: the number it must start with, 2051 for images or 2049 for labels.

    Returns:
        `(n, 28, 28)` uint8 images or `(n,)` uint8 labels.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not gzip, starts with another number, or its length is wrong; the message says which
            file and what was found.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path.name} is not a complete gzip file: {error}") from error
    dimensions = 3 if magic == IMAGES_MAGIC else 1
    header = 4 + 4 * dimensions
    if len(content) < header:
        raise ValueError(f"{path.name} ends after {len(content)} bytes, inside its header of {header}.")
    found, *shape = struct.unpack(f">{1 + dimensions}I", content[:header])
    if found != magic:
        raise ValueError(f"{path.name} starts with the magic number {found}; expected {magic}.")
    if dimensions == 3 and shape[1:] != [IMAGE_SIZE, IMAGE_SIZE]:
        raise ValueError(f"{path.name} holds images of {shape[1]} x {shape[2]} pixels; expected 28 x 28.")
    expected = int(np.prod(shape))
    if len(content) - header != expected:
        raise ValueError(
            f"{path.name} should hold {expected} bytes for {shape[0]} entries, but has {len(content) - header}."
        )
    array = np.frombuffer(content, np.uint8, offset=header).reshape(shape)
    if dimensions == 1 and len(array) and array.max() > 9:
        raise ValueError(f"{path.name} holds the label {array.max()}; labels are 0 to 9.")
    return array


def to_idx(array: np.ndarray) -> bytes:
    """Return the content of an IDX file, not gzipped, which `read_idx` reads.

    Args:
        array: images `(n, 28, 28)` uint8, or labels `(n,)` uint8.
    """
    magic = IMAGES_MAGIC if array.ndim == 3 else LABELS_MAGIC
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.tobytes()


def split_validation(x: np.ndarray, y: np.ndarray, validation_split: float) -> tuple[Split, Split]:
    """Cut the last share off for validation, as Keras's `validation_split` does.

    Args:
        x: `(n, ...)` images.
        y: `(n,)` labels.
        validation_split: share between 0 and 1.

    Returns:
        `(x_train, y_train), (x_val, y_val)`, views of the same arrays.
    """
    cut = round(len(x) * (1 - validation_split))
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])


def to_input(images: np.ndarray) -> np.ndarray:
    """Turn images `(n, 28, 28)` uint8 into network input `(n, 28, 28, 1)` float32 in [0, 1]."""
    return (images.astype(np.float32) / 255.0)[..., np.newaxis]


@cache
def checksum(folder: Path = DATA_FOLDER) -> str:
    """SHA-256 over the files that `load_mnist` reads, in their fixed order: tells which data a model was trained on."""
    digest = hashlib.sha256()
    for file in FILES.values() if has_idx(folder) else (kaggle.TRAIN,):
        digest.update((Path(folder) / file).read_bytes())
    return digest.hexdigest()
