import numpy as np
import pytest

from mnist_app import metrics
from mnist_app.insight.charts.look import NOWHERE, set_params
from mnist_app.insight.charts.matrix import confusion_chart, confusion_rows, per_class_chart, per_class_rows


@pytest.fixture
def matrix() -> np.ndarray:
    matrix = np.diag(np.full(10, 90))
    matrix[4, 9], matrix[9, 4], matrix[7, 1] = 10, 3, 5
    return matrix


@pytest.mark.parametrize(
    ("view", "diagonal", "cell", "empty"),
    [
        ("counts", "90", "10", ""),
        ("row %", "90.0", "10.0", ""),
        ("column %", "96.8", "10.0", ""),
        ("errors only", "", "10", ""),
    ],
)
def test_confusion_shows_what_the_view_says(matrix, view, diagonal, cell, empty):
    rows = confusion_rows(matrix, view)
    text = {(row["true"], row["predicted"]): row["text"] for row in rows}
    assert len(rows) == 100
    assert (text[4, 4], text[4, 9], text[0, 1]) == (diagonal, cell, empty)
    four_as_nine = rows[49]
    assert (four_as_nine["true"], four_as_nine["predicted"], four_as_nine["count"]) == (4, 9, 10)
    assert four_as_nine["share"] == pytest.approx(0.1)
    shown = confusion_chart(rows).to_dict()["data"]["values"]
    assert [row["text"] for row in shown] == [row["text"] for row in rows]


def test_confusion_of_a_network_without_errors_can_be_drawn():
    rows = confusion_rows(np.diag(np.full(10, 7)), "errors only")
    assert not any(row["value"] for row in rows)
    confusion_chart(rows).to_dict()


def test_a_cell_is_outlined_without_drawing_anew(matrix):
    spec = confusion_chart(confusion_rows(matrix, "counts")).to_dict()
    outlined = set_params(spec, chosen=[4, 9])
    assert next(p["value"] for p in outlined["params"] if p["name"] == "chosen") == [4, 9]
    assert next(p["value"] for p in spec["params"] if p["name"] == "chosen") == NOWHERE
    assert any(p["name"] == "cell" and "select" in p for p in spec["params"])


def test_typical_errors_are_pictures_off_the_diagonal(matrix):
    rows = confusion_rows(matrix, "typical errors", {(4, 9): "data:image/png;base64,"})
    assert [(row["true"], row["predicted"]) for row in rows if row["picture"]] == [(4, 9)]
    assert not any(row["text"] for row in rows)


def test_per_class_has_scikit_learns_figures_and_intervals(matrix):
    rows = per_class_rows(matrix)
    y_true, y_pred = (np.repeat(digits, matrix.ravel()) for digits in np.indices((10, 10)).reshape(2, -1))
    expected = metrics.per_class(y_true, y_pred)
    for row in rows:
        assert row["value"] == pytest.approx(expected[row["digit"]][row["figure"].lower()])
        assert row["low"] - 1e-9 <= row["value"] <= row["high"] + 1e-9
    spec = per_class_chart(rows).to_dict()
    assert len(spec["data"]["values"]) == 30
