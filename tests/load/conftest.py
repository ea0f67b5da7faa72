"""The app as a person starts it, for the tests of this folder."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "browser"))

from serving import Server, serve


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on a free port of this machine."""
    with serve(tmp_path_factory.mktemp("load") / "log.txt") as running:
        yield running
