import numpy as np

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


def test_overlay_is_blue_where_positive_and_vermillion_where_negative():
    heat = np.zeros((28, 28))
    heat[5, 5], heat[20, 20] = 1, -1
    picture = charts.overlay(np.zeros((28, 28), np.uint8), heat, 28).astype(int)
    assert picture[5, 5, 2] > picture[5, 5, 0] + 50
    assert picture[20, 20, 0] > picture[20, 20, 2] + 50
    assert (picture[0, 0] == charts.PAPER).all()
