"""Nginx as in deploy/ in front of two processes of the app that share a PostgreSQL, one of which is killed."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, expect
from proxying import HERE, NO_NGINX, proxy
from serving import DEVICES, SECONDS, Server, serve, wait_until_idle
from test_app import FOUR, SEVEN, TWO, draw, open_page, says

from mnist_app.collection.store import open_store
from mnist_app.web.connection import LOST
from mnist_app.web.visitor import COOKIE

pytestmark = pytest.mark.skipif(not HERE, reason=NO_NGINX)
PROCESS = "digits_process"


@dataclass
class Installation:
    """What runs: by the name that the cookie has for it, each process; nginx's address and the collection's."""

    servers: dict[str, Server]
    url: str
    collection: str
    environment: dict[str, str]


@pytest.fixture
def installation(tmp_path: Path, new_database: Callable[[], str]) -> Iterator[Installation]:
    collection = new_database()
    environment = {"MNIST_APP_COLLECTION": collection, "MNIST_APP_PUBLIC": "yes"}
    environment |= {"STREAMLIT_SERVER_COOKIE_SECRET": "the same for both"}
    with ExitStack() as stack:
        names = ("first", "second")
        servers = {name: stack.enter_context(serve(tmp_path / name, environment)) for name in names}
        url = stack.enter_context(proxy(tmp_path, list(servers.values())))
        yield Installation(servers, url, collection, environment)


class Visitor:
    """A browser of its own."""

    def __init__(self, browser: Browser, installation: Installation) -> None:
        self._context = browser.new_context(**DEVICES["wide"], ignore_https_errors=True)
        self._installation = installation
        self.page = self._context.new_page()
        self.page.goto(installation.url)
        wait_until_idle(self.page)

    @property
    def process(self) -> str:
        return self._cookie(PROCESS)

    def draws(self, strokes: list[list[tuple[int, int]]], read: str) -> None:
        """Draw, be told what it is, and say that it is so."""
        self.page.keyboard.press("c")
        draw(self.page, strokes)
        says(self.page, f"^{read}.*%")
        self.page.locator(".st-key-right_draw button").click()
        expect(self.page.get_by_text(f"Kept: this is a {read}")).to_be_visible(timeout=SECONDS)

    def uploads(self, picture: bytes) -> None:
        """Have a picture with a 7 read."""
        open_page(self.page, "Upload")
        file = {"name": "7.png", "mimeType": "image/png", "buffer": picture}
        self.page.locator("input[type=file]").first.set_input_files(file)
        expect(self.page.get_by_test_id("stCode").locator("code")).to_have_text("7", timeout=SECONDS)
        open_page(self.page, "Draw")

    def kept(self) -> list[int]:
        """What the collection holds of them, the oldest first."""
        digits = open_store(self._installation.collection).latest(self._cookie(COOKIE), 10)
        return [digit.label for digit in digits][::-1]

    def _cookie(self, name: str) -> str:
        return next(one["value"] for one in self._context.cookies() if one["name"] == name)


def log_of(server: Server) -> str:
    return server.log.read_text("utf-8")


@pytest.fixture
def seven(mnist_test: tuple[np.ndarray, np.ndarray]) -> bytes:
    return cv2.imencode(".png", cv2.resize(255 - mnist_test[0][0], (280, 280)))[1].tobytes()


def test_visitors_are_shared_out_and_go_on_when_their_process_is_killed(
    installation: Installation, browser: Browser, seven: bytes, tmp_path: Path
):
    one, other = Visitor(browser, installation), Visitor(browser, installation)
    assert {one.process, other.process} == set(installation.servers)
    own, others = (installation.servers[visitor.process] for visitor in (one, other))

    before = log_of(others)
    one.draws(FOUR, "4")
    one.uploads(seven)
    one.page.reload()
    wait_until_idle(one.page)
    assert ": 1 digits" in log_of(own)
    assert log_of(others) == before, "all that a visitor asks for is asked of the same process"
    other.draws(SEVEN, "7")

    os.kill(own.process, signal.SIGKILL)
    expect(one.page.get_by_test_id("stToast")).to_contain_text(LOST, timeout=SECONDS)
    says(one.page, "^4.*%")
    assert one.process == other.process
    one.draws(TWO, "2")
    one.uploads(seven)
    other.draws(FOUR, "4")
    assert other.page.get_by_test_id("stToast").filter(has_text=LOST).count() == 0
    assert (one.kept(), other.kept()) == ([4, 2], [7, 4])

    port = int(own.url.rpartition(":")[2])
    with serve(tmp_path / "again", installation.environment, port):
        one.uploads(seven)
        assert one.process == other.process, "whoever went on with the other process stays there"
