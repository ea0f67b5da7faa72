import numpy as np
import pytest

from mnist_app import charts


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
    [("counts", "90", "10", ""), ("row %", "90.0", "10.0", ""), ("errors only", "", "10", "")],
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


def test_per_class_chart_has_three_marks_a_digit():
    rows = charts.per_class_rows([{"digit": 4, "precision": 0.9, "recall": 0.8, "f1": 0.85, "support": 10}])
    assert rows[1] == {"digit": 4, "figure": "Recall", "value": 0.8}
    spec = charts.per_class_chart(rows).to_dict()
    assert spec["encoding"]["x"]["scale"]["domain"] == [0.8, 1.0]
    assert len(spec["data"]["values"]) == 3
