"""What many visitors at once feel, and what they do to the server: prints both.

    python tests/load/time_sessions.py --sessions 30 --seconds 600 --json load.json

The app is started as a person starts it, with a collection of its own, and visited over Streamlit's own protocol from
this process on the same machine. Each visitor draws numbers, a stroke every 2 to 4 s; after each number, every fifth
one opens another page and comes back, and every tenth one uploads a photo of 12 megapixels. A stroke's time runs from
sending it, which a browser does as soon as the pen is lifted, until the answer's element has come. All arrive within
the first seconds; the first page that each of them sees counts by itself, and so do its errors.

The server's memory is what its process holds (resident set), looked at every second.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import psutil

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/browser")]  # a script finds only what lies beside it

from pen_strokes import write_number
from serving import Server, serve
from streamlit_client import Run, StreamlitClient
from websockets.exceptions import WebSocketException

from mnist_app.insight.benchmark import photo_file
from mnist_app.web import navigation

PAUSE = (2.0, 4.0)  # seconds from one stroke to the next
ARRIVING = 10.0  # seconds within which all come, or a sixth of the time where that is less
PAGE_EVERY, PHOTO_EVERY = 5, 10  # visitors of whom one opens pages, or uploads photos
PAGES = [page.address for page in navigation.PAGES if page not in (navigation.DRAW, navigation.UPLOAD)]
photo = cache(photo_file)
STROKE, FIRST, PAGE, PHOTO = "stroke to answer", "first page", "another page", "photo of 12 megapixels"


@dataclass
class Notes:
    """What the visitors met.

    Attributes:
        times: seconds, by what they are of.
        errors: one sentence each.
        again: scripts that ran more than once for one request.
        written: how many numbers were written.
        right: how many of them were read right.
    """

    times: dict[str, list[float]] = field(default_factory=lambda: {what: [] for what in (STROKE, FIRST, PAGE, PHOTO)})
    errors: list[str] = field(default_factory=list)
    again: int = 0
    written: int = 0
    right: int = 0

    def take(self, what: str, run: Run) -> None:
        """Note one run of a page."""
        self.times[what].append(run.answered if what == STROKE else run.seconds)
        self.errors += [f"{what}: {error}" for error in run.errors]
        self.again += run.runs - 1
        if what == STROKE and not run.answer:
            self.errors.append("A stroke had no answer.")


@dataclass(frozen=True)
class Look:
    """The server and the machine at one time.

    Attributes:
        second: since the beginning.
        megabytes: that the server's process holds.
        threads: that it has.
        processor: cores that it used since the look before.
        others: cores that all other processes did, this one among them.
    """

    second: float
    megabytes: float
    threads: int
    processor: float
    others: float


def visit(url: str, number: int, end: float, notes: Notes) -> None:
    """Be one visitor until a time of `time.monotonic`; one who is thrown out notes that and begins anew."""
    rng = np.random.default_rng(number)
    time.sleep(rng.uniform(0, min(ARRIVING, (end - time.monotonic()) / 6)))
    while time.monotonic() < end:
        try:
            with closing(StreamlitClient(url)) as client:
                notes.take(FIRST, client.visit())
                while time.monotonic() < end:
                    draw(client, rng, end, notes)
                    look_around(client, rng, number, notes)
        except (OSError, WebSocketException, LookupError, TypeError) as error:
            notes.errors.append(f"visitor {number}: {type(error).__name__}: {error}")
            time.sleep(1)


def draw(client: StreamlitClient, rng: np.random.Generator, end: float, notes: Notes) -> None:
    """Write a number on the paper, a stroke at a time, and clear it away."""
    number, strokes = write_number(rng)
    run = Run()
    for i in range(len(strokes)):
        time.sleep(rng.uniform(*PAUSE))
        if time.monotonic() > end:
            return
        run = client.draw(strokes[: i + 1])
        notes.take(STROKE, run)
    notes.written += 1
    notes.right += run.answer.split()[:1] == [number]
    time.sleep(rng.uniform(*PAUSE))
    client.draw([])


def look_around(client: StreamlitClient, rng: np.random.Generator, number: int, notes: Notes) -> None:
    """Do what this visitor does between two numbers."""
    if number % PAGE_EVERY == 1:
        notes.take(PAGE, client.visit(PAGES[rng.integers(len(PAGES))]))
        time.sleep(rng.uniform(*PAUSE))
        client.visit()
    if number % PHOTO_EVERY == 2:
        client.visit(navigation.UPLOAD.address)
        name = f"{number} {time.monotonic()}.jpg"  # another name is another file: none is remembered
        notes.take(PHOTO, client.upload({name: photo()}))
        time.sleep(rng.uniform(*PAUSE))
        client.visit()


@contextmanager
def watch(process: int) -> Iterator[list[Look]]:
    """Look at the server every second until the block ends."""
    looks: list[Look] = []
    ended, server, start = threading.Event(), psutil.Process(process), time.monotonic()

    def look() -> None:
        server.cpu_percent(), psutil.cpu_percent()  # they count from the call before
        while not ended.wait(1):
            used, all_used = server.cpu_percent() / 100, psutil.cpu_percent() / 100 * (os.cpu_count() or 1)
            memory = server.memory_info().rss / 2**20
            looks.append(Look(time.monotonic() - start, memory, server.num_threads(), used, max(0, all_used - used)))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    yield looks
    ended.set()
    thread.join()


def load(server: Server, sessions: int, seconds: float) -> tuple[Notes, list[Look]]:
    """Have so many visitors use a server for so long."""
    notes, end = Notes(), time.monotonic() + seconds
    visitors = [threading.Thread(target=visit, args=[server.url, i, end, notes]) for i in range(sessions)]
    with watch(server.process) as looks:
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
    return notes, looks


def sum_up(notes: Notes, looks: list[Look]) -> dict[str, Any]:
    """Figures of a run, as they are printed and written down."""
    times = {
        what: {"count": len(found)}
        | dict(zip(("p50", "p95", "p99", "longest"), np.quantile(found, (0.5, 0.95, 0.99, 1)).tolist(), strict=True))
        for what, found in notes.times.items()
        if found
    }
    quarters = []
    for part in np.array_split(np.array([list(asdict(look).values()) for look in looks]), 4):
        _, megabytes, threads, processor, others = part.T
        quarters.append(
            {
                "megabytes": megabytes.mean(),
                "threads": threads.mean(),
                "most_threads": threads.max(),
                "processor": processor.mean(),
                "others": others.mean(),
            }
        )
    return {
        "times": times,
        "errors": notes.errors,
        "ran_again": notes.again,
        "written": notes.written,
        "read_right": notes.right,
        "quarters": quarters,
        "looks": [asdict(look) for look in looks],
    }


def tell(found: dict[str, Any]) -> None:
    """Print what `sum_up` found."""
    print(f"{'seconds':24}{'count':>7}{'p50':>8}{'p95':>8}{'p99':>8}{'longest':>9}")
    for what, times in found["times"].items():
        figures = "".join(f"{times[each]:8.2f}" for each in ("p50", "p95", "p99"))
        print(f"{what:24}{times['count']:7}{figures}{times['longest']:9.2f}")
    print(f"\n{'quarter':8}{'MB':>6}{'threads':>9}{'most':>6}{'cores used':>12}{'by others':>11}")
    for i, quarter in enumerate(found["quarters"]):
        print(
            f"{i + 1:<8}{quarter['megabytes']:6.0f}{quarter['threads']:9.0f}{quarter['most_threads']:6.0f}"
            f"{quarter['processor']:12.2f}{quarter['others']:11.2f}"
        )
    last = found["quarters"][3]["megabytes"] / found["quarters"][1]["megabytes"]
    print(f"\nmemory of the last quarter: {last:.3f} times the second's")
    print(f"scripts that ran more than once: {found['ran_again']}")
    print(f"numbers read right: {found['read_right']} of {found['written']}")
    print(f"errors: {len(found['errors'])}")
    for error in found["errors"][:20]:
        print(f"    {error}")


def main() -> None:
    """Start the app, have it visited, and print the figures."""
    parser = argparse.ArgumentParser(description="What many visitors at once feel, and what they do to the server.")
    parser.add_argument("--sessions", type=int, default=30, help="visitors at once (default: 30)")
    parser.add_argument("--seconds", type=float, default=600, help="how long they stay (default: 600)")
    parser.add_argument("--json", type=Path, help="a file to write all figures into, too")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MNIST_APP_COLLECTION"] = f"sqlite:///{folder}/digits.sqlite"
        photo()  # made before anyone waits for it
        with serve(Path(folder) / "log.txt") as server:
            notes, looks = load(server, asked.sessions, asked.seconds)
        found = {"sessions": asked.sessions, "seconds": asked.seconds} | sum_up(notes, looks)
    tell(found)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
