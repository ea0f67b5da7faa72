"""The page Models as a person uses it: two networks side by side, and a report that opens without the internet."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from serving import DEVICES, SECONDS, wait_until_idle
from test_app import open_page
from test_explore_pages import shows

from mnist_app.network import model_store

SHOWN = 24  # digits on one page of a gallery
LOCAL = ("file:", "data:")
HEADINGS = [
    "Findings",
    "The data",
    "The network",
    "How it learned",
    "How well it reads",
    "Some of its answers",
    "Misread digits",
]
EMPTY_PICTURES = "[...document.images].filter(image => !image.complete || !image.naturalWidth).map(image => image.alt)"
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(element => element.outerHTML.slice(0, 60))"""


def choose(page: Page, label: str, option: str) -> None:
    """Choose from a select box, and wait until its list is gone: an option of that name may be in the next one, too."""
    wait_until_idle(page)  # a page that is still being built may close the list
    box = page.get_by_role("combobox", name=label)
    box.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # a list that opens while the page still scrolls closes again
    box.click()
    page.get_by_role("option", name=option, exact=True).click()
    expect(page.get_by_role("option")).to_have_count(0)
    wait_until_idle(page)


@pytest.fixture
def only_dropout(mnist_test) -> list[int]:
    """Numbers of the test digits that "dropout" reads right and "flagship" wrong."""
    right = {
        name: model_store.find_model(name).test_outputs()[0].argmax(axis=1) == mnist_test[1]
        for name in ("dropout", "flagship")
    }
    return np.flatnonzero(right["dropout"] & ~right["flagship"]).tolist()


def test_two_networks_side_by_side(visit, only_dropout):
    page = visit.page
    open_page(page, "Models")
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    for name in ("dropout", "flagship"):
        expect(table.locator("td", has_text=name)).to_have_count(1, timeout=SECONDS)
    choose(page, "One network", "dropout")
    expect(page.get_by_text("“dropout” reads these right")).to_be_visible(timeout=SECONDS)
    choose(page, "The other", "flagship")
    expect(page.get_by_text("below each is what “flagship” makes of it")).to_be_visible(timeout=SECONDS)
    shows(page, only_dropout[:SHOWN])
    expect(page.get_by_text("McNemar's test")).to_be_visible()
    expect(page.get_by_text("“flagship” is better, and hardly by chance.")).to_be_visible()


@pytest.fixture
def report(visit, tmp_path: Path) -> Path:
    """The report as a click on the page's button saves it."""
    page = visit.page
    open_page(page, "Models")
    with page.expect_download(timeout=3 * SECONDS) as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button", name="Report").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    return file


@pytest.fixture(params=["wide", "phone"])
def offline(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page without internet; whatever it asks for must be a file or lie in one, and its console stays empty."""
    context = browser.new_context(**DEVICES[request.param], offline=True)
    page, problems = context.new_page(), []
    page.on("request", lambda asked: asked.url.startswith(LOCAL) or problems.append(f"asked for {asked.url}"))
    page.on("requestfailed", lambda asked: problems.append(f"failed: {asked.url[:80]}"))
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert not problems


def test_the_report_opens_without_internet(report, offline):
    assert report.name == "report-flagship.html"
    offline.goto(report.as_uri())
    expect(offline.get_by_role("heading", level=1)).to_have_text("Report on the network “flagship”")
    expect(offline.get_by_role("heading", level=2)).to_have_text(HEADINGS)
    expect(offline.get_by_role("img")).to_have_count(9)
    assert offline.evaluate(EMPTY_PICTURES) == []
    assert offline.evaluate(TOO_WIDE) == []
