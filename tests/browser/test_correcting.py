"""A picture on Upload, corrected where it stands: by keyboard, by mouse, by finger."""

import pytest
from playwright.sync_api import Locator, Page, expect
from serving import SECONDS
from test_app import open_page

NUMBER = "4071\n23\n98651"


def number(page: Page) -> Locator:
    return page.get_by_test_id("stCode").locator("code")


def says(page: Page, text: str) -> None:
    expect(number(page)).to_have_text(text, timeout=SECONDS)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def begin(page: Page) -> Locator:
    """Begin to correct the example page; returns its text fields."""
    open_page(page, "Upload")
    press(page, "Try a page")
    says(page, NUMBER)
    expect(page.get_by_role("img", name="4071, 23, 98651")).to_be_visible()
    press(page, "Correct")
    return page.locator(".labelled .row input")


def middle(page: Page, box: int) -> tuple[float, float]:
    place = page.locator(".labelled .box").nth(box).bounding_box()
    return place["x"] + place["width"] / 2, place["y"] + place["height"] / 2


def test_by_keyboard(visit):
    page, fields = visit.page, begin(visit.page)
    fields.first.focus()
    page.keyboard.type("6")
    says(page, NUMBER)  # nothing is changed before Enter
    page.keyboard.press("Enter")
    says(page, "6071\n23\n98651")
    page.keyboard.press("Tab")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    says(page, "671\n23\n98651")
    expect(fields.nth(1)).to_be_focused()
    expect(fields.nth(1)).to_have_accessible_name("Digit 2 in row 1")
    before, box = page.locator(".chosen").bounding_box(), page.locator(".chosen")
    page.keyboard.press("ArrowUp")
    assert box.bounding_box()["y"] < before["y"]
    page.keyboard.press("Shift+ArrowDown")
    assert box.bounding_box()["height"] > before["height"]
    press(page, "As it was read")
    says(page, NUMBER)
    press(page, "Undo")
    says(page, "671\n23\n98651")
    press(page, "Add a box")
    expect(fields).to_have_count(11)
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(number(page)).to_contain_text("5", timeout=SECONDS)
    open_page(page, "Draw")
    open_page(page, "Upload")
    expect(number(page)).not_to_have_text(NUMBER, timeout=SECONDS)  # it is kept


def test_by_mouse(visit):
    page, fields = visit.page, begin(visit.page)
    page.locator(".stage").scroll_into_view_if_needed()
    place = page.locator(".labelled .box").first.bounding_box()
    page.mouse.click(*middle(page, 0))
    expect(fields.first).to_be_focused()
    press(page, "Delete the box")
    says(page, "071\n23\n98651")
    page.mouse.move(place["x"] - 5, place["y"] - 5)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] + 5, place["y"] + place["height"] + 5, steps=4)
    page.mouse.up()
    says(page, NUMBER)
    expect(page.locator(".chosen .corner")).to_have_count(4)
    page.mouse.move(*middle(page, 10))  # the box just drawn is the last
    page.mouse.down()
    page.mouse.move(place["x"] + 20, place["y"] + 4 * place["height"], steps=4)
    page.mouse.up()
    expect(number(page)).not_to_have_text(NUMBER, timeout=SECONDS)
    press(page, "Undo")
    says(page, NUMBER)


@pytest.mark.parametrize("visit", ["phone"], indirect=True)
def test_by_finger(visit):
    page, fields = visit.page, begin(visit.page)
    page.locator(".stage").scroll_into_view_if_needed()
    x, y = middle(page, 4)
    page.touchscreen.tap(x - 20, y)  # beside the narrow box is near enough
    expect(page.locator(".chosen")).to_have_count(1)
    expect(fields.nth(4)).not_to_be_focused()  # no keyboard comes up
    for touched in (*page.locator(".labelled button").all(), fields.first, page.locator(".corner").first):
        box = touched.bounding_box()
        assert min(box["width"], box["height"]) >= 44
    press(page, "Delete the box")
    says(page, "4071\n3\n98651")
