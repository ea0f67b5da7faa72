"""Charts of what a network learns from, and of how its training went."""

from typing import Any

import altair as alt
import numpy as np

from mnist_app.insight.charts.look import BLUE, HEARD, VERMILLION, Rows, domain, in_percent, say
from mnist_app.settings import CLASSES


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
        alt.Chart(say(rows, _say_share), height=300)
        .mark_bar()
        .encode(
            description=HEARD,
            x=alt.X("digit:O", title="Digit", axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("part:N", sort=["training", "test"]),
            y=alt.Y("share:Q", title="Share of all digits", axis=alt.Axis(format="%", tickCount=5), stack=None).scale(
                domain=domain(rows, "share", low=0.0), nice=True
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


def _say_share(row: dict[str, Any]) -> str:
    return f"{row['digit']} among the {row['part']} digits: {in_percent(row['share'])}, {row['count']:,} digits"


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

    def sentence(row: dict[str, Any]) -> str:
        said = "not a number" if row[figure] is None else format(row[figure], tip)
        return f"Epoch {row['epoch']}, {row['part']}: {figure} {said}"

    return (
        alt.Chart(say(rows, sentence), height=280)
        .mark_line(aria=False, point=alt.OverlayMarkDef(size=35))
        .encode(
            description=HEARD,
            x=alt.X("epoch:Q", title="Epoch")
            .axis(format="d", tickMinStep=1, tickCount=min(epochs, 10), grid=False)
            .scale(domain=[1, max(epochs, 2)], nice=False),
            y=alt.Y(f"{figure}:Q", title=figure.capitalize())
            .axis(format=axis, tickCount=5)
            .scale(domain=domain(rows, figure, **ends), nice=True),
            color=alt.Color("part:N", legend=legend).scale(domain=parts, range=[BLUE, VERMILLION]),
            strokeDash=alt.StrokeDash("part:N", legend=legend).scale(domain=parts, range=[[1, 0], [6, 3]]),
            tooltip=[
                alt.Tooltip("epoch:Q", title="Epoch"),
                alt.Tooltip("part:N", title="Part"),
                alt.Tooltip(f"{figure}:Q", title=figure.capitalize(), format=tip),
            ],
        )
    )


def loss_chart(losses: list[tuple[int, float]], steps: int) -> alt.Chart:
    """Draw the loss after each step so far, `(step, loss)`, on an axis of all steps, which lets it grow into it."""
    rows = [{"step": step, "loss": loss if np.isfinite(loss) else None} for step, loss in losses]
    return (
        alt.Chart(alt.Data(values=rows), height=160)
        .mark_line(color=BLUE)
        .encode(
            x=alt.X("step:Q", title="Step", axis=alt.Axis(format="d", tickCount=6, grid=False)).scale(
                domain=[0, max(steps, 1)], nice=False
            ),
            y=alt.Y("loss:Q", title="Loss", axis=alt.Axis(tickCount=4)).scale(
                domain=domain(rows, "loss", low=0.0), nice=True
            ),
            tooltip=[
                alt.Tooltip("step:Q", title="Step", format=","),
                alt.Tooltip("loss:Q", title="Loss", format=".3f"),
            ],
        )
    )
