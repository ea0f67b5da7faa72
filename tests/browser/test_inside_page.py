"""Inside a network, as a person does: maps by mouse and by keys, a pixel, and a digit turned until it is misread."""

import re

from playwright.sync_api import Page, expect
from serving import SECONDS, wait_until_idle
from test_app import open_page

MAP = "Map {} of {}"


def choose_network(page: Page, name: str) -> None:
    page.get_by_role("combobox", name="Network").click()
    page.get_by_role("option", name=name).click()
    expect(page.get_by_role("slider", name="Maps of Convolution", exact=True)).to_be_visible(timeout=SECONDS)
    wait_until_idle(page)


def shows_map(page: Page, number: int, stage: str) -> None:
    expect(page.get_by_role("heading", name=MAP.format(number, stage), exact=True)).to_be_visible(timeout=SECONDS)


def test_a_map_a_pixel_and_a_turned_digit(visit):
    page = visit.page
    open_page(page, "Inside")
    choose_network(page, "minimal")
    page.get_by_role("slider", name="Maps of Pooling").click(position={"x": 5, "y": 5})
    shows_map(page, 1, "Pooling")
    expect(page.get_by_text("The strongest of")).to_be_visible(timeout=SECONDS)
    expect(page.locator(".st-key-grown")).to_be_in_viewport(timeout=SECONDS)

    maps = page.get_by_role("slider", name="All maps of Pooling")
    maps.focus()
    page.keyboard.press("ArrowRight")
    shows_map(page, 2, "Pooling")
    expect(maps).to_have_attribute("aria-valuetext", "map 2 of 32", timeout=SECONDS)
    page.keyboard.press("ArrowDown")
    shows_map(page, 6, "Pooling")

    pixels = page.get_by_role("slider", name="Pixels of the map")
    pixels.focus()
    page.keyboard.press("Home")
    expect(page).to_have_url(re.compile(r"pixel=1(,|%2C)1\b"), timeout=SECONDS)
    wait_until_idle(page)

    turn = page.get_by_role("slider", name="Turn")
    turn.focus()
    for _ in range(18):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("no longer as 7")).to_be_visible(timeout=SECONDS)
    page.get_by_role("button", name="As it was").click()
    expect(page.get_by_text("no longer as 7")).to_have_count(0, timeout=SECONDS)
    wait_until_idle(page)
