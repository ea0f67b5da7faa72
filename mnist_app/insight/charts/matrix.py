"""The confusion matrix and the figures of each digit, drawn as in `charts`."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np

from mnist_app.insight.charts.look import (
    BLUE,
    CHOSEN,
    ENDS,
    FAINT,
    GREEN,
    HEARD,
    RAMP,
    VERMILLION,
    Rows,
    between,
    in_percent,
    outline,
    say,
    with_intervals,
)
from mnist_app.metrics import wilson_interval
from mnist_app.settings import CLASSES

LINEAR = 5  # up to about this value colours follow the value itself, above it the logarithm
ERROR_VIEWS = ("errors only", "typical errors")
VIEWS = ("counts", "row %", "column %", *ERROR_VIEWS)


def confusion_rows(matrix: np.ndarray, view: str, pictures: Mapping[tuple[int, int], str] | None = None) -> Rows:
    """Turn a confusion matrix into one row a cell.

    Args:
        matrix: `(10, 10)` counts, rows are true digits and columns predicted ones.
        view: one of `VIEWS`.
        pictures: addresses of pictures to show in cells, for the view "typical errors".

    Returns:
        Rows with true, predicted, count, share of the true digit and of those read so, the `value` that the colour
        shows, the cell's `text` and its `picture`: 0 and "" where there is nothing to show.
    """
    rows = []
    for (true, predicted), count in np.ndenumerate(matrix):
        share = float(count / max(matrix[true].sum(), 1))
        share_read = float(count / max(matrix[:, predicted].sum(), 1))
        shown = count > 0 and not (view in ERROR_VIEWS and true == predicted)
        value = {"row %": share * 100, "column %": share_read * 100}.get(view, int(count))
        text = f"{value:.1f}" if "%" in view else str(value)
        rows.append(
            {
                "true": true,
                "predicted": predicted,
                "count": int(count),
                "share": share,
                "share_read": share_read,
                "value": value if shown else 0,
                "text": text if shown and view != "typical errors" else "",
                "picture": (pictures or {}).get((true, predicted), "") if view == "typical errors" else "",
            }
        )
    return rows


def confusion_chart(rows: Rows) -> alt.LayerChart:
    """Draw a confusion matrix whose cells can be clicked.

    Colour follows the logarithm, so that one mistake shows beside a thousand hits.

    Args:
        rows: from `confusion_rows`.

    Returns:
        The chart; its selection is named "cell" and holds true and predicted digit, and its parameter "chosen" says
        which cell is outlined: see `look.set_params`.
    """
    largest = max(row["value"] for row in rows) or 1
    scale = alt.Scale(type="symlog", constant=LINEAR, domain=[0, largest], range=list(RAMP))
    middle = LINEAR * (np.sqrt(1 + largest / LINEAR) - 1)  # has the colour half way
    axis = alt.Axis(labelAngle=0, ticks=False, domain=False, grid=False)
    base = alt.Chart(say(rows, _say_cell), height=440).encode(
        x=alt.X("predicted:O", title="Read as", axis=axis),
        y=alt.Y("true:O", title="True digit", axis=axis),
        tooltip=[
            alt.Tooltip("true:O", title="True digit"),
            alt.Tooltip("predicted:O", title="Read as"),
            alt.Tooltip("count:Q", title="How often", format=","),
            alt.Tooltip("share:Q", title="Share of this digit", format=".2%"),
            alt.Tooltip("share_read:Q", title="Share of those read so", format=".2%"),
        ],
    )
    cells = (
        base.mark_rect(stroke=FAINT, strokeWidth=1, cursor="pointer")
        .encode(
            description=HEARD,
            color=alt.when(alt.datum.value > 0)
            .then(alt.Color("value:Q", scale=scale, legend=None))
            .otherwise(alt.value("transparent")),
        )
        .add_params(alt.selection_point("cell", fields=["true", "predicted"], toggle=False))
    )
    figures = base.mark_text(aria=False, fontSize=12, cursor="pointer").encode(
        text="text:N",
        color=alt.when(alt.datum.value > middle).then(alt.value("white")).otherwise(alt.value(RAMP[1])),
    )
    side = alt.expr("min(32, width / 10 - 2)")  # cells are narrow on a phone
    pictures = base.transform_filter("datum.picture != ''").mark_image(
        aria=False, width=side, height=side, cursor="pointer"
    )
    layers = cells + figures + pictures.encode(url="picture:N") + outline(base, "true", "predicted")
    return layers.add_params(CHOSEN)


def _say_cell(row: dict[str, Any]) -> str:
    often = {0: "never", 1: "once"}.get(row["count"], f"{row['count']:,} times")
    return f"{row['true']} read as {row['predicted']}: {often}, {in_percent(row['share'])} of this digit"


def per_class_rows(matrix: np.ndarray) -> Rows:
    """Turn a confusion matrix `(10, 10)` into one row for each digit and figure, with its 95 % interval.

    Precision and recall are shares, which have Wilson's interval; F1 is none and has no interval.
    """
    rows = []
    for digit in range(CLASSES):
        right, read, true = (int(n) for n in (matrix[digit, digit], matrix[:, digit].sum(), matrix[digit].sum()))
        for figure, of in (("Precision", read), ("Recall", true)):
            interval = wilson_interval(right, of)._asdict() if of else {"value": 0.0, "low": 0.0, "high": 1.0}
            rows.append({"digit": digit, "figure": figure, "of": of} | interval)
        f1 = 2 * right / max(read + true, 1)
        rows.append({"digit": digit, "figure": "F1", "of": read + true, "value": f1, "low": f1, "high": f1})
    return rows


def per_class_chart(rows: Rows) -> alt.LayerChart:
    """Draw precision, recall and F1 of each digit, one beside the other, with their intervals as lines."""
    names = ["Precision", "Recall", "F1"]
    base = alt.Chart(say(rows, _say_figure), height=420).encode(
        y=alt.Y("digit:O", title="Digit", axis=alt.Axis(grid=True)),
        yOffset=alt.YOffset("figure:N", sort=names),
        color=alt.Color(
            "figure:N",
            scale=alt.Scale(domain=names, range=[BLUE, VERMILLION, GREEN]),
            legend=alt.Legend(title=None, orient="top"),
        ),
        tooltip=[
            alt.Tooltip("digit:O", title="Digit"),
            alt.Tooltip("figure:N", title="Figure"),
            alt.Tooltip("value:Q", title="Value", format=".2%"),
            *ENDS,
        ],
    )
    shape = alt.Shape("figure:N", scale=alt.Scale(domain=names, range=["circle", "square", "triangle-up"]))
    return with_intervals(base, rows, "value", None, shape=shape)


def _say_figure(row: dict[str, Any]) -> str:
    interval = "" if row["low"] == row["high"] else f", {between(row['low'], row['high'])}"
    return f"{row['figure']} of {row['digit']}: {in_percent(row['value'])}{interval}"
