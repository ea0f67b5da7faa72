import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mnist_app.collection.store import Entry


@pytest.fixture
def entry(mnist_test):
    """Makes an entry of a test digit by its number, read as what it is."""

    def make(number: int, **changed: object) -> Entry:
        image, label = mnist_test[0][number], int(mnist_test[1][number])
        features = np.linspace(0, number, 192, dtype=np.float32)
        return Entry(**{"image": image, "features": features, "model": "flagship", "read": label, "label": label,
                        "source": "drawn"} | changed)  # fmt: skip

    return make


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL that runs for these tests alone; they are skipped where there is none to start."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [Path(shutil.which("initdb") or "/none").parent]
    if not (found[-1] / "initdb").exists():
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="postgres"))  # not pytest's: another user must reach it
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name  # PostgreSQL refuses to run as root
    if os.getuid() == 0:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(found[-1] / program), *arguments]
        command = ["runuser", "-u", user, "--", *command] if os.getuid() == 0 else command
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = str(folder / "data")
    run("initdb", "-D", data, "-U", user, "-A", "trust", "--no-sync")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    yield f"postgresql+psycopg://{user}@127.0.0.1:{port}/postgres"
    run("pg_ctl", "-D", data, "-m", "fast", "stop")
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'digits.sqlite'}"
        return
    import sqlalchemy as sql

    from mnist_app.collection.store import TABLES

    address = request.getfixturevalue("postgres")
    yield address
    engine = sql.create_engine(address)
    TABLES.drop_all(engine)
    engine.dispose()
