"""What more than one test file of the web app needs."""

import socket
import time
from collections.abc import Iterator
from threading import Thread

import pytest
import uvicorn
from starlette.applications import Starlette

from mnist_app.web import visitor
from mnist_app.web.api.routes import make_routes


@pytest.fixture(scope="session")
def api() -> Iterator[str]:
    """The API on a free port of this machine, without the pages; its address."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=make_routes()), log_level="critical"))
        thread = Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(autouse=True)
def no_trouble_of_other_tests(monkeypatch):
    monkeypatch.setattr(visitor, "TROUBLE", visitor.Trouble())
