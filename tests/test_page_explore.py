"""The pages Digit, Confidence, Weak spots and Labels."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app import canvas, model_store
from mnist_app.doubtful import WRONG_TEST_LABELS

APP = Path(__file__).parents[1] / "app.py"


def open_page(name: str, **query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60).switch_page(f"mnist_app/pages/{name}.py")
    page.query_params.update(query)
    page.run()
    assert not page.exception
    return page


@pytest.fixture
def y_prob() -> np.ndarray:
    return model_store.list_models()[0].test_outputs()[0]


def test_digit_shows_label_reading_and_two_explanations(y_prob, mnist_test):
    page = open_page("digit", no="2130")
    assert f"Labelled {mnist_test[1][2130]}, read as {y_prob[2130].argmax()}" in page.markdown[0].value
    alts = [image.proto.imgs[0].alt for image in page.image]
    assert "Test digit number 2130" in alts[0]
    assert "speaks for and against" in alts[1]
    assert "found signs of" in alts[2]
    assert any("doubtful label" in element.value for element in page.markdown)


def test_digit_asks_why_not_another(y_prob):
    page = open_page("digit", no="0")
    why = page.segmented_control[0]
    assert why.value == y_prob[0].argmax()
    why.set_value(4).run()
    assert not page.exception
    assert "signs of 4" in page.image[2].proto.imgs[0].alt


def test_digit_goes_to_the_canvas_as_strokes(y_prob):
    link = next(link for link in open_page("digit", no="0").page_link if link.label == "Edit on the canvas")
    assert "trace=0" in link.proto.query_string
    page = open_page("draw", trace="0")
    assert "trace" not in page.query_params
    objects = page.session_state["drawing_start"]["objects"]
    assert len(objects) > 3
    assert all(item["stroke"] == canvas.INK for item in objects)
    status = next(element.proto.body for element in page.get("html") if 'role="status"' in element.proto.body)
    assert f">{y_prob[0].argmax()}</div>" in status


@pytest.mark.parametrize("number", ["10000", "-1", "x"])
def test_only_a_test_digit_goes_to_the_canvas(number):
    assert not open_page("draw", trace=number).session_state["drawing_start"]["objects"]


def test_confidence_says_what_a_threshold_gains(y_prob, mnist_test):
    page = open_page("confidence")
    page.slider(key="from").set_value(99.0).run()
    answered = y_prob.max(axis=1) >= 0.99
    right = (y_prob.argmax(axis=1) == mnist_test[1])[answered].mean()
    said = page.markdown[1].value
    assert f"reads **{answered.mean():.2%}**" in said
    assert f"**{right:.2%}** are right" in said
    assert len(page.get("vega_lite_chart")) == 4


def test_weak_spots_name_the_weakest_and_lead_to_it():
    page = open_page("slices")
    assert "Weakest: **" in page.markdown[1].value
    link = page.page_link[0]
    assert link.label == "Look at such digits"
    assert link.proto.query_string.count("=") == 3


def test_labels_show_the_validated_ones():
    page = open_page("labels", show="the 15 validated")
    links = [int(link.label.removeprefix("No. ")) for link in page.page_link]
    assert links == list(WRONG_TEST_LABELS)
    assert len(page.metric) == 3


@pytest.mark.parametrize("name", ["digit", "confidence", "slices", "labels"])
def test_without_any_network_a_page_says_so(name, monkeypatch):
    monkeypatch.setattr(model_store, "list_models", lambda: [])
    assert "no trained network yet" in open_page(name).error[0].value
