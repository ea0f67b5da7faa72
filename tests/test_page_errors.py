import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app import model_store

APP = Path(__file__).parents[1] / "app.py"
PER_PAGE = 24


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=30).switch_page("mnist_app/pages/errors.py")
    page.query_params.update(query)
    return page.run()


def captions(page: AppTest) -> list[tuple[int, int, int, int]]:
    """True digit, predicted digit, confidence in %, number of each digit shown."""
    pattern = r"(\d) read as (\d) · (\d+)%\s+no. (\d+)"
    return [tuple(map(int, re.fullmatch(pattern, image.captions[0]).groups())) for image in page.image]


@pytest.fixture
def wrong(mnist_test) -> dict[int, tuple[int, int]]:
    """Number of each misread test digit, with its true and its predicted digit."""
    y_true, y_pred = mnist_test[1], model_store.list_models()[0].test_outputs()[0].argmax(axis=1)
    return {int(i): (int(y_true[i]), int(y_pred[i])) for i in np.flatnonzero(y_true != y_pred)}


def test_shows_every_misread_digit_page_by_page(wrong):
    page = open_page()
    assert not page.exception
    shown = captions(page)
    assert len(shown) == PER_PAGE
    for number in range(2, page.pagination[0].num_pages + 1):
        page.pagination[0].set_value(number).run()
        shown += captions(page)
    assert {i: (true, predicted) for true, predicted, _, i in shown} == wrong
    confidences = [confidence for _, _, confidence, _ in shown]
    assert confidences == sorted(confidences, reverse=True), "the surest mistakes come first"


def test_filters_come_from_the_address(wrong):
    true, predicted = next(iter(wrong.values()))
    page = open_page(true=str(true), predicted=str(predicted))
    assert {i for *_, i in captions(page)} == {i for i, pair in wrong.items() if pair == (true, predicted)}
    assert all(f"a handwritten {true} that was read as {predicted}" in image.proto.imgs[0].alt for image in page.image)


def test_filters_and_order_follow_the_widgets(wrong):
    page = open_page()
    page.pagination[0].set_value(2).run()
    page.selectbox(key="sort").select("the lowest numbers").run()
    assert [i for *_, i in captions(page)] == sorted(wrong)[:PER_PAGE], "another order begins on page 1"
    page.selectbox(key="predicted").select("7").run()
    assert [i for *_, i in captions(page)] == sorted(i for i, pair in wrong.items() if pair[1] == 7)[:PER_PAGE]


def test_no_such_mistake_is_said():
    page = open_page(true="4", predicted="4")
    assert not page.image
    assert "No test digit is misread in this way" in page.info[0].value


def test_without_any_network_it_says_so(monkeypatch):
    monkeypatch.setattr(model_store, "list_models", lambda: [])
    page = open_page()
    assert not page.exception
    assert "no trained network yet" in page.error[0].value
