"""The table of pages, and that every link in the sources leads to one of them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.web import navigation

ROOT = Path(__file__).parents[2]
SOURCES = (ROOT / "app.py", *sorted((ROOT / "mnist_app").rglob("*.py")))


def links(source: str) -> Iterator[str]:
    """What each call of `page_link` or `switch_page` in a source leads to, as it is written there."""
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in ("page_link", "switch_page"):
            yield ast.unparse(call.args[0])


def test_every_page_has_its_file_and_every_file_is_a_page():
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "mnist_app" / "web" / "pages").glob("[!_]*.py")}
    assert {page.path for page in navigation.PAGES} == files


def test_every_link_leads_to_a_page_of_the_table():
    allowed = {f"navigation.{name}.path" for name, value in vars(navigation).items() if value in navigation.PAGES}
    allowed |= {"page.path", "step.page.path"}  # of the lesson and the tour, which name pages of the table
    found = [link for path in SOURCES for link in links(path.read_text(encoding="utf-8"))]
    assert len(found) > 5
    assert set(found) <= allowed


def test_no_path_of_a_page_is_written_down_elsewhere():
    table = ROOT / "mnist_app" / "web" / "navigation.py"
    sources = [*SOURCES, *(ROOT / "tests").rglob("*.py")]
    written = [path.name for path in sources if path != table and "mnist_app/web/pages/" in path.read_text("utf-8")]
    assert written == [Path(__file__).name], "only this test looks for them"


@pytest.mark.parametrize(("page", "address"), [(navigation.ERRORS, "errors"), (navigation.WEAK_SPOTS, "weak_spots")])
def test_a_page_is_called_by_one_word(page, address):
    assert page.address == address
    assert page.path.endswith(f"/{address}.py")
    assert address.replace("_", " ") == page.title.lower()


def test_every_link_that_the_first_page_shows_opens():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    for link in app.page_link:
        assert link.page in {page.address for page in navigation.PAGES}
