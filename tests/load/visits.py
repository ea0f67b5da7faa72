"""A thousand visits, some at a time, of an app that may open 1,024 files: `python tests/load/visits.py`.

Each visitor opens a page, reads it and closes the tab; the pages take turns. None may fail or be refused. Printed are
the visits, the most files that the server had open, and its memory.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/browser")]  # a script finds only what lies beside it

import psutil
from serving import serve
from streamlit_client import StreamlitClient
from websockets.exceptions import WebSocketException

from mnist_app.web import navigation

FILES = 1024  # that the server may open: the default of most systems
PATIENCE = 180.0  # seconds: the machine may have other work
PAGES = [page.address for page in navigation.PAGES]


def visit(url: str, process: int, number: int) -> tuple[str, int]:
    """Open a page, and close it.

    Returns:
        What went wrong, "" where nothing did; and how many files the server had open meanwhile.
    """
    try:
        with closing(StreamlitClient(url, PATIENCE)) as client:
            run = client.visit(PAGES[number % len(PAGES)])
            return "; ".join(run.errors) or ("" if run.elements else "nothing came"), count_files(process)
    except (OSError, WebSocketException) as error:
        return f"{type(error).__name__}: {error}", count_files(process)


def count_files(process: int) -> int:
    """How many files, connections and the like a process has open."""
    return psutil.Process(process).num_fds()


def make_visits(count: int, at_once: int, log: Path) -> tuple[Counter[str], int]:
    """Serve the app with few files, and have it visited.

    Args:
        count: of visits.
        at_once: how many at the same time.
        log: the file for what the app prints.

    Returns:
        How often what went wrong, with "" for visits without an error; and the most files that were open.
    """
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, before[1]), before[1]))  # the server inherits it
    try:
        with serve(log) as server, ThreadPoolExecutor(at_once) as pool:
            met = list(pool.map(partial(visit, server.url, server.process), range(count)))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    return Counter(error for error, _ in met), max(files for _, files in met)


def main() -> None:
    """Make the visits, and print what came of them; exits with 1 where one failed."""
    parser = argparse.ArgumentParser(description="A thousand visits of an app that may open 1,024 files.")
    parser.add_argument("--visits", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=8)
    asked = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MNIST_APP_COLLECTION"] = f"sqlite:///{folder}/digits.sqlite"
        errors, files = make_visits(asked.visits, asked.at_once, Path(folder) / "log.txt")
    good = errors.pop("", 0)
    print(f"{good:,} visits without an error, {errors.total()} with one; {files} of {FILES} files open at most")
    print(f"{time.monotonic() - start:.0f} s, {asked.at_once} at once")
    for error, count in errors.most_common(10):
        print(f"    {count} times {error}")
    sys.exit(bool(errors))


if __name__ == "__main__":
    main()
