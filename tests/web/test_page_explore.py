"""The pages Digit, Confidence, Map, Weak spots and Labels."""

import urllib.parse
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.digits import corruptions
from mnist_app.insight import choosing, map_and_labels, robustness
from mnist_app.insight.doubtful import WRONG_TEST_LABELS
from mnist_app.network import model_store
from mnist_app.web import navigation, ui, visitor_digit
from mnist_app.web.navigation import CONFIDENCE, DIGIT, DRAW, LABELS, MAP, WEAK_SPOTS

APP = Path(__file__).parents[2] / "app.py"


def open_page(place: navigation.Page, **query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60).switch_page(place.path)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    return page


@pytest.fixture
def y_prob() -> np.ndarray:
    return model_store.list_models()[0].test_outputs()[0]


def test_digit_shows_label_reading_and_two_explanations(y_prob, mnist_test):
    page = open_page(DIGIT, no="2130")
    assert f"Labelled {mnist_test[1][2130]}, read as {y_prob[2130].argmax()}" in page.header[0].value
    alts = [image.proto.imgs[0].alt for image in page.image]
    assert "Test digit number 2130" in alts[0]
    assert "speaks for and against" in alts[1]
    assert "found signs of" in alts[2]
    assert any("doubtful label" in element.value for element in page.markdown)


def test_digit_asks_why_not_another(y_prob):
    page = open_page(DIGIT, no="0")
    why = page.segmented_control[1]
    assert why.value == y_prob[0].argmax()
    why.set_value(4).run()
    assert not page.exception
    assert "signs of 4" in page.image[2].proto.imgs[0].alt


def test_digit_goes_to_the_canvas_as_strokes(y_prob):
    link = next(link for link in open_page(DIGIT, no="0").page_link if link.label == "Edit with the pen")
    assert "trace=0" in link.proto.query_string
    page = open_page(DRAW, trace="0")
    assert "trace" not in page.query_params
    assert len(page.session_state["session"].drawing.start) > 3
    status = next(element.proto.body for element in page.get("html") if 'role="status"' in element.proto.body)
    assert f">{y_prob[0].argmax()}</div>" in status


@pytest.mark.parametrize("number", ["10000", "-1", "x", "1" * 5000, "²", "٣"])
def test_only_a_test_digit_goes_to_the_canvas(number):
    assert not open_page(DRAW, trace=number).session_state["session"].drawing.start


def test_your_own_digit_has_a_detail_and_a_way_back_to_the_canvas(mnist_test):
    image = mnist_test[0][0]
    page = open_page(DIGIT, which=visitor_digit.OWN, own=visitor_digit.encode(image))
    assert "Read as 7" in page.header[0].value
    links = {link.label: link.proto.query_string for link in page.page_link}
    assert f"trace={visitor_digit.encode(image)}" in urllib.parse.unquote(links["Edit with the pen"])
    assert "predicted=7&second=" in next(
        query for label, query in links.items() if label.startswith("Test digits read as 7, second guess ")
    )
    charts = page.get("vega_lite_chart")
    assert len(charts) == 1, "where it lies on the map"
    page = open_page(DRAW, trace=visitor_digit.encode(image))
    assert page.session_state["session"].drawing.start


def test_without_a_digit_of_yours_the_detail_says_so():
    page = open_page(DIGIT, which=visitor_digit.OWN)
    assert "no digit of yours" in page.info[0].value


def test_confidence_says_what_a_threshold_gains(y_prob, mnist_test):
    page = open_page(CONFIDENCE)
    page.slider(key="from").set_value(99.0).run()
    answered = y_prob.max(axis=1) >= 0.99
    right = (y_prob.argmax(axis=1) == mnist_test[1])[answered].mean()
    said = page.markdown[1].value
    assert f"reads **{answered.mean():.2%}**" in said
    assert f"**{right:.2%}** are right" in said
    assert len(page.get("vega_lite_chart")) == 4
    why_worse, one_bar = (element.value for element in page.caption)
    assert "fitted to digits that were kept aside, never to these" in why_worse
    assert f"more right ({(y_prob.argmax(axis=1) == mnist_test[1]).mean():.2%}) than sure" in why_worse
    assert "one bar only, since **98.6%** of them are in it" in one_bar


def test_a_temperature_that_helps_needs_no_excuse():
    page = open_page(CONFIDENCE, model="minimal")
    assert not page.exception
    assert "Why is it worse" not in page.caption[0].value


def test_weak_spots_name_the_weakest_and_lead_to_it():
    page = open_page(WEAK_SPOTS)
    assert "Weakest: **" in page.markdown[1].value
    link = page.page_link[0]
    assert link.label == "Look at such digits"
    assert link.proto.query_string.count("=") == 3


def test_weak_spots_say_when_spoilt_pictures_were_not_measured(monkeypatch):
    monkeypatch.setattr(robustness, "load_corruptions", lambda model: [])
    assert any("has not been measured" in element.value for element in open_page(WEAK_SPOTS).markdown)


def test_weak_spots_name_the_hand_that_is_read_worst(monkeypatch):
    rows = [
        {"set": "other hands", "style": "6 closed", "digits": 200, "accuracy": 0.625, "mostly_taken_for": 0},
        {"set": "other hands", "style": "8 of two circles", "digits": 200, "accuracy": 1.0, "mostly_taken_for": None},
    ]
    monkeypatch.setattr(choosing, "load_styles", lambda model: rows)
    page = open_page(WEAK_SPOTS)
    assert any("Weakest: **6 closed**. **62.5%**" in element.value for element in page.markdown)
    assert any("mostly as 0." in element.value for element in page.markdown)
    monkeypatch.setattr(choosing, "load_styles", lambda model: [])
    assert any("other hands has not been measured" in element.value for element in open_page(WEAK_SPOTS).markdown)


def test_weak_spots_show_the_worst_spoilt_digits_as_the_network_saw_them(monkeypatch, mnist_test, classifier):
    row = {"seen": False, "digits": 200, "low": 0.1, "high": 0.9}
    rows = [
        row | {"family": "fog", "severity": 3, "accuracy": 0.8, "worst": ""},
        row | {"family": "fog", "severity": 5, "accuracy": 0.5, "worst": "8:6 3:1"},
        row | {"family": "glass_blur", "severity": 3, "seen": True, "accuracy": 0.7, "worst": "5:4"},
    ]
    monkeypatch.setattr(robustness, "load_corruptions", lambda model: rows)
    page = open_page(WEAK_SPOTS)
    assert any("**75.00%** are read right on average (70.00%" in element.value for element in page.markdown)
    assert page.selectbox(key="family").options == ["fog", "glass blur"]
    assert not [link for link in page.page_link if link.label.startswith("No.")], "none is misread at severity 3"
    page.selectbox(key="severity").set_value(5).run()
    assert [link.label for link in page.page_link if link.label.startswith("No.")] == ["No. 8", "No. 3"]
    spoilt = corruptions.corrupt(mnist_test[0][[8]], "fog", 5, indices=[8])[0]
    assert page.image[0].proto.imgs[0].url == ui.to_url(ui.enlarge(spoilt, 112))
    assert page.image[0].proto.imgs[0].alt == f"Test digit number 8, spoilt: {mnist_test[1][8]} read as 6"


def test_labels_show_doubtful_training_digits():
    page = open_page(LABELS, show="training digits")
    stored = map_and_labels.load(model_store.list_models()[0]).train
    assert f"Training digit number {stored.indices[0]}" in page.image[0].proto.imgs[0].alt
    page.pagination[0].set_value(2).run()
    assert f"Training digit number {stored.indices[ui.PER_PAGE]}" in page.image[0].proto.imgs[0].alt


def test_labels_fall_back_on_the_network_alone(monkeypatch, y_prob, mnist_test):
    monkeypatch.setattr(ui, "load_map_and_labels", lambda model: None)
    page = open_page(LABELS)
    assert "only its own doubts" in page.info[0].value
    own = y_prob[np.arange(10_000), mnist_test[1]]
    assert page.page_link[0].label == f"No. {own.argmin()}"


def test_labels_show_the_validated_ones():
    page = open_page(LABELS, show="the 15 validated")
    links = [int(link.label.removeprefix("No. ")) for link in page.page_link]
    assert links == list(WRONG_TEST_LABELS)
    assert len(page.metric) == 3


@pytest.mark.parametrize("place", [DIGIT, CONFIDENCE, MAP, WEAK_SPOTS, LABELS], ids=lambda place: place.address)
def test_without_any_network_a_page_says_so(place, monkeypatch):
    monkeypatch.setattr(model_store, "list_models", lambda: [])
    assert "no trained network yet" in open_page(place).error[0].value
