import numpy as np

from mnist_app import metrics
from mnist_app.insight.charts.evaluation import (
    BARS,
    MOST_POINTS,
    PICTURE,
    corruptions_chart,
    histogram_chart,
    histogram_rows,
    pages_chart,
    reliability_chart,
    reliability_rows,
    rest_chart,
    rest_rows,
    risk_chart,
    risk_rows,
    slices_chart,
)
from mnist_app.insight.slices import CHANCE


def test_histogram_counts_each_answer_once():
    confidence, right = np.array([0.99, 1.0, 0.51, 0.52]), np.array([True, True, True, False])
    rows = histogram_rows(confidence, right)
    assert sum(row["count"] for row in rows) == 4
    assert {(row["answer"], row["low"], row["count"]) for row in rows} == {
        ("right", 0.95, 2), ("right", 0.5, 1), ("wrong", 0.5, 1),
    }  # fmt: skip
    assert len(histogram_chart(rows, "right").to_dict()["data"]["values"]) == 2


def test_reliability_names_its_curves():
    y_true, y_prob = np.arange(100) % 10, np.random.default_rng(0).dirichlet(np.ones(10), 100)
    rows = reliability_rows({"after": metrics.reliability(y_true, y_prob), "before": []})
    assert sum(row["size"] for row in rows) == 100
    reliability_chart(rows).to_dict()


def test_risk_keeps_both_ends():
    n = 1000
    rows = risk_rows(np.linspace(0, 1, n), np.linspace(1, 0.5, n), np.linspace(0.9, 1, n))
    assert len(rows) == MOST_POINTS
    assert rows[0]["coverage"] == 1
    assert rows[-1]["error"] == 0
    risk_chart(rows, 0.9, 0.01).to_dict()


def test_one_against_the_rest_is_taken_at_its_bars():
    y_true, y_prob = np.arange(1000) % 10, np.random.default_rng(0).dirichlet(np.ones(10) / 5, 1000)
    rows = rest_rows(*metrics.one_against_rest(y_true, y_prob, 3))
    assert [row["bar"] for row in rows] == list(BARS)
    half = next(row for row in rows if row["bar"] == 0.5)
    taken = y_prob[:, 3] >= 0.5
    assert half["precision"] == (y_true[taken] == 3).mean()
    assert half["recall"] == taken[y_true == 3].mean()
    rest_chart(rows).to_dict()


def test_slices_keep_their_order():
    rows = [
        {"slice": name, "digits": 9, "misread": 1, "accuracy": 0.9, "low": low, "high": 1.0, "verdict": CHANCE}
        for name, low in (("b", 0.5), ("a", 0.6))
    ]
    spec = slices_chart(rows).to_dict()
    assert spec["layer"][0]["encoding"]["y"]["sort"] is None
    with_pictures = slices_chart([row | {"pictures": ["one", "two"]} for row in rows]).to_dict()
    points, images = with_pictures["layer"]
    assert points["layer"][1]["encoding"]["x"]["scale"]["rangeMin"] > 2 * PICTURE, "the axis begins after the pictures"
    assert [row["url"] for row in images["data"]["values"]] == ["one", "two"] * 2


def test_corruptions_put_the_weakest_on_top():
    rows = [
        {"family": name, "severity": severity, "digits": 9, "accuracy": accuracy / severity}
        for name, accuracy in (("fog", 0.9), ("shear", 0.5))
        for severity in (1, 2)
    ]
    spec = corruptions_chart(rows).to_dict()
    assert spec["layer"][0]["encoding"]["y"]["sort"] == ["shear", "fog"]
    assert {p["name"] for p in spec["params"]} == {"cell", "chosen"}
    shades, dark = (
        corruptions_chart(rows, dark=dark).to_dict()["layer"][0]["encoding"]["color"]["scale"]["range"]
        for dark in (False, True)
    )
    assert dark == shades[::-1], "on either paper, what is read well is near its shade"


def test_pages_keep_their_order_and_break_long_names():
    rows = [
        {"page": name, "pages": 9, "exact": 0.9, "exact_low": low, "exact_high": 1.0}
        for name, low in (("one number, its digits apart or touching", 0.5), ("empty paper", 0.6))
    ]
    spec = pages_chart(rows).to_dict()
    y = spec["layer"][0]["encoding"]["y"]
    assert y["sort"] is None
    assert spec["data"]["values"][0]["lines"] == "one number, its digits\napart or touching"
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0.5, 1.0]
