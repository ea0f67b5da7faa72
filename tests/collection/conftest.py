"""A new, empty database for each test, of SQLite and of PostgreSQL, and digits to keep in it."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import numpy as np
import psycopg
import pytest

from mnist_app.collection.store import Entry

UNPRIVILEGED = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root


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


@pytest.fixture
def sqlite_url(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/folder/digits.sqlite"


@pytest.fixture
def postgresql_url(postgresql) -> str:
    name = f"test_{uuid4().hex}"
    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{postgresql}/{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request) -> str:
    """The address of an empty database, once of each kind."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(scope="session")
def entry(mnist_test) -> Callable[..., Entry]:
    """Make an entry of one of MNIST's test digits, by its number, read right unless told otherwise."""
    images, labels = mnist_test

    def make(number: int, **changes: object) -> Entry:
        features = np.random.default_rng(number).random(8, np.float32)
        label = int(labels[number])
        values = {"image": images[number], "features": features, "model": "flagship", "read": label, "label": label}
        return Entry(**{**values, "source": "drawn", **changes})

    return make
