"""The example for nginx in front of the app: nginx takes it, and a drawing goes through it and back."""

from collections.abc import Iterator
from multiprocessing.pool import ThreadPool

import pytest
import requests
from playwright.sync_api import Browser
from proxying import HERE, NO_NGINX, proxy
from serving import DEVICES, Server, wait_until_idle
from test_app import FOUR, draw, says

pytestmark = pytest.mark.skipif(not HERE, reason=NO_NGINX)


@pytest.fixture(scope="module")
def address(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Nginx's address, in front of one app."""
    with proxy(tmp_path_factory.mktemp("nginx"), [server]) as url:
        yield url


def test_a_drawing_is_read_through_it(address: str, browser: Browser):
    context = browser.new_context(**DEVICES["wide"], ignore_https_errors=True)
    page = context.new_page()
    page.goto(address)
    wait_until_idle(page)
    draw(page, FOUR)
    says(page, "^4.*%")
    assert next(one for one in context.cookies() if one["name"] == "mnist_app_visitor")["secure"]
    context.close()


@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
def test_programs_that_ask_too_often_are_told(address: str):
    def ask(_: int) -> int:
        return requests.post(f"{address}/api/read", b"no picture", verify=False).status_code

    with ThreadPool(30) as pool:
        assert set(pool.map(ask, range(60))) == {415, 429}
