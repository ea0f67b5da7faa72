import numpy as np
import pytest

from mnist_app import charts, metrics


def spec_values(chart) -> list:
    """The rows that a chart shows; building its specification checks it against Vega-Lite's schema."""
    return chart.to_dict()["data"]["values"]


def test_contact_sheet_lays_images_out_row_by_row():
    images = np.arange(1, 6, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8)
    sheet = charts.contact_sheet(images, 3)
    assert sheet.shape == (56, 84)
    assert sheet[::28, ::28].tolist() == [[1, 2, 3], [4, 5, 0]]
    assert (sheet[28:, 28:56] == 5).all()


def test_mean_images_average_each_digit_apart():
    labels = np.tile(np.arange(10), 2)
    images = np.zeros((20, 28, 28), np.uint8)
    images[3], images[13] = 100, 201
    means = charts.mean_images(images, labels)
    assert means.shape == (10, 28, 28)
    assert set(np.unique(means[3])) <= {150, 151}
    assert means[4].max() == 0


def test_balance_counts_both_parts():
    rows = charts.balance_rows(np.array([0, 0, 0, 9]), np.array([9]))
    found = {(row["part"], row["digit"]): (row["count"], row["share"]) for row in rows}
    assert found["training", 0] == (3, 0.75)
    assert found["test", 9] == (1, 1.0)
    assert found["test", 5] == (0, 0.0)
    assert spec_values(charts.balance_chart(rows)) == rows


def test_curves_have_a_row_for_training_and_one_for_validation():
    history = [
        {"epoch": 1.0, "loss": 0.5, "accuracy": 0.8, "val_loss": 0.25, "val_accuracy": 0.9},
        {"epoch": 2.0, "loss": float("nan"), "accuracy": 0.1, "val_loss": 0.2, "val_accuracy": 0.95},
    ]
    rows = charts.curve_rows(history)
    assert rows[1] == {"epoch": 1, "part": "validation", "loss": 0.25, "accuracy": 0.9}
    assert rows[2]["loss"] is None, "JSON has no NaN"
    spec = charts.curve_chart(rows, "accuracy", 10).to_dict()
    assert spec["encoding"]["x"]["scale"]["domain"] == [1, 10]
    assert spec["encoding"]["y"]["scale"]["domain"] == [0.1, 1.0]
    assert charts.curve_chart(rows, "loss", 10).to_dict()["encoding"]["y"]["scale"]["domain"] == [0.0, 0.5]


def test_curves_without_any_epoch_can_be_drawn():
    assert spec_values(charts.curve_chart([], "loss", 1)) == []


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
    rows = charts.confusion_rows(matrix, view)
    text = {(row["true"], row["predicted"]): row["text"] for row in rows}
    assert len(rows) == 100
    assert (text[4, 4], text[4, 9], text[0, 1]) == (diagonal, cell, empty)
    four_as_nine = rows[49]
    assert (four_as_nine["true"], four_as_nine["predicted"], four_as_nine["count"]) == (4, 9, 10)
    assert four_as_nine["share"] == pytest.approx(0.1)
    assert spec_values(charts.confusion_chart(rows)) == rows


def test_confusion_of_a_network_without_errors_can_be_drawn():
    rows = charts.confusion_rows(np.diag(np.full(10, 7)), "errors only")
    assert not any(row["value"] for row in rows)
    charts.confusion_chart(rows).to_dict()


def test_confused_pairs_come_in_order_and_without_the_right_ones(matrix):
    pairs = charts.confused_pairs(matrix)
    assert [(p["true"], p["predicted"], p["count"]) for p in pairs] == [(4, 9, 10), (7, 1, 5), (9, 4, 3)]
    assert pairs[0]["share"] == pytest.approx(0.1)
    assert len(charts.confused_pairs(matrix, most=2)) == 2


def test_a_cell_is_outlined_without_drawing_anew(matrix):
    spec = charts.confusion_chart(charts.confusion_rows(matrix, "counts")).to_dict()
    outlined = charts.outline_cell(spec, (4, 9))
    assert next(p["value"] for p in outlined["params"] if p["name"] == "chosen") == [4, 9]
    assert next(p["value"] for p in spec["params"] if p["name"] == "chosen") == charts.NOWHERE
    assert any(p["name"] == "cell" and "select" in p for p in spec["params"])


def test_typical_errors_are_pictures_off_the_diagonal(matrix):
    rows = charts.confusion_rows(matrix, "typical errors", {(4, 9): "data:image/png;base64,"})
    assert [(row["true"], row["predicted"]) for row in rows if row["picture"]] == [(4, 9)]
    assert not any(row["text"] for row in rows)


def test_per_class_has_scikit_learns_figures_and_intervals(matrix):
    rows = charts.per_class_rows(matrix)
    y_true, y_pred = (np.repeat(digits, matrix.ravel()) for digits in np.indices((10, 10)).reshape(2, -1))
    expected = metrics.per_class(y_true, y_pred)
    for row in rows:
        assert row["value"] == pytest.approx(expected[row["digit"]][row["figure"].lower()])
        assert row["low"] - 1e-9 <= row["value"] <= row["high"] + 1e-9
    spec = charts.per_class_chart(rows).to_dict()
    assert len(spec["data"]["values"]) == 30


def test_overlay_is_blue_where_positive_and_vermillion_where_negative():
    heat = np.zeros((28, 28))
    heat[5, 5], heat[20, 20] = 1, -1
    picture = charts.overlay(np.zeros((28, 28), np.uint8), heat, 28).astype(int)
    assert picture[5, 5, 2] > picture[5, 5, 0] + 50
    assert picture[20, 20, 0] > picture[20, 20, 2] + 50
    assert (picture[0, 0] == charts.PAPER).all()
