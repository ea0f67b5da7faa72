"""Digits that are corrected stay, over a restart of server and browser, and are found again by their confusion."""

import re
from contextlib import suppress

from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from serving import DEVICES, SECONDS, point_at_cell, serve, wait_until_idle


def open_digits(page: Page, url: str) -> None:
    page.goto(f"{url}/my_digits")
    page.get_by_role("heading", level=1, name="My digits").wait_for()
    wait_until_idle(page)


def test_a_correction_survives_a_restart_of_server_and_browser(browser: Browser, tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_APP_COLLECTION", f"sqlite:///{tmp_path / 'digits.sqlite'}")
    context = browser.new_context(**DEVICES["wide"])
    page = context.new_page()
    with serve(tmp_path / "first.txt") as server:
        page.goto(server.url)
        page.locator(".st-key-example_4 button").click()
        expect(page.locator(".st-key-right_draw")).to_be_visible(timeout=SECONDS)
        page.keyboard.press("9")
        expect(page.get_by_text("Kept: this is a 9, which was read as 4.")).to_be_visible(timeout=SECONDS)
        state = context.storage_state()
        context.close()
    with serve(tmp_path / "second.txt") as server:
        again = browser.new_context(**DEVICES["wide"], storage_state=state)  # cookies know no port
        page = again.new_page()
        open_digits(page, server.url)
        expect(page.get_by_text(re.compile("0 of 1 were read right"))).to_be_visible(timeout=SECONDS)
        expect(page.get_by_text("9, read as 4", exact=True)).to_be_visible(timeout=SECONDS)
        page.get_by_text("What is read as what").click()
        for _ in range(5):  # while the chart is still being drawn, it hears nothing
            point_at_cell(page, 9, 4)
            with suppress(PlaywrightTimeout):
                page.wait_for_url(re.compile("label=9.*read=4|read=4.*label=9"), timeout=SECONDS / 5)
                break
        expect(page.get_by_text("9, read as 4", exact=True)).to_be_visible(timeout=SECONDS)
        assert "label=9" in page.url
        again.close()
        other = browser.new_context(**DEVICES["phone"])
        page = other.new_page()
        open_digits(page, server.url)
        expect(page.get_by_text("Nothing is kept yet")).to_be_visible(timeout=SECONDS)
        other.close()
