"""Exploring what the network gets wrong, as a person does: clicks on the matrix, gallery, and back to the canvas."""

import re
from contextlib import suppress

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from serving import SECONDS, point_at_cell, wait_until_idle
from test_app import open_page, says

from mnist_app.network import model_store

LAPTOP = {"width": 1440, "height": 900}


def shows(page: Page, digits: list[int]) -> None:
    """Wait until the page shows exactly the test digits of these numbers, in this order."""
    links = page.get_by_role("link", name=re.compile(r"^No\. \d+$"))
    expect(links).to_have_text([f"No. {i}" for i in digits], timeout=SECONDS)


def picture_in_view(page: Page) -> dict[str, float]:
    """The box of the first digit's picture, which lies wholly in the window; a click into it opens that digit."""
    box = page.locator("[class*=st-key-pictures] img").first.bounding_box(timeout=SECONDS)
    size = page.viewport_size
    assert 0 <= box["y"] < box["y"] + box["height"] <= size["height"]
    assert 0 <= box["x"] < box["x"] + box["width"] <= size["width"]
    return box


def click_cell(page: Page, true: int, read: int) -> None:
    """Click on a cell of the matrix, again while the chart is still being drawn and hears nothing."""
    for _ in range(5):
        point_at_cell(page, true, read)
        with suppress(AssertionError):
            heading(page, true, read, SECONDS / 5)
            return
    pytest.fail(f"Five clicks on cell ({true}, {read}) did not open it.")


def expected(true: int, read: int, y_true: np.ndarray) -> list[int]:
    y_pred = model_store.find_model("dropout").test_outputs()[0].argmax(axis=1)
    return np.flatnonzero((y_true == true) & (y_pred == read)).tolist()


def heading(page: Page, true: int, read: int, seconds: float = SECONDS) -> None:
    name = f"Digits that are {true} and were read as {read}"
    expect(page.get_by_role("heading", name=name)).to_be_visible(timeout=seconds)
    wait_until_idle(page)


def test_a_click_on_the_matrix_opens_the_cell_and_its_link_opens_it_again(visit, mnist_test):
    page = visit.page
    open_page(page, "Evaluation")
    page.get_by_role("combobox", name="Network").click()
    page.get_by_role("option", name="dropout").click()  # the default network misreads hardly any 4
    expect(page).to_have_url(re.compile("model=dropout"), timeout=SECONDS)
    page.set_viewport_size(LAPTOP)
    click_cell(page, 4, 9)
    shows(page, expected(4, 9, mnist_test[1]))
    picture_in_view(page)
    expect(page).to_have_url(re.compile(r"row=4&column=9|column=9&row=4"))
    link = page.url
    click_cell(page, 3, 5)
    shows(page, expected(3, 5, mnist_test[1]))
    click_cell(page, 4, 9)  # a second time

    page.goto(link)
    heading(page, 4, 9)
    shows(page, expected(4, 9, mnist_test[1]))
    # A page that is opened by its address first looks for the server below that address.
    visit.problems[:] = [problem for problem in visit.problems if "_stcore" not in problem]


def test_a_digit_goes_from_the_errors_page_to_the_canvas_and_is_read(visit):
    page = visit.page
    open_page(page, "Errors")
    page.locator(".st-key-answer").get_by_role("combobox").click()
    page.get_by_role("option", name="all").click()
    page.locator(".st-key-sort").get_by_role("combobox").click()
    page.get_by_role("option", name="lowest number").click()
    page.get_by_role("link", name="No. 0", exact=True).click()
    expect(page.get_by_text("Labelled 7, read as 7")).to_be_visible(timeout=SECONDS)
    page.get_by_role("link", name="Edit with the pen").click()
    says(page, "^7.*%")
    page.get_by_role("button", name="Clear", exact=True).click()
    says(page, "empty")


def test_a_link_opens_what_it_names_whatever_was_chosen_before(visit):
    page = visit.page
    for place in (0, 1):  # the second time, Errors has been seen with another pair
        open_page(page, "Evaluation")
        link = page.get_by_role("link", name=re.compile(r"^\d read as \d")).nth(place)
        true, read = re.match(r"(\d) read as (\d)", link.inner_text()).groups()
        link.click()
        expect(page).to_have_url(re.compile(f"errors.*true={true}.*predicted={read}"), timeout=SECONDS)
        wait_until_idle(page)
    numbers = page.get_by_role("link", name=re.compile(r"^No\. \d+$"))
    for place in (0, 1):
        name = numbers.nth(place).inner_text()
        numbers.nth(place).click()
        expect(page.get_by_role("spinbutton", name="Number of the test digit")).to_have_value(name.removeprefix("No. "))
        page.get_by_text("your own", exact=True).click()  # what the next link must not show
        expect(page).to_have_url(re.compile("which=your"), timeout=SECONDS)
        wait_until_idle(page)
        open_page(page, "Errors")
        wait_until_idle(page)


def test_a_box_on_the_map_shows_its_digits_beside_it_and_a_picture_opens_its_digit(visit):
    page = visit.page
    page.set_viewport_size(LAPTOP)
    open_page(page, "Map")
    chart = page.get_by_test_id("stVegaLiteChart").locator("canvas").first
    chart.wait_for(timeout=SECONDS)
    box = chart.bounding_box()
    x, y = box["x"] + 0.4 * box["width"], box["y"] + 0.45 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 70, steps=6)
    page.mouse.up()
    expect(page).to_have_url(re.compile("box="), timeout=SECONDS)
    expect(page.get_by_role("link", name=re.compile(r"^No\. \d+$")).first).to_be_visible(timeout=SECONDS)
    wait_until_idle(page)
    number = page.get_by_role("link", name=re.compile(r"^No\. \d+$")).first.inner_text().removeprefix("No. ")
    picture = picture_in_view(page)
    page.mouse.click(picture["x"] + picture["width"] / 2, picture["y"] + picture["height"] / 2)
    expect(page).to_have_url(re.compile(rf"/digit\?.*no={number}\b"), timeout=SECONDS)
    wait_until_idle(page)
