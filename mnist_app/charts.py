"""Pictures and charts of the data and of trainings.

Computing and drawing are apart: a `..._rows` function turns arrays into a list of dicts, a `..._chart` function draws
it. The colours are Okabe and Ito's and a ramp of blues, which the colour-blind can tell apart; they are neither so
light nor so dark that one of the two themes would swallow them.
"""

from typing import Any

import altair as alt
import cv2
import numpy as np

from mnist_app.settings import CLASSES, IMAGE_SIZE

Rows = list[dict[str, Any]]

BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
RAMP = ("#c6dbef", "#08306b")
PAPER, INK = 242, 40
STRONGEST = 0.85  # of a colour over a picture
NOWHERE = [-1, -1]
CHOSEN = alt.param("chosen", value=NOWHERE)  # the cell that is outlined
FAINT = "rgba(128, 128, 128, 0.3)"
ENDS = [alt.Tooltip(f"{end}:Q", title=title, format=".2%") for end, title in (("low", "At least"), ("high", "At most"))]


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
                alt.Tooltip("part:N", title="Part"),
                alt.Tooltip(f"{figure}:Q", title=figure.capitalize(), format=tip),
            ],
        )
    )


def outline(base: alt.Chart, *keys: str) -> alt.Chart:
    """A layer for a chart of cells with the parameter `CHOSEN`: outlines the cell whose two keys have its values."""
    where = " && ".join(f"datum.{key} == chosen[{place}]" for place, key in enumerate(keys))
    return base.transform_filter(where).mark_rect(filled=False, stroke=VERMILLION, strokeWidth=3)


def with_intervals(base: alt.Chart, rows: Rows, at: str, title: str | None, **look: Any) -> alt.LayerChart:
    """Draw a share of each row as a point on a line from its "low" to its "high", on an axis that ends at 100 %.

    Args:
        base: the rows, with all but the horizontal axis.
        rows: the same rows.
        at: the key of the share.
        title: of the axis.
        **look: further encodings of the points.
    """
    scale = alt.Scale(domain=[min((row["low"] for row in rows), default=0.0), 1.0], nice=True)
    axis = alt.Axis(format=".1%", tickCount=5, labelOverlap=True)
    lines = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=title, scale=scale), x2="high:Q")
    points = base.mark_point(filled=True, size=70, opacity=1)  # fainter, dark paper would swallow them
    return lines + points.encode(x=alt.X(f"{at}:Q", title=title, axis=axis, scale=scale), **look)


def set_params(spec: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Return a chart's specification with other values of its parameters; drawing it anew would take longer."""
    changed = [p | {"value": values[p["name"]]} if p["name"] in values else p for p in spec["params"]]
    return spec | {"params": changed}


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])


def _domain(rows: Rows, key: str, low: float | None = None, high: float | None = None) -> list[float]:
    """Ends of an axis that holds all values, with those ends that are given."""
    values = [row[key] for row in rows if row[key] is not None]
    lowest = min(values, default=0.0) if low is None else low
    highest = max(values, default=1.0) if high is None else high
    return [lowest, highest if highest > lowest else lowest + 1]
