"""A real Streamlit server and a real Chromium, for the tests of this folder."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# What a container without a graphics card, and a test without the internet, need.
ARGUMENTS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
ARGUMENTS += ["--no-first-run"] + (["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])
DEVICES = {
    "wide": {"viewport": {"width": 1280, "height": 1100}},
    "phone": {
        "viewport": {"width": 375, "height": 812},
        "is_mobile": True,
        "has_touch": True,
        "user_agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
    },
}


@dataclass
class Server:
    """A running app: its address, and the file with what it prints."""

    url: str
    log: Path


@dataclass
class Visit:
    """A browser's page on the app, and what went wrong in it."""

    page: Page
    url: str
    problems: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on a free port of this machine."""
    if not CHROMIUM:
        pytest.skip("No Chromium found: `apt-get install chromium` or install Google Chrome to run the browser tests.")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log.txt"
    options = {"port": port, "address": "127.0.0.1", "headless": "true"}
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += [f"--server.{name}={value}" for name, value in options.items()]
    with log.open("w") as file, subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield Server(f"http://127.0.0.1:{port}", log)
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def browser(server: Server) -> Iterator[Browser]:
    """Chromium, started once."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(server: Server, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A fresh visit to the first page; at its end the browser's console must be clean.

    `@pytest.mark.parametrize("visit", ["phone"], indirect=True)` visits with a phone.
    """
    context = browser.new_context(**DEVICES[getattr(request, "param", "wide")])
    visit = Visit(context.new_page(), server.url)
    page = visit.page
    page.on("console", lambda message: message.type in ("error", "warning") and visit.problems.append(_tell(message)))
    page.on("pageerror", lambda error: visit.problems.append(str(error)))
    page.goto(server.url)
    page.get_by_role("heading", level=1).wait_for()
    yield visit
    context.close()
    assert not visit.problems


def _tell(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location.get('url')})"


def _wait(url: str, process: subprocess.Popen, log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"The app did not start:\n{log.read_text()}")
