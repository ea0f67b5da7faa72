"""Pictures and charts of the data, of trainings and of mistakes.

Computing and drawing are apart: a `..._rows` function turns arrays into a list of dicts, a `..._chart` function draws
it. The colours are Okabe and Ito's and a ramp of blues, which the colour-blind can tell apart; they are neither so
light nor so dark that one of the two themes would swallow them.
"""

from typing import Any

import altair as alt
import numpy as np

from mnist_app.settings import CLASSES, IMAGE_SIZE

Rows = list[dict[str, Any]]

BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
RAMP = ("#c6dbef", "#08306b")
LINEAR = 5  # up to about this value colours follow the value itself, above it the logarithm
FAINT = "rgba(128, 128, 128, 0.3)"
VIEWS = ("counts", "row %", "errors only")


def contact_sheet(images: np.ndarray, columns: int) -> np.ndarray:
    """Lay images out in rows, as one picture.

    Args:
        images: `(n, 28, 28)` uint8.
        columns: images in a row.

    Returns:
        `(rows * 28, columns * 28)` uint8; places without an image stay background.
    """
    rows = -(-len(images) // columns)
    places = np.zeros((rows * columns, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    places[: len(images)] = images
    return places.reshape(rows, columns, IMAGE_SIZE, IMAGE_SIZE).swapaxes(1, 2).reshape(rows * IMAGE_SIZE, -1)


def mean_images(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Average the images `(n, 28, 28)` of each digit; `(10, 28, 28)` uint8. Every digit must occur."""
    return np.stack([images[labels == digit].mean(axis=0).round() for digit in range(CLASSES)]).astype(np.uint8)


def balance_rows(y_train: np.ndarray, y_test: np.ndarray) -> Rows:
    """Count each digit in both parts of the data, and its share of its part."""
    counts = {part: np.bincount(y, minlength=CLASSES) for part, y in (("training", y_train), ("test", y_test))}
    return [
        {"digit": digit, "part": part, "count": int(n[digit]), "share": float(n[digit] / n.sum())}
        for part, n in counts.items()
        for digit in range(CLASSES)
    ]


def balance_chart(rows: Rows) -> alt.Chart:
    """Draw each digit's share of the training and of the test digits as bars side by side."""
    parts = alt.Scale(domain=["training", "test"], range=[BLUE, VERMILLION])
    return (
        alt.Chart(alt.Data(values=rows), height=300)
        .mark_bar()
        .encode(
            x=alt.X("digit:O", title="Digit", axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("part:N", sort=["training", "test"]),
            y=alt.Y("share:Q", title="Share of all digits", axis=alt.Axis(format="%", tickCount=5), stack=None).scale(
                domain=_domain(rows, "share", low=0.0), nice=True
            ),
            color=alt.Color("part:N", scale=parts, legend=alt.Legend(title=None, orient="top")),
            tooltip=[
                alt.Tooltip("digit:O", title="Digit"),
                alt.Tooltip("part:N", title="Part"),
                alt.Tooltip("count:Q", title="How many", format=","),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
            ],
        )
    )


def curve_rows(history: list[dict[str, float]]) -> Rows:
    """Turn `history.csv`'s rows, one an epoch, into two an epoch: one for training, one for validation.

    A figure that is not a number any more, because a training went astray, becomes None.
    """
    return [
        {"epoch": int(row["epoch"]), "part": part}
        | {
            figure: row[prefix + figure] if np.isfinite(row[prefix + figure]) else None
            for figure in ("loss", "accuracy")
        }
        for row in history
        for part, prefix in (("training", ""), ("validation", "val_"))
    ]


def curve_chart(rows: Rows, figure: str, epochs: int) -> alt.Chart:
    """Draw how "loss" or "accuracy" went, for training and validation.

    Args:
        rows: from `curve_rows`.
        figure: which one.
        epochs: how far the axis goes, which lets curves grow without the axis jumping.

    Returns:
        Lines with a dot at each epoch; validation is dashed as well as coloured.
    """
    axis, tip, ends = (".1%", ".2%", {"high": 1.0}) if figure == "accuracy" else ("~g", ".4f", {"low": 0.0})
    parts = ["training", "validation"]
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolSize=300)
    return (
        alt.Chart(alt.Data(values=rows), height=280)
        .mark_line(point=alt.OverlayMarkDef(size=35))
        .encode(
            x=alt.X("epoch:Q", title="Epoch")
            .axis(format="d", tickMinStep=1, tickCount=min(epochs, 10), grid=False)
            .scale(domain=[1, max(epochs, 2)], nice=False),
            y=alt.Y(f"{figure}:Q", title=figure.capitalize())
            .axis(format=axis, tickCount=5)
            .scale(domain=_domain(rows, figure, **ends), nice=True),
            color=alt.Color("part:N", legend=legend).scale(domain=parts, range=[BLUE, VERMILLION]),
            strokeDash=alt.StrokeDash("part:N", legend=legend).scale(domain=parts, range=[[1, 0], [6, 3]]),
            tooltip=[
                alt.Tooltip("epoch:Q", title="Epoch"),
                alt.Tooltip("part:N", title="Digits"),
                alt.Tooltip(f"{figure}:Q", title=figure.capitalize(), format=tip),
            ],
        )
    )


def confusion_rows(matrix: np.ndarray, view: str) -> Rows:
    """Turn a confusion matrix into one row a cell.

    Args:
        matrix: `(10, 10)` counts, rows are true digits and columns predicted ones.
        view: one of `VIEWS`.

    Returns:
        Rows with true, predicted, count, share of the true digit, the `value` that the colour shows and the cell's
        `text`: 0 and "" where there is nothing to show.
    """
    rows = []
    for (true, predicted), count in np.ndenumerate(matrix):
        share = float(count / max(matrix[true].sum(), 1))
        shown = count > 0 and not (view == "errors only" and true == predicted)
        value = share * 100 if view == "row %" else int(count)
        rows.append(
            {
                "true": true,
                "predicted": predicted,
                "count": int(count),
                "share": share,
                "value": value if shown else 0,
                "text": (f"{value:.1f}" if view == "row %" else str(value)) if shown else "",
            }
        )
    return rows


def confusion_chart(rows: Rows) -> alt.LayerChart:
    """Draw a confusion matrix; colour follows the logarithm, so that one mistake shows beside a thousand hits."""
    largest = max(row["value"] for row in rows) or 1
    scale = alt.Scale(type="symlog", constant=LINEAR, domain=[0, largest], range=list(RAMP))
    middle = LINEAR * (np.sqrt(1 + largest / LINEAR) - 1)  # has the colour half way
    axis = alt.Axis(labelAngle=0, ticks=False, domain=False, grid=False)
    base = alt.Chart(alt.Data(values=rows), height=440).encode(
        x=alt.X("predicted:O", title="Read as", axis=axis),
        y=alt.Y("true:O", title="True digit", axis=axis),
        tooltip=[
            alt.Tooltip("true:O", title="True digit"),
            alt.Tooltip("predicted:O", title="Read as"),
            alt.Tooltip("count:Q", title="How often", format=","),
            alt.Tooltip("share:Q", title="Share of this digit", format=".2%"),
        ],
    )
    cells = base.mark_rect(stroke=FAINT, strokeWidth=1).encode(
        color=alt.when(alt.datum.value > 0)
        .then(alt.Color("value:Q", scale=scale, legend=None))
        .otherwise(alt.value("transparent"))
    )
    figures = base.mark_text(fontSize=12).encode(
        text="text:N",
        color=alt.when(alt.datum.value > middle).then(alt.value("white")).otherwise(alt.value(RAMP[1])),
    )
    return cells + figures


def confused_pairs(matrix: np.ndarray, most: int = 10) -> Rows:
    """List the pairs of true and predicted digit that are confused most often, with their share of the true digit."""
    wrong = matrix * (1 - np.eye(len(matrix), dtype=matrix.dtype))
    pairs = [(int(i) // len(matrix), int(i) % len(matrix)) for i in np.argsort(-wrong, axis=None, kind="stable")]
    return [
        {"true": t, "predicted": p, "count": int(wrong[t, p]), "share": float(wrong[t, p] / matrix[t].sum())}
        for t, p in pairs[:most]
        if wrong[t, p]
    ]


def per_class_rows(figures: list[dict[str, float]]) -> Rows:
    """Turn `metrics.per_class`'s ten rows into one row for each digit and figure."""
    names = {"precision": "Precision", "recall": "Recall", "f1": "F1"}
    return [{"digit": row["digit"], "figure": names[key], "value": row[key]} for row in figures for key in names]


def per_class_chart(rows: Rows) -> alt.Chart:
    """Draw precision, recall and F1 of each digit as marks of three shapes on an axis that starts at the lowest."""
    names = ["Precision", "Recall", "F1"]
    return (
        alt.Chart(alt.Data(values=rows), height=320)
        .mark_point(filled=True, size=90, opacity=0.9)
        .encode(
            x=alt.X("value:Q", title=None)
            .axis(format=".1%", tickCount=5, labelOverlap=True)
            .scale(domain=_domain(rows, "value", high=1.0), nice=True),
            y=alt.Y("digit:O", title="Digit", axis=alt.Axis(grid=True)),
            color=alt.Color(
                "figure:N",
                scale=alt.Scale(domain=names, range=[BLUE, VERMILLION, GREEN]),
                legend=alt.Legend(title=None, orient="top"),
            ),
            shape=alt.Shape("figure:N", scale=alt.Scale(domain=names, range=["circle", "square", "triangle-up"])),
            tooltip=[
                alt.Tooltip("digit:O", title="Digit"),
                alt.Tooltip("figure:N", title="Figure"),
                alt.Tooltip("value:Q", title="Value", format=".2%"),
            ],
        )
    )


def _domain(rows: Rows, key: str, low: float | None = None, high: float | None = None) -> list[float]:
    """Ends of an axis that holds all values, with those ends that are given."""
    values = [row[key] for row in rows if row[key] is not None]
    lowest = min(values, default=0.0) if low is None else low
    highest = max(values, default=1.0) if high is None else high
    return [lowest, highest if highest > lowest else lowest + 1]
