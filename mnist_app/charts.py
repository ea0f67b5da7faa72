"""Pictures and charts of the data, of trainings and of mistakes.

Computing and drawing are apart: a `..._rows` function turns arrays into a list of dicts, a `..._chart` function draws
it. The colours are Okabe and Ito's and a ramp of blues, which the colour-blind can tell apart; they are neither so
light nor so dark that one of the two themes would swallow them.
"""

from collections.abc import Mapping
from typing import Any

import altair as alt
import cv2
import numpy as np

from mnist_app.metrics import wilson_interval
from mnist_app.settings import CLASSES, IMAGE_SIZE

Rows = list[dict[str, Any]]

BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
RAMP = ("#c6dbef", "#08306b")
LINEAR = 5  # up to about this value colours follow the value itself, above it the logarithm
PAPER, INK = 242, 40
STRONGEST = 0.85  # of a colour over a picture
NOWHERE = [-1, -1]
ERROR_VIEWS = ("errors only", "typical errors")
FAINT = "rgba(128, 128, 128, 0.3)"
VIEWS = ("counts", "row %", "column %", "errors only", "typical errors")


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


def overlay(image: np.ndarray, heat: np.ndarray, side: int) -> np.ndarray:
    """Colour an image by a map: blue where it is above 0, vermillion where below, the stronger the further.

    Args:
        image: `(28, 28)` uint8.
        heat: `(28, 28)`, in any unit; the farthest from 0 gets the full colour.
        side: of the picture in pixels.

    Returns:
        `(side, side, 3)` uint8 RGB, dark ink on light paper.
    """
    paper = cv2.resize(PAPER - image * ((PAPER - INK) / 255), (side, side), interpolation=cv2.INTER_NEAREST)
    strength = cv2.resize(heat / max(np.abs(heat).max(), 1e-9), (side, side), interpolation=cv2.INTER_LINEAR)
    colours = np.where(strength[..., np.newaxis] > 0, _rgb(BLUE), _rgb(VERMILLION))
    share = STRONGEST * np.abs(strength)[..., np.newaxis]
    return np.rint(paper[..., np.newaxis] * (1 - share) + colours * share).astype(np.uint8)


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
        which cell is outlined: see `outline_cell`.
    """
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
            alt.Tooltip("share_read:Q", title="Share of those read so", format=".2%"),
        ],
    )
    cells = (
        base.mark_rect(stroke=FAINT, strokeWidth=1, cursor="pointer")
        .encode(
            color=alt.when(alt.datum.value > 0)
            .then(alt.Color("value:Q", scale=scale, legend=None))
            .otherwise(alt.value("transparent")),
        )
        .add_params(alt.selection_point("cell", fields=["true", "predicted"], toggle=False))
    )
    figures = base.mark_text(fontSize=12, cursor="pointer").encode(
        text="text:N",
        color=alt.when(alt.datum.value > middle).then(alt.value("white")).otherwise(alt.value(RAMP[1])),
    )
    pictures = base.transform_filter("datum.picture != ''").mark_image(width=32, height=32, cursor="pointer")
    chosen = alt.param("chosen", value=NOWHERE)
    outline = base.transform_filter("datum.true == chosen[0] && datum.predicted == chosen[1]")
    outline = outline.mark_rect(filled=False, stroke=VERMILLION, strokeWidth=3)
    return (cells + figures + pictures.encode(url="picture:N") + outline).add_params(chosen)


def outline_cell(spec: dict[str, Any], cell: tuple[int, int] | None) -> dict[str, Any]:
    """Return `confusion_chart`'s specification with another cell outlined; drawing it anew would take longer."""
    value = list(cell or NOWHERE)
    return spec | {"params": [p | {"value": value} if p["name"] == "chosen" else p for p in spec["params"]]}


def confused_pairs(matrix: np.ndarray, most: int = 10) -> Rows:
    """List the pairs of true and predicted digit that are confused most often, with their share of the true digit."""
    wrong = matrix * (1 - np.eye(len(matrix), dtype=matrix.dtype))
    pairs = [(int(i) // len(matrix), int(i) % len(matrix)) for i in np.argsort(-wrong, axis=None, kind="stable")]
    return [
        {"true": t, "predicted": p, "count": int(wrong[t, p]), "share": float(wrong[t, p] / matrix[t].sum())}
        for t, p in pairs[:most]
        if wrong[t, p]
    ]


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
    base = alt.Chart(alt.Data(values=rows), height=420).encode(
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
            alt.Tooltip("low:Q", title="At least", format=".2%"),
            alt.Tooltip("high:Q", title="At most", format=".2%"),
        ],
    )
    axis = alt.Axis(format=".1%", tickCount=5, labelOverlap=True)
    lowest = min((row["low"] for row in rows), default=0.0)
    scale = alt.Scale(domain=[lowest, 1.0], nice=True)
    points = base.mark_point(filled=True, size=70).encode(
        x=alt.X("value:Q", title=None, axis=axis, scale=scale),
        shape=alt.Shape("figure:N", scale=alt.Scale(domain=names, range=["circle", "square", "triangle-up"])),
    )
    lines = base.mark_rule(strokeWidth=2, opacity=0.6).encode(x=alt.X("low:Q", title=None, scale=scale), x2="high:Q")
    return lines + points


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])


def _domain(rows: Rows, key: str, low: float | None = None, high: float | None = None) -> list[float]:
    """Ends of an axis that holds all values, with those ends that are given."""
    values = [row[key] for row in rows if row[key] is not None]
    lowest = min(values, default=0.0) if low is None else low
    highest = max(values, default=1.0) if high is None else high
    return [lowest, highest if highest > lowest else lowest + 1]
