"""What who does not see a chart has of it: a sentence for every mark, and the table behind it."""

import re

import numpy as np
import pytest
import vl_convert

from mnist_app import metrics
from mnist_app.insight.charts.evaluation import (
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
from mnist_app.insight.charts.figures import figures
from mnist_app.insight.charts.learning import balance_chart, balance_rows, curve_chart, curve_rows
from mnist_app.insight.charts.map import BY_DIGIT, fill, map_chart, map_table
from mnist_app.insight.charts.matrix import confusion_chart, confusion_rows, per_class_chart, per_class_rows
from mnist_app.insight.places import scale_points
from mnist_app.insight.slices import CHANCE

Y_TRUE = np.arange(1000) % 10
Y_PROB = np.random.default_rng(0).dirichlet(np.ones(10) / 5, 1000)
MATRIX = metrics.confusion(np.repeat(np.arange(10), 100), np.repeat(np.arange(10), [97, *[100] * 8, 103]))
SHARES = {"accuracy": 0.9, "low": 0.85, "high": 0.95, "exact": 0.9, "exact_low": 0.8, "exact_high": 0.95}
EPOCH = {"epoch": 1, "loss": 0.5, "accuracy": 0.8, "val_loss": float("nan"), "val_accuracy": 0.9}
# A chart, a sentence that is heard in it, and how many marks speak.
CHARTS = {
    "matrix": (
        confusion_chart(confusion_rows(MATRIX, "errors only")), "0 read as 1: 3 times, 3.0 % of this digit", 100,
    ),
    "per digit": (
        per_class_chart(per_class_rows(MATRIX)), "Recall of 0: 97.0 %, between 91.5 and 99.0", 30,
    ),
    "histogram": (
        histogram_chart(histogram_rows(np.array([0.97, 0.99]), np.array([True, True])), "right"),
        "Confidence 95 to 100 %: 2 right", 1,
    ),
    "reliability": (
        reliability_chart(reliability_rows({"as answered": [metrics.Bin(0.95, 0.9, 20)]})),
        "As answered: of 20 digits with a mean confidence of 95.0 %, 90.0 % read right", 1,
    ),
    "risk": (
        risk_chart(risk_rows(*metrics.risk_coverage(Y_TRUE, Y_PROB)), 0.9, 0.002),
        "90.0 % of the digits are answered, 0.20% of the answers are wrong", 1,
    ),
    "one against the rest": (
        rest_chart(rest_rows(*metrics.one_against_rest(Y_TRUE, Y_PROB, 3))),
        "Taken from a probability of 50 %: precision", 13,
    ),
    "slices": (
        slices_chart([{"slice": "slant 5°", "digits": 9, "misread": 1, "verdict": CHANCE} | SHARES]),
        f"slant 5°: 90.0 % read right, between 85.0 and 95.0; {CHANCE}", 1,
    ),
    "pages": (
        pages_chart([{"page": "empty paper", "pages": 9} | SHARES]),
        "empty paper: 90.0 % read without a mistake, between 80.0 and 95.0", 1,
    ),
    "corruptions": (
        corruptions_chart([{"family": "dotted_line", "severity": 3, "digits": 9} | SHARES]),
        "Dotted line, severity 3: 90.0 % read right", 1,
    ),
    "balance": (
        balance_chart(balance_rows(np.array([0, 0, 0, 9]), np.array([9]))),
        "0 among the training digits: 75.0 %, 3 digits", 20,
    ),
    "curve": (curve_chart(curve_rows([EPOCH]), "loss", 3), "Epoch 1, training: loss 0.5000", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", CHARTS)
def test_every_mark_is_read_out_as_a_sentence_and_the_table_has_a_row_for_each(name):
    chart, sentence, marks = CHARTS[name]
    spec = chart.to_dict()
    svg = vl_convert.vegalite_to_svg(spec)
    shown = re.sub(r'<g[^>]*aria-hidden="true".*?</g>', "", svg, flags=re.DOTALL)
    heard = re.findall(r'aria-label="([^"]*)" role="graphics-symbol"', shown)
    said = [one for one in heard if not re.match("[XY]-axis|Symbol legend", one)]
    assert any(one.startswith(sentence) for one in said), said
    assert {row["said"] for row in _said_rows(spec)} >= set(said), "nothing is heard that is no sentence"
    assert len(said) == marks
    assert len(figures(spec).rows) >= marks


def test_the_table_is_named_and_written_as_the_tooltips():
    rows, formats = figures(CHARTS["slices"][0].to_dict())
    shares = {"Read right": 0.9, "At least": 0.85, "At most": 0.95}
    assert rows.to_dict("records") == [
        {"Slice": "slant 5°", "Digits": 9, "Misread": 1} | shares | {"Beside the others": CHANCE}
    ]
    assert formats["Digits"] == ","
    assert formats["Read right"] == ".2%"


def test_the_map_has_a_row_for_each_digit(exam, stored):
    places = scale_points(stored, stored)
    spec = fill(map_chart(exam, places, BY_DIGIT, brush=True), map_table(exam, places))
    rows, _ = figures(spec)
    assert list(rows) == ["Test digit", "True digit", "Read as"]
    assert len(rows) == len(exam.y_true)


def _said_rows(spec: dict) -> list[dict]:
    parts = [spec, *spec.get("layer", [])]
    return [row for part in parts for row in part.get("data", {}).get("values", []) if "said" in row]
