import shutil
from functools import partial

import numpy as np
import pytest

from mnist_app.digits.generated.kinds import Kind
from mnist_app.digits.generated.pages import Page
from mnist_app.insight import page_exam
from mnist_app.network.model_store import StoredModel, find_model
from mnist_app.reading.answer import Digit, Reading

BOXES = np.array([[10, 10, 20, 30], [50, 10, 20, 30], [90, 10, 20, 30]])


@pytest.fixture
def page():
    """Three digits, of which the last is cut off, and an o."""
    kind = np.zeros((60, 200), np.uint8)
    kind[10:40, 150:170] = Kind.DOUBTFUL
    picture = np.zeros((60, 200, 3), np.uint8)
    return Page(picture, kind, np.zeros((60, 200), np.int16), BOXES, np.array([1, 2, 3]), np.array([1, 1, 0.4]), "rows")


def reading(*found: tuple[int, tuple[int, int, int, int]]) -> Reading:
    empty = np.zeros(0)
    digits = tuple(Digit(label, 1.0, box, empty, empty, empty, empty, "sure") for label, box in found)
    return Reading((digits,), ())


def test_what_counts_as_exact(page):
    one, two, cut_off, letter = (1, tuple(BOXES[0])), (2, tuple(BOXES[1])), (7, tuple(BOXES[2])), (0, (150, 10, 20, 30))
    assert page_exam.examine(page, reading(one, two)).exact
    assert page_exam.summarize(
        [page_exam.examine(page, reading(*found)) for found in ((one,), (one, two), (one, two))]
    )[0]["exact"] == pytest.approx(2 / 3)
    assert page_exam.examine(page, reading(one, two, cut_off, letter)).exact
    assert not page_exam.examine(page, reading(one)).exact
    wrong = page_exam.examine(page, reading(one, (5, tuple(BOXES[1]))))
    assert (wrong.digits, wrong.found, wrong.read, wrong.false, wrong.exact) == (2, 2, 1, 0, False)
    invented = page_exam.examine(page, reading(one, two, (1, (120, 10, 20, 30))))
    assert (invented.false, invented.exact) == (1, False)


def test_rows_are_stored_and_loaded(tmp_path):
    outcomes = [page_exam.Outcome("rows", 4, 4, 3, 0), page_exam.Outcome("photo", 0, 0, 0, 0)]
    rows = page_exam.summarize(outcomes)
    assert [row["family"] for row in rows] == ["all", "rows", "photo"]
    assert rows[0]["read"] == 0.75
    assert [row["exact"] for row in rows] == [0.5, 0.0, 1.0]
    assert (rows[2]["refused"], rows[2]["read"]) == (1.0, None)
    (tmp_path / page_exam.FILE).write_text(page_exam.tables.to_csv(rows))
    assert page_exam.load_pages(StoredModel(tmp_path)) == rows
    assert page_exam.load_pages(StoredModel(tmp_path / "other")) == []


@pytest.mark.parametrize(
    ("pages", "exact", "read"), [(30, 0.55, 0.5), pytest.param(200, 0.66, 0.65, marks=pytest.mark.slow)]
)
def test_the_reading_as_a_whole(pages, exact, read, in_process):
    """A floor under all that reads a page, on pages drawn with what pip brings: no font, no picture of others."""
    in_process(page_exam)
    all_, *_ = page_exam.summarize(page_exam.take_exam(find_model(), pages)[""])
    assert all_["pages"] == pages
    assert all_["exact"] > exact
    assert all_["read"] > read
    assert all_["refused"] > 0.95
    assert all_["false_per_page"] < 0.2


def test_the_exam_is_stored_beside_the_model_and_each_page_is_told(in_process, tmp_path, monkeypatch):
    in_process(page_exam)
    model, told = StoredModel(shutil.copytree(find_model("minimal").folder, tmp_path / "minimal")), []
    monkeypatch.setattr(page_exam, "take_exam", partial(page_exam.take_exam, pages=3))
    rows = page_exam.store_pages(model, told.append)
    assert told == [1, 1, 1]
    assert rows[0]["pages"] == 3
    assert page_exam.load_pages(model) == rows
