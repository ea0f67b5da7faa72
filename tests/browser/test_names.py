"""Files whose names mean something to Markdown, HTML or a terminal: everywhere they are text."""

from urllib.parse import urlsplit

import cv2
import pytest
from playwright.sync_api import Page, Request, expect
from serving import SECONDS, wait_until_idle
from test_app import open_page

HOST = "names.invalid"
NAMES = [
    "<img src=x onerror=alert(1)>.png",
    f"![picture](http://{HOST}/p.png).png",
    f"![picture](//{HOST}/p.png) https://{HOST}/p.png",
    f"[link](javascript:alert(1)) www.{HOST} :material/bolt: :smile: :red[red] $x^2$ **bold** `code`.png",
    "an 'apostrophe', ..\\up & away; &lt;b&gt; \N{RIGHT-TO-LEFT OVERRIDE}gnp.exe.png",
]


@pytest.fixture
def strangers(visit) -> list[str]:
    """Hosts that the page asks for something, other than the app's own."""
    asked: list[str] = []
    own = urlsplit(visit.url).netloc

    def note(request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme not in ("data", "blob") and place.netloc != own:
            asked.append(request.url)

    visit.page.on("request", note)
    visit.page.on("dialog", lambda dialog: asked.append(dialog.message) or dialog.dismiss())
    return asked


def give(page: Page, names: list[str], content: bytes) -> None:
    """Drop files of these names on the uploader; a file on the disk could not have all of them."""
    files = [{"name": name, "mimeType": "image/png", "buffer": content} for name in names]
    page.locator("input[type=file]").set_input_files(files)


def test_names_are_text_and_lead_nowhere(visit, strangers, mnist_test):
    page = visit.page
    open_page(page, "Upload")
    give(page, NAMES, cv2.imencode(".png", cv2.resize(255 - mnist_test[0][0], (280, 280)))[1].tobytes())
    expect(page.get_by_test_id("stCode")).to_have_count(len(NAMES), timeout=SECONDS)
    wait_until_idle(page)
    shown = page.get_by_test_id("stHtml").locator("h2").all_inner_texts()
    assert [" ".join(name.split()) for name in shown] == [" ".join(name.split()) for name in NAMES]
    main = page.get_by_test_id("stMain")
    expect(main.locator("img[src=x]")).to_have_count(0)
    expect(main.locator(f"a[href*='{HOST}'], a[href^='javascript']")).to_have_count(0)
    expect(main.locator("h2 *:not(bdi)")).to_have_count(0)
    assert not strangers
