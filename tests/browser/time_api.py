"""How long the API takes beside the same reading in Python, and what it does to the server's memory: prints both.

    python tests/browser/time_api.py

The app is started as a person starts it, and asked over HTTP by this process on the same machine: a 280 x 280 drawing
as a PNG file, another as strokes, and a 12-megapixel photo as a JPEG file; one at a time, then eight at once. "In
Python" is `read_picture` on the same in this process, in one thread or in eight. A time runs from sending to the whole
answer; what waits for its turn waits within its time.

Memory is what the server's process holds (resident set) after a warm-up of 200 calls and again after 2,000 more, eight
at once, every twentieth with the photo.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import cv2
import numpy as np
import psutil
from serving import ROOT, Server, serve

sys.path.append(str(ROOT))  # a script finds only what lies beside it

from mnist_app import load_model, read_picture
from mnist_app.digits.datasets import load_mnist
from mnist_app.insight.benchmark import draw_page, photo_file
from mnist_app.web.examples import DIGITS
from mnist_app.web.strokes import render_strokes

AT_ONCE = 8
DRAWINGS, PHOTOS = 400, 48  # calls that are timed
WARM_UP, CALLS, PHOTO_EVERY = 200, 2000, 20  # before the first and between the two looks at the memory
FOUR = [[(40 + 1.5 * x, 30 + 1.5 * y) for x, y in line] for line in DIGITS[4]]
STROKES = {"width": 280, "height": 280, "strokes": FOUR}


class Client:
    """Asks a server, over a connection that it keeps for as long as the server does; each thread has its own."""

    def __init__(self, server: Server) -> None:
        self._place, self._own = server.url.removeprefix("http://"), threading.local()

    def post(self, path: str, body: bytes, kind: str) -> None:
        """Send a body and wait for the whole answer, which must be a reading with digits."""
        if not hasattr(self._own, "connection"):
            self._own.connection = HTTPConnection(self._place, timeout=120)
        self._own.connection.request("POST", path, body, {"Content-Type": kind})
        answer = self._own.connection.getresponse()
        text = answer.read()
        if answer.status != 200 or not json.loads(text)["text"]:
            raise RuntimeError(f"{answer.status}: {text[:200]!r}")


def time_calls(call: Callable[[], object], calls: int, at_once: int) -> tuple[np.ndarray, float]:
    """Seconds of each call, and of all of them together, after a warm-up."""

    def timed(_: int) -> float:
        start = time.perf_counter()
        call()
        return time.perf_counter() - start

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(timed, range(2 * at_once)))
        start = time.perf_counter()
        return np.array(list(pool.map(timed, range(calls)))), time.perf_counter() - start


def megabytes(server: Server) -> float:
    """What the server's process holds."""
    return psutil.Process(server.process).memory_info().rss / 2**20


def main() -> None:
    """Watch the memory, then time all calls; print both."""
    parser = argparse.ArgumentParser(description="Times of the API beside the same reading in Python, and its memory.")
    parser.add_argument("--share", type=float, default=1.0, help="of the calls, for a quick look (default: 1)")
    share = parser.parse_args().share
    drawing = cv2.imencode(".png", draw_page(load_mnist()[1][0][:1], 280, 280, columns=1))[1].tobytes()
    photo, strokes = photo_file(), json.dumps(STROKES).encode()
    classifier = load_model()

    def draw_and_read() -> None:
        read_picture(render_strokes(STROKES["strokes"], (STROKES["width"], STROKES["height"])), classifier, drawn=True)

    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "log.txt") as server:
        client = Client(server)

        def send_photo() -> None:
            client.post("/api/read", photo, "image/jpeg")

        def send_drawing() -> None:
            client.post("/api/read", drawing, "image/png")

        def send(i: int) -> None:
            (send_drawing if i % PHOTO_EVERY else send_photo)()

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(send, range(round(share * WARM_UP))))
            before, calls = megabytes(server), round(share * CALLS)
            list(pool.map(send, range(calls)))
        print(f"memory: {before:.0f} MB before, {megabytes(server):.0f} MB after {calls:,} calls\n")

        both = {
            "drawing, PNG": (send_drawing, lambda: read_picture(drawing, classifier), DRAWINGS),
            "drawing, strokes": (
                lambda: client.post("/api/read/drawing", strokes, "application/json"),
                draw_and_read,
                DRAWINGS,
            ),
            "photo, JPEG": (send_photo, lambda: read_picture(photo, classifier), PHOTOS),
        }
        print(f"{'what':18}{'at once':>8}  {'where':9}{'median ms':>10}{'p95 ms':>10}{'a second':>10}")
        for what, (asked, here, calls) in both.items():
            for at_once in (1, AT_ONCE):
                for where, call in {"API": asked, "in Python": here}.items():
                    seconds, total = time_calls(call, max(2, round(share * calls)), at_once)
                    middle, high = 1e3 * np.quantile(seconds, (0.5, 0.95))
                    print(f"{what:18}{at_once:8}  {where:9}{middle:10.1f}{high:10.1f}{len(seconds) / total:10.1f}")


if __name__ == "__main__":
    main()
