"""A real Streamlit server and a real Chromium, for the tests of this folder."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from serving import ARGUMENTS, CHROMIUM, DEVICES, NO_CHROMIUM, Server, serve, wait_until_idle


@dataclass
class Visit:
    """A browser's page on the app, and what went wrong in it."""

    page: Page
    url: str
    problems: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on a free port of this machine."""
    with serve(tmp_path_factory.mktemp("server") / "log.txt") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    if not CHROMIUM:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A fresh visit to the first page; at its end the browser's console must be clean.

    `@pytest.mark.parametrize("visit", ["phone"], indirect=True)` visits with a phone.
    """
    context = browser.new_context(**DEVICES[getattr(request, "param", "wide")])
    visit = Visit(context.new_page(), server.url)
    page = visit.page
    page.on("console", lambda message: message.type in ("error", "warning") and visit.problems.append(_tell(message)))
    page.on("pageerror", lambda error: visit.problems.append(str(error)))
    page.goto(server.url)
    page.get_by_role("heading", level=1).wait_for()
    wait_until_idle(page)
    yield visit
    context.close()
    assert not visit.problems


def _tell(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location.get('url')})"
