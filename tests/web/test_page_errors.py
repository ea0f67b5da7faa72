from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.network import model_store
from mnist_app.web import navigation

APP = Path(__file__).parents[2] / "app.py"
PER_PAGE = 24


def open_page(**query: str | list[str]) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=30).switch_page(navigation.ERRORS.path)
    page.query_params.update(query)
    return page.run()


def shown(page: AppTest) -> list[int]:
    """Numbers of the digits that the page shows, in order."""
    assert not page.exception
    return [int(link.label.removeprefix("No. ")) for link in page.page_link if link.label.startswith("No. ")]


@pytest.fixture
def y_prob() -> np.ndarray:
    return model_store.list_models()[0].test_outputs()[0]


def test_all_digits_the_least_expected_first(y_prob, mnist_test):
    page = open_page(answer="all")
    own = y_prob[np.arange(10_000), mnist_test[1]]
    assert shown(page) == np.argsort(own, kind="stable")[:PER_PAGE].tolist()
    assert page.pagination[0].num_pages == -(-10_000 // PER_PAGE)


def test_the_misread_ones_page_by_page(mnist_test):
    y_prob = model_store.find_model("dropout").test_outputs()[0]  # a network that misreads more than a page holds
    wrong = np.flatnonzero(y_prob.argmax(axis=1) != mnist_test[1]).tolist()
    page = open_page(model="dropout", answer="misread", sort="lowest number")
    found = shown(page)
    for number in range(2, page.pagination[0].num_pages + 1):
        page.pagination[0].set_value(number).run()
        found += shown(page)
    assert found == wrong
    page.selectbox(key="sort").select("highest confidence").run()
    assert shown(page)[0] == max(wrong, key=lambda i: y_prob[i].max()), "another order begins on page 1"


def test_filters_come_from_the_address(y_prob, mnist_test):
    page = open_page(answer="all", true="4", confidence=["0.5", "0.9"], sort="lowest number")
    sure = y_prob.max(axis=1)
    expected = np.flatnonzero((mnist_test[1] == 4) & (sure >= 0.5) & (sure <= 0.9)).tolist()
    assert shown(page) == expected[:PER_PAGE]
    assert all("a handwritten 4 that was read as" in image.proto.imgs[0].alt for image in page.image)


def test_second_guesses_can_be_chosen(y_prob):
    page = open_page(answer="all", predicted="4", second="9", sort="smallest margin")
    first = np.argsort(y_prob, axis=1)
    alike = np.flatnonzero((first[:, -1] == 4) & (first[:, -2] == 9))
    margins = y_prob[alike, 4] - y_prob[alike, 9]
    assert shown(page) == alike[np.argsort(margins, kind="stable")][:PER_PAGE].tolist()


def test_a_digit_leads_to_its_detail():
    page = open_page(answer="misread")
    first = next(link for link in page.page_link if link.label.startswith("No. "))
    assert f"no={first.label.removeprefix('No. ')}" in first.proto.query_string


def test_nothing_found_is_said():
    page = open_page(true="4", predicted="9", answer="right")
    assert not shown(page)
    assert "No test digit is like this" in page.info[0].value


def test_without_any_network_it_says_so(monkeypatch):
    monkeypatch.setattr(model_store, "list_models", lambda: [])
    page = open_page()
    assert not page.exception
    assert "no trained network yet" in page.error[0].value
