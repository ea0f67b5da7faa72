"""What more than one test file needs."""

import gzip
import os
import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from uuid import uuid4

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["MNIST_APP_COLLECTION"] = f"sqlite:///{tempfile.mkdtemp()}/digits.sqlite"  # none of whoever runs the tests

import cv2
import numpy as np
import psycopg
import pytest

from mnist_app.digits import datasets
from mnist_app.digits.generated.pages import PageMaker
from mnist_app.insight.exam import Exam
from mnist_app.network import model_store
from mnist_app.network.classifier import Classifier, load_classifier

UNPRIVILEGED = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root


@pytest.fixture(scope="session")
def mnist_test() -> tuple[np.ndarray, np.ndarray]:
    """MNIST's 10,000 test digits: images and labels."""
    return datasets.load_mnist()[1]


@pytest.fixture(scope="session")
def small_mnist(tmp_path_factory) -> Path:
    """A folder with the first 600 training and 200 test digits as IDX files."""
    folder = tmp_path_factory.mktemp("mnist")
    (x_train, y_train), (x_test, y_test) = datasets.load_mnist()
    for name, array in (
        ("x_train", x_train[:600]),
        ("y_train", y_train[:600]),
        ("x_test", x_test[:200]),
        ("y_test", y_test[:200]),
    ):
        magic = datasets.IMAGES_MAGIC if name[0] == "x" else datasets.LABELS_MAGIC
        header = struct.pack(f">{1 + array.ndim}I", magic, *array.shape)
        (folder / datasets.FILES[name]).write_bytes(gzip.compress(header + array.tobytes()))
    return folder


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    """The default model's network."""
    return load_classifier(model_store.find_model())


@pytest.fixture(scope="session")
def note(mnist_test: tuple[np.ndarray, np.ndarray]) -> bytes:
    """A 7 and a 2 side by side on white paper, 560 x 280, as a PNG file."""
    page = np.concatenate([cv2.resize(255 - image, (280, 280)) for image in mnist_test[0][:2]], axis=1)
    return cv2.imencode(".png", page)[1].tobytes()


@pytest.fixture(scope="session")
def maker(tmp_path_factory) -> PageMaker:
    """Draws pages of the test part with what pip brings alone, so that they are the same everywhere."""
    return PageMaker("test", folder=tmp_path_factory.mktemp("nothing"))


class InProcess:
    """Stands for a pool of processes, and does their work itself."""

    def __init__(self, processes: int, context: object, initializer: Callable, initargs: tuple) -> None:
        initializer(*initargs)

    def __enter__(self) -> "InProcess":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, function: Callable, items: Iterable, chunksize: int) -> Iterable:
        return map(function, items)


@pytest.fixture
def in_process(monkeypatch, maker) -> Callable[[ModuleType], None]:
    """Tells a module to draw its pages here, with `maker`, where it would start processes."""

    def tell(module: ModuleType) -> None:
        monkeypatch.setattr(module, "ProcessPoolExecutor", InProcess)
        monkeypatch.setattr(module, "PageMaker", lambda _: maker)

    monkeypatch.setattr(cv2, "setNumThreads", lambda _: None)  # such processes ask for one
    return tell


@pytest.fixture
def exam() -> Exam:
    """Sixty digits, each class in its own direction, of which the first is misread."""
    rng = np.random.default_rng(0)
    y_true = np.arange(60) % 10
    features = (10 * np.eye(10)[y_true] + rng.normal(0, 0.1, (60, 10))).astype(np.float32)
    y_prob = np.eye(10, dtype=np.float32)[np.where(np.arange(60) == 0, 1, y_true)]
    return Exam("test", np.zeros((60, 28, 28), np.uint8), y_true, y_prob, features)


@pytest.fixture
def stored(exam) -> np.ndarray:
    """A map on which class c lies about (10 c, -5 c)."""
    return exam.y_true[:, np.newaxis] * np.array([10.0, -5.0]) + np.random.default_rng(1).normal(0, 0.1, (60, 2))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server without databases, which runs as long as the tests do."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.skip("There is no PostgreSQL here; `apt-get install postgresql` brings one.")
    folder = Path(tempfile.mkdtemp(prefix="mnist-postgresql-"))  # not in pytest's, which only its own user may enter
    if UNPRIVILEGED:
        shutil.chown(folder, UNPRIVILEGED)

    def run(program: str, *arguments: str) -> None:
        command = [str(found[-1].with_name(program)), "-D", str(folder / "data"), *arguments]
        with (folder.parent / f"{folder.name}.log").open("w+") as log:  # a pipe would stay open as long as the server
            done = subprocess.run(command, cwd=folder, stdout=log, stderr=log, user=UNPRIVILEGED, timeout=120)
            log.seek(0)
            if done.returncode:
                pytest.skip(f"PostgreSQL does not start here: {log.read().strip()}")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        run("initdb", "--username=tests", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", options)
        yield f"postgresql://tests@127.0.0.1:{port}"
        run("pg_ctl", "stop", "-m", "fast")
    finally:
        shutil.rmtree(folder)
        folder.with_suffix(".log").unlink()


@pytest.fixture(scope="session")
def new_database(postgresql) -> Callable[[], str]:
    """Make an empty PostgreSQL database and return its address."""

    def make() -> str:
        name = f"test_{uuid4().hex}"
        with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"{postgresql}/{name}"

    return make
