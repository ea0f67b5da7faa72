"""The measuring of `time_pages`, on a page that changes when it should; how long the app takes is not tested."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser
from time_pages import WATCH, names, time_page

PAGE = """<title>First</title><div data-testid=stApp data-test-script-state=notRunning>
<nav data-testid=stSidebarNav><a href="#" data-testid=stSidebarNavLink>
<span aria-hidden=true>draw</span><p>Second</p></a></nav>
<p id=text></p><canvas></canvas></div><script>
document.querySelector('a').onclick = () => {
    document.title = 'Second';
    setTimeout(() => { CHANGE }, 300);
};
</script>"""


@pytest.mark.parametrize(
    "change", ["text.append('late')", "document.querySelector('canvas').getContext('2d').fillRect(0, 0, 1, 1)"]
)
def test_the_last_change_counts_and_the_waiting_after_it_does_not(browser: Browser, change: str):
    page = browser.new_page()
    page.add_init_script(WATCH)
    page.goto("data:text/html," + quote(PAGE.replace("CHANGE", change)))
    assert names(page) == ["Second"]
    assert time_page(page, "Second", 1000) >= 0.3
    assert page.evaluate("performance.now() - paints.last") >= 1000
    page.close()
