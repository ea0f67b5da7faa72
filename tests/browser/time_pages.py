"""How long each page of the app takes from a click in the navigation to its last paint: prints a table.

    python tests/browser/time_pages.py

The app is started as in the browser tests and opened in Chromium, once. In each round every page is opened by a click
on its link; the first round is a warm-up and does not count, since caches fill in it. A page's time runs, on the
browser's own clock, from the click's event to the end of the last frame in which something changed:

- any change of the document (elements, attributes, text), also in the sidebar,
- any drawing on a canvas (the map, tables, the paper to draw on),
- an image that has arrived.

A page counts as finished when nothing of all that has happened for 0.7 s, the page's script has ended on the server and
every image is complete; this waiting is not part of the time. Scripts that a page runs later by itself, such as the
comparison with training digits that goes on behind the page Digit, have the warm-up to come to their end.
"""

import argparse
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright
from serving import ARGUMENTS, CHROMIUM, DEVICES, NO_CHROMIUM, serve

QUIET, WARM_UP_QUIET = 700, 2000  # milliseconds without a change after which a page is finished
PATIENCE = 60_000
# Runs before the app's own scripts. `last` is when the last frame with a change had been drawn: a message that is sent
# from within a frame is delivered after that frame.
WATCH = """
window.paints = {start: 0, last: 0};
{
    let waiting = false;
    const channel = new MessageChannel();
    channel.port1.onmessage = () => { waiting = false; paints.last = performance.now(); };
    const note = () => {
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => channel.port2.postMessage(0));
    };
    const everything = {subtree: true, childList: true, attributes: true, characterData: true};
    new MutationObserver(note).observe(document, everything);
    document.addEventListener('load', note, true);
    document.addEventListener('click', event => { paints.start = paints.last = event.timeStamp; }, true);
    for (const name of ['clearRect', 'fillRect', 'fill', 'stroke', 'fillText', 'drawImage', 'putImageData']) {
        const draw = CanvasRenderingContext2D.prototype[name];
        CanvasRenderingContext2D.prototype[name] = function (...values) {
            note();
            return draw.apply(this, values);
        };
    }
}
"""
FINISHED = """quiet => performance.now() > paints.last + quiet
    && document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && [...document.images].every(image => image.complete)"""


def names(page: Page) -> list[str]:
    """The pages in the navigation, in its order."""
    links = page.get_by_test_id("stSidebarNavLink").locator("p")  # beside it is the symbol, which is text as well
    links.first.wait_for()
    return links.all_inner_texts()


def time_page(page: Page, name: str, quiet: int = QUIET) -> float:
    """Open a page by its link in the navigation.

    Args:
        page: the browser's page, with `WATCH` as its first script.
        name: of the app's page.
        quiet: milliseconds without a change after which it is finished.

    Returns:
        Seconds from the click to the last paint.
    """
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    page.wait_for_function("name => document.title.startsWith(name)", arg=name, timeout=PATIENCE)
    page.wait_for_function(FINISHED, arg=quiet, timeout=PATIENCE)
    return page.evaluate("(paints.last - paints.start) / 1000")


def time_pages(page: Page, rounds: int) -> dict[str, list[float]]:
    """Open all pages in turn, so many times after a warm-up; returns the seconds of each."""
    seconds = {name: [] for name in names(page)}
    for name in seconds:
        time_page(page, name, WARM_UP_QUIET)
    for _ in range(rounds):
        for name, times in seconds.items():
            times.append(time_page(page, name))
    return seconds


def main() -> None:
    """Time all pages and print the medians."""
    parser = argparse.ArgumentParser(description="Seconds from a click in the navigation to the page's last paint.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each page is opened (default: 5)")
    rounds = parser.parse_args().rounds
    if not CHROMIUM:
        parser.error(NO_CHROMIUM)
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "log.txt") as server, sync_playwright() as tool:
        chromium = tool.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = chromium.new_page(**DEVICES["wide"], bypass_csp=True)  # `wait_for_function` makes scripts of text
        page.add_init_script(WATCH)
        page.goto(server.url)
        seconds = time_pages(page, rounds)
        chromium.close()
    print(f"{'page':12}  median s  slowest s")
    for name, times in seconds.items():
        print(f"{name:12}  {median(times):8.2f}  {max(times):9.2f}")


if __name__ == "__main__":
    main()
