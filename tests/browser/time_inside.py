"""How long the page Inside takes to show what was chosen: prints a table.

    python tests/browser/time_inside.py

The app is started as in the browser tests and opened in Chromium. Times run, on the browser's own clock, from a key's
event to the end of the frame that shows

- a map in large, after the next one was chosen by an arrow key: taken from the sheet that is there already,
- the same map in large from the server, with the maps that it is made of,
- the first stage's maps, after a slider has turned the digit by a step.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page, sync_playwright
from serving import ARGUMENTS, CHROMIUM, NO_CHROMIUM, SECONDS, serve, wait_until_idle

NETWORKS = ("minimal", "flagship")
# Starts with the next key, and ends when the picture has changed so many times and been drawn.
WATCH = """(image, changes) => {
    window.taken = new Promise(done => {
        let start = null;
        document.addEventListener('keydown', event => { start = event.timeStamp; }, {capture: true, once: true});
        const observer = new MutationObserver(() => {
            if (start === null || --changes > 0) return;
            observer.disconnect();
            const channel = new MessageChannel();
            channel.port1.onmessage = () => done(performance.now() - start);
            image.decode().then(() => requestAnimationFrame(() => channel.port2.postMessage(0)));
        });
        observer.observe(image, {attributes: true, attributeFilter: ['src']});
    });
}"""


def time_keys(page: Page, slider: Locator, image: Locator, rounds: int, changes: int = 1) -> list[float]:
    """Press an arrow key so many times, the page at rest before each; returns milliseconds until the picture is new."""
    times = []
    for i in range(rounds):
        wait_until_idle(page)
        slider.focus()
        image.evaluate(WATCH, changes)
        page.keyboard.press("ArrowLeft" if i % 8 >= 4 else "ArrowRight")  # there and back
        times.append(page.evaluate("window.taken"))
    return times


def time_network(page: Page, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of what is timed, by name, with the network that is shown."""
    page.get_by_role("slider", name="Maps of Convolution").first.click(position={"x": 5, "y": 5})
    maps, grown = page.get_by_role("slider", name="All maps of"), page.get_by_role("slider", name="Pixels of the map")
    grown.wait_for(timeout=SECONDS)
    large, first = grown.locator("img"), page.get_by_role("slider", name="Maps of Convolution").first.locator("img")
    return {
        "map in large": time_keys(page, maps, large, rounds),
        "the same with its sum": time_keys(page, maps, large, rounds, changes=2),
        "maps after a slider": time_keys(page, page.get_by_role("slider", name="Turn"), first, rounds),
    }


def main() -> None:
    """Time what is shown and print medians and 95th percentiles."""
    parser = argparse.ArgumentParser(description="Milliseconds from a key to what the page Inside then shows.")
    parser.add_argument("--rounds", type=int, default=24, help="how often each is done (default: 24)")
    rounds = parser.parse_args().rounds
    if not CHROMIUM:
        parser.error(NO_CHROMIUM)
    print(f"{'network':10}  {'what':22}  median ms  95 % within ms")
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "log.txt") as server, sync_playwright() as tool:
        chromium = tool.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        for network in NETWORKS:
            page.goto(f"{server.url}/inside?model={network}")
            page.get_by_role("slider", name="Maps of Convolution").first.wait_for(timeout=SECONDS)
            for what, times in time_network(page, rounds).items():
                print(f"{network:10}  {what:22}  {np.median(times):9.0f}  {np.quantile(times, 0.95):14.0f}")
        chromium.close()


if __name__ == "__main__":
    main()
