"""The app as a person starts it, and the browser that visits it: for the tests of this folder and for `time_pages`."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NO_CHROMIUM = "No Chromium found: `apt-get install chromium` or install Google Chrome."
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
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
PICTURES_SHOWN = "[...document.images].every(image => image.complete && image.naturalWidth)"
SECONDS = 20_000  # milliseconds that a busy machine may take
COMPARING = 120_000  # that it may take to compare a digit with all training digits
CROSSING = """(chart, [column, row]) => {
    const labels = [...chart.querySelectorAll('.role-axis-label text')];
    const below = labels.find(label => label.textContent === column)?.getBoundingClientRect();
    const beside = labels.findLast(label => label.textContent === row)?.getBoundingClientRect();
    return below && beside && {x: below.x + below.width / 2, y: beside.y + beside.height / 2};
}"""


def wait_until_idle(page: Page) -> None:
    """Wait until a page is complete: its script has ended, nothing goes on behind it, and every picture is there.

    Who leaves it sooner may ask for pictures that Streamlit has forgotten with the page; the console tells of that.
    """
    idle = expect(page.locator(IDLE))
    idle.to_be_visible(timeout=SECONDS)
    expect(page.get_by_text("going on …")).to_have_count(0, timeout=COMPARING)  # Digit brings new pictures meanwhile
    idle.to_be_visible(timeout=SECONDS)
    wait_until(page, PICTURES_SHOWN)


def wait_until(page: Page, expression: str, told: object = None, patience: float = SECONDS) -> None:
    """Wait until JavaScript says so; Playwright's own way has the page make a script of text, which it must not.

    Args:
        page: that is asked.
        expression: what it is asked, or a function of what it is told.
        told: to it.
        patience: how long to wait, in milliseconds.
    """
    end = time.monotonic() + patience / 1000
    while not page.evaluate(expression, told):
        if time.monotonic() > end:
            raise TimeoutError(expression)
        page.wait_for_timeout(50)


def point_at_cell(page: Page, true: int, read: int) -> None:
    """Click beside the cell's figure, at a place found by the axes' labels alone."""
    chart = page.get_by_test_id("stVegaLiteChart").first
    chart.locator("svg").wait_for(timeout=SECONDS)
    # Both labels at once: between two questions the chart may be drawn anew.
    if place := chart.evaluate(CROSSING, [str(read), str(true)]):
        page.mouse.click(place["x"] + 10, place["y"] + 8)


@dataclass
class Server:
    """A running app: its address, the file with what it prints, and its process's id."""

    url: str
    log: Path
    process: int


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serve(
    log: Path, environment: Mapping[str, str] = MappingProxyType({}), port: int | None = None
) -> Iterator[Server]:
    """Run the app on this machine until the block ends.

    Args:
        log: the file that what the app prints is added to.
        environment: variables that the app has beside this process's.
        port: a free one where None.

    Raises:
        RuntimeError: the app did not start; the message holds what it printed.
    """
    port = port or free_port()
    options = {"port": port, "address": "127.0.0.1", "headless": "true"}
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += [f"--server.{name}={value}" for name, value in options.items()]
    streams = {"stdout": (file := log.open("a")), "stderr": subprocess.STDOUT}
    with file, subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, **streams) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield Server(f"http://127.0.0.1:{port}", log, process.pid)
        finally:
            process.terminate()


def _wait(url: str, process: subprocess.Popen, log: Path, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"The app did not start:\n{log.read_text()}")
