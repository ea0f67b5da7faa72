import numpy as np

from mnist_app.insight.charts.learning import balance_chart, balance_rows, curve_chart, curve_rows


def spec_values(chart) -> list:
    """The rows that a chart shows; building its specification checks it against Vega-Lite's schema."""
    return chart.to_dict()["data"]["values"]


def test_balance_counts_both_parts():
    rows = balance_rows(np.array([0, 0, 0, 9]), np.array([9]))
    found = {(row["part"], row["digit"]): (row["count"], row["share"]) for row in rows}
    assert found["training", 0] == (3, 0.75)
    assert found["test", 9] == (1, 1.0)
    assert found["test", 5] == (0, 0.0)
    assert [row["share"] for row in spec_values(balance_chart(rows))] == [row["share"] for row in rows]


def test_curves_have_a_row_for_training_and_one_for_validation():
    history = [
        {"epoch": 1.0, "loss": 0.5, "accuracy": 0.8, "val_loss": 0.25, "val_accuracy": 0.9},
        {"epoch": 2.0, "loss": float("nan"), "accuracy": 0.1, "val_loss": 0.2, "val_accuracy": 0.95},
    ]
    rows = curve_rows(history)
    assert rows[1] == {"epoch": 1, "part": "validation", "loss": 0.25, "accuracy": 0.9}
    assert rows[2]["loss"] is None, "JSON has no NaN"
    spec = curve_chart(rows, "accuracy", 10).to_dict()
    assert spec["encoding"]["x"]["scale"]["domain"] == [1, 10]
    assert spec["encoding"]["y"]["scale"]["domain"] == [0.1, 1.0]
    assert curve_chart(rows, "loss", 10).to_dict()["encoding"]["y"]["scale"]["domain"] == [0.0, 0.5]


def test_curves_without_any_epoch_can_be_drawn():
    assert spec_values(curve_chart([], "loss", 1)) == []
