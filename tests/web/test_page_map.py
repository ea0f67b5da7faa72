from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.insight import map_and_labels
from mnist_app.insight.charts.map import COLOURS
from mnist_app.insight.places import WHOLE, scale_points
from mnist_app.network import model_store
from mnist_app.web import navigation, ui
from mnist_app.web.session import Session

APP = Path(__file__).parents[2] / "app.py"


def open_page(image: np.ndarray | None = None, **query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60).switch_page(navigation.MAP.path)
    page.query_params.update(query)
    if image is not None:
        page.session_state["session"] = Session(digit=image)
    page.run()
    assert not page.exception
    return page


def shown(page: AppTest) -> list[int]:
    return [int(link.label.removeprefix("No. ")) for link in page.page_link]


@pytest.fixture
def places() -> np.ndarray:
    points = map_and_labels.load(model_store.list_models()[0]).points
    return scale_points(points, points)


def test_nothing_is_chosen_at_first():
    page = open_page()
    assert len(page.get("vega_lite_chart")) == 1
    assert not shown(page)


@pytest.mark.parametrize("colour", COLOURS)
def test_a_box_in_the_address_shows_exactly_its_digits(places, colour):
    page = open_page(box="40.0,50.0,45.0,52.5", colour=colour)
    inside = (places >= (40, 45)).all(axis=1) & (places <= (50, 52.5)).all(axis=1)
    assert f"In the box: {inside.sum():,}," in page.header[0].value
    assert shown(page) == np.flatnonzero(inside)[: ui.BESIDE["per_page"]].tolist()


def test_sliders_choose_a_box_too(places):
    page = open_page()
    page.slider(key="x").set_value((10.0, 12.0)).run()
    assert not page.exception
    assert page.query_params["box"] == "10.0,12.0,0.0,100.0"
    inside = (places[:, 0] >= 10) & (places[:, 0] <= 12)
    assert shown(page) == np.flatnonzero(inside)[: ui.BESIDE["per_page"]].tolist()
    page.slider(key="x").set_value(WHOLE).run()
    assert "box" not in page.query_params
    assert not shown(page)


def test_your_own_digit_is_on_the_map(mnist_test):
    assert not any("your own digit" in caption.value for caption in open_page().caption)
    assert any("your own digit" in caption.value for caption in open_page(mnist_test[0][0]).caption)


def test_a_network_without_a_map_says_so(monkeypatch):
    monkeypatch.setattr(ui, "load_map_and_labels", lambda model: None)
    page = open_page()
    assert "no map yet" in page.info[0].value
    assert not page.get("vega_lite_chart")
