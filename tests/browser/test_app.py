"""The app as a person meets it: a real server, a real browser, a mouse."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from serving import SECONDS, wait_until_idle

from mnist_app.web.navigation import FIRST, PAGES
from mnist_app.web.paper import SIZE

SEVEN = [[(150, 70), (240, 70), (180, 240)]]
FOUR = [[(60, 60), (30, 160), (120, 160)], [(95, 110), (95, 250)]]
CROSS = [[(340, 100), (440, 220)], [(440, 100), (340, 220)]]
TWO = [[(190, 100), (210, 65), (250, 60), (270, 90), (265, 130), (190, 245), (280, 245)]]


def draw(page: Page, strokes: list[list[tuple[int, int]]]) -> None:
    """Draw with the mouse."""
    paper = page.locator(".paper svg")
    paper.wait_for()
    box = paper.bounding_box()
    scale = box["width"] / SIZE[0]
    for (x, y), *rest in strokes:
        page.mouse.move(box["x"] + scale * x, box["y"] + scale * y)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(box["x"] + scale * x, box["y"] + scale * y, steps=5)
        page.mouse.up()


def press(page: Page, name: str) -> None:
    """Press one of the paper's buttons."""
    page.get_by_role("toolbar").get_by_role("button", name=name, exact=True).click()


def says(page: Page, pattern: str) -> None:
    """Wait until the answer is what is expected."""
    expect(page.get_by_role("status")).to_have_text(re.compile(pattern), timeout=SECONDS)


def open_page(page: Page, name: str) -> None:
    """Go to another page by the navigation, opening it first where a phone hides it."""
    wait_until_idle(page)
    link = page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True)
    if page.viewport_size["width"] < 700:
        page.get_by_test_id("stExpandSidebarButton").click()
    link.click()
    expect(page).to_have_title(re.compile(f"^{name}"), timeout=SECONDS)
    wait_until_idle(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def no_sideways_scroll(page: Page) -> bool:
    return page.evaluate(
        """() => ['html', '[data-testid=stMain]'].map(name => document.querySelector(name))
            .every(element => element.scrollWidth <= element.clientWidth)"""
    )


def test_draw_undo_clear(visit):
    page = visit.page
    says(page, "empty")
    draw(page, SEVEN)
    says(page, "^7.*%")
    press(page, "Clear")
    says(page, "empty")
    draw(page, FOUR)
    says(page, "^4.*%")
    draw(page, TWO)
    says(page, "^42.*%")
    press(page, "Undo")
    says(page, "^4[^2].*%")
    draw(page, TWO)
    says(page, "^42.*%")
    page.keyboard.press("z")  # the same drawing a second time
    says(page, "^4[^2].*%")
    press(page, "Redo")
    says(page, "^42.*%")
    page.keyboard.press("c")
    says(page, "empty")
    press(page, "Undo")
    says(page, "^42.*%")


def test_what_was_left_out_is_marked_until_it_is_gone(visit):
    page, marks = visit.page, visit.page.locator(".paper .left-out rect")
    draw(page, FOUR)
    says(page, "^4.*%")
    expect(marks).to_have_count(0)
    draw(page, CROSS)
    says(page, "^4.*dashed ink was left out")
    expect(marks).to_have_count(1)
    expect(marks.locator("title")).to_have_text("Left out: I don't think this is a digit")
    press(page, "Clear")
    expect(marks).to_have_count(0)


def test_a_reload_finds_the_drawing_again(visit):
    page = visit.page
    draw(page, FOUR)
    says(page, "^4.*%")
    page.reload()
    says(page, "^4.*%")
    page.locator(".st-key-example_7 button").click()
    says(page, "^7.*%")
    open_page(page, "Data")
    open_page(page, "Draw")
    says(page, "^7.*%")


def test_load_an_example_and_see_the_way(visit):
    page = visit.page
    page.locator(".st-key-example_5 button").click()
    says(page, "^5.*%")
    page.get_by_text("How it got there").click()
    expect(page.get_by_text("Centred", exact=True)).to_be_visible(timeout=SECONDS)


def test_upload_good_and_bad_files(visit, tmp_path: Path, mnist_test):
    digit = Image.fromarray(255 - mnist_test[0][0]).resize((280, 280), Image.Resampling.BICUBIC)
    good, bad = tmp_path / "seven.png", tmp_path / "text.png"
    digit.save(good)
    bad.write_text("this is a text")
    page = visit.page
    open_page(page, "Upload")
    page.locator("input[type=file]").set_input_files([bad, good])
    expect(page.get_by_test_id("stCode")).to_have_text("7", timeout=SECONDS)
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    expect(page.get_by_test_id("stAlert")).to_contain_text("not a picture")


def test_every_page_opens(visit):
    for page in PAGES:
        open_page(visit.page, page.title)
        address = "" if page is FIRST else page.address
        assert visit.page.url.removeprefix(visit.url).split("?")[0] == f"/{address}"


@pytest.mark.parametrize("visit", ["phone"], indirect=True)
def test_a_phone_never_scrolls_sideways(visit):
    page = visit.page
    draw(page, FOUR)
    says(page, "^4.*%")
    for place in PAGES:
        open_page(page, place.title)
        assert no_sideways_scroll(page), place.title


def test_server_stays_calm(server):
    log = server.log.read_text()
    assert "Traceback" not in log
    assert "Error" not in log
