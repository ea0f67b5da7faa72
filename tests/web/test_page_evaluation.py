from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app import tables
from mnist_app.digits.generated.pages import FAMILIES
from mnist_app.insight import page_exam
from mnist_app.insight.charts.matrix import VIEWS
from mnist_app.network import model_store
from mnist_app.web import navigation

APP = Path(__file__).parents[2] / "app.py"


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=30).switch_page(navigation.EVALUATION.path)
    page.query_params.update(query)
    return page.run()


def shown(page: AppTest) -> list[int]:
    """Numbers of the digits that the page shows, in order."""
    return [int(link.label.removeprefix("No. ")) for link in page.page_link if link.label.startswith("No. ")]


@pytest.fixture
def y_pred() -> np.ndarray:
    return model_store.list_models()[0].test_outputs()[0].argmax(axis=1)


def test_shows_the_figures_of_the_stored_answers(y_pred, mnist_test):
    page = open_page()
    assert not page.exception
    wrong = int((y_pred != mnist_test[1]).sum())
    assert [metric.value for metric in page.metric[:2]] == [f"{1 - wrong / 10_000:.2%}", str(wrong)]
    assert "95% interval" in page.markdown[1].value
    assert len(page.get("vega_lite_chart")) >= 3
    table = page.dataframe[0].value
    assert table["digit"].tolist() == list(range(10))
    assert table["support"].sum() == 10_000
    assert not shown(page), "no cell is open at first"


def test_the_most_confused_pair_leads_to_its_digits(y_pred, mnist_test):
    y_true = mnist_test[1]
    pairs, counts = np.unique(np.stack([y_true, y_pred])[:, y_true != y_pred], axis=1, return_counts=True)
    link = open_page().page_link[0]
    label, count = link.label.replace("**", "").split(" · ")
    true, predicted = (int(part) for part in label.split(" read as "))
    assert count == ("once" if counts.max() == 1 else f"{counts.max()} times")
    assert counts[((true, predicted) == pairs.T).all(axis=1)] == counts.max()
    assert f"true={true}&predicted={predicted}" in link.proto.query_string


def test_an_open_cell_shows_exactly_its_digits(y_pred, mnist_test):
    page = open_page(row="4", column="9")
    assert shown(page) == np.flatnonzero((mnist_test[1] == 4) & (y_pred == 9)).tolist()
    page.selectbox(key="row").select("4")
    page.selectbox(key="column").select("4").run()
    right = np.flatnonzero((mnist_test[1] == 4) & (y_pred == 4))
    assert shown(page) == right[:12].tolist()
    page.pagination[0].set_value(2).run()
    assert shown(page) == right[12:24].tolist()


def test_an_empty_cell_says_so(y_pred, mnist_test):
    matrix = np.zeros((10, 10), int)
    np.add.at(matrix, (mnist_test[1], y_pred), 1)
    true, predicted = np.argwhere(matrix == 0)[0]
    page = open_page(row=str(true), column=str(predicted))
    assert not shown(page)
    assert "No test digit is like this" in page.info[0].value


def test_one_digit_against_the_rest_counts_missed_and_taken(y_pred, mnist_test):
    y_true = mnist_test[1]
    page = open_page(digit="9")
    assert not page.exception
    missed, taken = ((y_true == 9) & (y_pred != 9)).sum(), ((y_true != 9) & (y_pred == 9)).sum()
    said = next(element.value for element in page.markdown if "are found" in element.value)
    assert f"Of {(y_true == 9).sum():,} digits that are 9" in said
    assert f"**{missed}** missed" in said
    assert f"**{taken}** others" in said
    links = {link.label: link.proto.query_string for link in page.page_link}
    assert "true=9&answer=misread" in links["Missed"]
    assert "predicted=9&answer=misread" in links["Taken for it"]


@pytest.mark.parametrize("view", VIEWS)
def test_the_view_of_the_matrix_is_in_the_address(view):
    page = open_page(view=view)
    assert page.pills(key="view").value == view
    assert not page.exception


def test_without_any_network_it_says_so(monkeypatch):
    monkeypatch.setattr(model_store, "list_models", lambda: [])
    page = open_page()
    assert not page.exception
    assert "no trained network yet" in page.error[0].value
    assert not page.metric


@pytest.fixture
def with_pages(tmp_path, monkeypatch) -> list[tables.Row]:
    """The figures of some pages beside the default network, in another folder of models."""
    outcomes = [page_exam.Outcome("rows", 10, 9, 8, 0), page_exam.Outcome("rows", 10, 10, 10, 0)]
    outcomes += [page_exam.Outcome("photo", 0, 0, 0, 1), page_exam.Outcome("photo", 0, 0, 0, 0)]
    rows = page_exam.summarize(outcomes)
    model = model_store.find_model()
    folder = tmp_path / model.name
    folder.mkdir()
    for file in model.folder.iterdir():
        (folder / file.name).symlink_to(file)
    (folder / page_exam.FILE).unlink(missing_ok=True)
    (folder / page_exam.FILE).write_text(tables.to_csv(rows))
    monkeypatch.setattr(model_store, "list_models", lambda *_: [model_store.StoredModel(folder)])
    return rows


def test_whole_pages_are_told_in_words_and_by_kind(with_pages):
    page = open_page()
    assert not page.exception
    assert "On whole pages" in [heading.value for heading in page.header]
    said = next(element.value for element in page.markdown if "without a mistake" in element.value)
    assert "Of 4 pages" in said
    assert "**50.0%** are read without a mistake (95% interval: 15.0% to 85.0%)" in said
    assert "**90.0%** of the 20 digits" in said
    assert "**0.25** digits" in said
    assert "**50.0%** of the 2 pictures without a digit" in said
    table = page.dataframe[1].value
    assert table["page"].str.lower().tolist() == [FAMILIES[name].hint for name in ("rows", "photo")]
    assert len(page.get("vega_lite_chart")) == 4


@pytest.mark.parametrize(("digits", "missing"), [(0, "digits on them"), (3, "pictures without")])
def test_pages_of_one_kind_only_are_told_too(digits, missing):
    from mnist_app.web.whole_pages import describe

    rows = page_exam.summarize([page_exam.Outcome("rows", digits, digits, digits, 0)])
    assert missing not in describe(rows[0])


def test_without_figures_of_pages_nothing_is_said(with_pages, monkeypatch):
    monkeypatch.setattr(page_exam, "load_pages", lambda _: [])
    page = open_page()
    assert not page.exception
    assert "On whole pages" not in [heading.value for heading in page.header]
