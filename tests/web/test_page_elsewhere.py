import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.network import model_store
from mnist_app.web import elsewhere, navigation
from mnist_app.web.api.forms import SEVEN

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def page() -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60).switch_page(navigation.ELSEWHERE.path).run()
    assert not page.exception
    return page


def test_lines_in_three_languages_ask_the_running_app(page):
    address = elsewhere.server_address(None, "")
    assert [tab.label for tab in page.tabs] == ["curl", "Python", "JavaScript"]
    for kind, lines in {"A picture": elsewhere.PICTURE, "A drawing": elsewhere.DRAWING}.items():
        page.segmented_control(key="send").set_value(kind).run()
        shown = [code.value for code in page.code]
        assert shown[:3] == [code.strip() for code in elsewhere.fill_in(lines, address).values()]
        assert all(address in code for code in shown[:3])
        assert any("?boxes=" in text.value for text in page.markdown) == (kind == "A picture")


def test_it_shows_what_comes_back_and_the_lines_without_a_server(page):
    *_, answer, lines = page.code
    assert json.loads(answer.value)["text"] == "7"
    assert lines.value == elsewhere.IN_PYTHON.strip()
    assert json.dumps(SEVEN) in elsewhere.fill_in(elsewhere.DRAWING, "")["curl"]


def test_all_addresses_and_networks_are_named(page):
    assert page.table[0].value["Address"].tolist() == ["/api/read", "/api/read/drawing", "/api/models", "/api/health"]
    said = " ".join(text.value for text in page.markdown)
    assert all(f"`{model.name}`" in said for model in model_store.list_models())
    assert "/openapi.json)" in said


def test_without_any_network_it_says_so(monkeypatch):
    monkeypatch.setattr(model_store, "list_models", list)
    page = AppTest.from_file(str(APP), default_timeout=60).switch_page(navigation.ELSEWHERE.path).run()
    assert not page.exception
    assert "no trained network yet" in page.error[0].value
