"""How long it takes from `streamlit run` to the first digit of one's own that is read right: prints a table.

    python tests/browser/time_first_digit.py

Each round starts the app anew, opens it in a Chromium that knows nothing of it, and draws a 7 with the mouse as soon as
the paper is there. It takes no click. Times are in seconds from the start of the command, medians of the rounds.
"""

import argparse
import re
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from playwright.sync_api import expect, sync_playwright
from serving import ARGUMENTS, CHROMIUM, NO_CHROMIUM, SECONDS, serve
from test_app import SEVEN, draw


def time_round(log: Path) -> dict[str, float]:
    """Seconds from the start of the app to each point, by name."""
    took = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        start = time.perf_counter()
        with serve(log) as server:
            took["the server answers"] = time.perf_counter() - start
            page.goto(server.url)
            page.locator(".paper svg").wait_for(timeout=SECONDS)
            took["the paper is there"] = time.perf_counter() - start
            draw(page, SEVEN)
            took["a 7 is drawn"] = time.perf_counter() - start
            expect(page.get_by_role("status")).to_have_text(re.compile("^7"), timeout=SECONDS)
            took["it is read as 7"] = time.perf_counter() - start
            page.close()
        browser.close()
    return took


def main() -> None:
    """Time the rounds and print their medians."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="How many times; 5 where left out.")
    rounds = parser.parse_args().rounds
    if CHROMIUM is None:
        raise SystemExit(NO_CHROMIUM)
    times = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for i in range(rounds):
            for point, seconds in time_round(Path(folder) / f"{i}.txt").items():
                times[point].append(seconds)
    print(f"{'until':24}{'median s':>10}{'slowest s':>11}")
    for point, seconds in times.items():
        print(f"{point:24}{np.median(seconds):10.2f}{max(seconds):11.2f}")


if __name__ == "__main__":
    main()
