"""Pages and API on one port of the app as a person starts it, and the lines of Use it elsewhere as it shows them."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect
from serving import SECONDS, Server, wait_until_idle
from test_app import open_page

from mnist_app.web import navigation
from mnist_app.web.api import description


@pytest.fixture
def note(tmp_path: Path, mnist_test: tuple[np.ndarray, np.ndarray]) -> Path:
    """A drawn 7 as the file that the lines send."""
    file = tmp_path / "note.jpg"
    assert cv2.imwrite(str(file), cv2.resize(255 - mnist_test[0][0], (280, 280)))
    return file


def get(address: str) -> tuple[str, str]:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.headers["content-type"].split(";")[0], answer.read().decode()


def test_one_port_serves_pages_and_api(server: Server):
    assert get(server.url)[0] == "text/html"
    assert get(f"{server.url}/{navigation.MODELS.address}")[0] == "text/html"
    kind, text = get(f"{server.url}/openapi.json")
    assert (kind, json.loads(text)) == ("application/json", description.describe())
    assert json.loads(get(f"{server.url}/api/health")[1])["status"] == "ok"


def lines(page: Page, language: str) -> str:
    """The lines in a language, as a click on their copy button takes them."""
    page.get_by_role("tab", name=language, exact=True).click()
    code = page.get_by_role("tabpanel", name=language, exact=True).get_by_test_id("stCode")
    expect(code).to_be_visible()
    return code.inner_text()


@pytest.mark.parametrize("kind", ["A picture", "A drawing"])
def test_the_lines_that_the_page_shows_work(visit, note: Path, kind: str):
    page = visit.page
    open_page(page, "Use it elsewhere")
    page.get_by_text(kind, exact=True).click()
    wait_until_idle(page)
    commands = {"curl": ["bash", "-c"], "Python": [sys.executable, "-c"]}
    for language, command in commands.items():
        code = lines(page, language)
        assert visit.url in code
        done = subprocess.run([*command, code], cwd=note.parent, capture_output=True, text=True, timeout=60)
        assert not done.returncode, done.stderr
        text = json.loads(done.stdout)["text"] if language == "curl" else done.stdout.strip()
        assert text == "7", language
    code = lines(page, "JavaScript")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<input type=file>')")
    page.locator("input[type=file]").set_input_files(note)
    with page.expect_console_message(timeout=SECONDS) as said:
        page.evaluate(f"async () => {{ {code} }}")
    assert said.value.text == "7"
