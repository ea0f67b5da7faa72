"""Every page opens, whatever stands in its address."""

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_app import web
from mnist_app.web import address
from mnist_app.web.navigation import ERRORS, FIRST, PAGES, Page
from mnist_app.web.visitor_digit import PARAMETER

APP = Path(__file__).parents[2] / "app.py"
NONSENSE = ["", "\x00<script>", "-1", "9" * 5000]


def parameters() -> set[str]:
    """The names of all that the pages take from the address, as their code names them."""
    found = {PARAMETER}
    for path in Path(web.__file__).parent.rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            named = {word.arg: word.value for word in call.keywords}
            if "bind" in named:
                found |= {key.value for key in ast.walk(named["key"]) if isinstance(key, ast.Constant)}
            if ast.unparse(call.func) in ("st.query_params.get", "st.query_params.pop"):
                found |= {key.value for key in call.args[:1] if isinstance(key, ast.Constant)}
    return {name for name in found if name.strip("_ ")} | {"stroke_width", "confidence", "ink"}


def test_the_parameters_are_found():
    assert parameters() >= {"model", "true", "predicted", "no", "own", "trace", "box", "view", "which", "from", "label"}


@pytest.mark.parametrize("place", PAGES, ids=lambda page: page.title)
@pytest.mark.parametrize("word", NONSENSE, ids=lambda word: repr(word)[:12])
def test_a_page_opens_with_nonsense_in_every_parameter(place: Page, word: str):
    page = AppTest.from_file(str(APP), default_timeout=60)
    if place is not FIRST:
        page.switch_page(place.path)
    page.query_params.update(dict.fromkeys(parameters(), word))
    assert not page.run().exception
    assert page.title


def test_a_repeated_parameter_is_no_traceback():
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.query_params.update({name: ["1", ""] for name in parameters()})
    assert not page.run().exception


@pytest.mark.parametrize(("word", "means"), [("", False), ("nan", False), ("-Infinity", False), ("9" * 400, False)])
def test_what_no_page_can_mean(word, means):
    assert address.means(word) is means


@pytest.mark.parametrize("word", ["0", "-3.5", "flagship", "smallest margin", "1,2,3,4", "9" * 300])
def test_what_a_page_can_mean(word):
    assert address.means(word)


def test_the_address_counts_more_than_what_an_earlier_visit_chose():
    page = AppTest.from_file(str(APP), default_timeout=60).switch_page(ERRORS.path)
    page.query_params["true"] = "3"
    page.session_state["true"], page.session_state["page"] = "8", "Evaluation"
    page.run()
    assert not page.exception
    assert page.selectbox(key="true").value == "3"
