"""Charts of how sure a network is, how right it is to be, and where it is weak; drawn as in `charts`."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import altair as alt
import numpy as np

from mnist_app.insight.charts.look import (
    BLUE,
    CHOSEN,
    ENDS,
    FAINT,
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
from mnist_app.insight.slices import BETTER, CHANCE, EXAMPLES, WORSE
from mnist_app.metrics import Bin

GREY = "#888888"
DARK = 0.55  # accuracy below which a cell is so near the shade of the worst that its figure has that of the best
VERDICTS = {WORSE: VERMILLION, BETTER: BLUE, CHANCE: GREY}
PICTURE = 28  # pixels of a picture in a chart
HISTOGRAM_BINS = 20
BARS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
NAMED_BARS = (0.01, 0.5, 0.99)
LONG_LABEL = 26  # characters, above which a label has two lines: phones are narrow
MOST_POINTS = 300  # of a curve: more are not seen


def histogram_rows(confidence: np.ndarray, right: np.ndarray, bins: int = HISTOGRAM_BINS) -> Rows:
    """Count right and wrong answers `(n,)` in bins of confidence; empty bins have no row."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        {"low": i / bins, "high": (i + 1) / bins, "answer": name, "count": int(count)}
        for name, chosen in (("right", right), ("wrong", ~right))
        for i, count in enumerate(np.bincount(place[chosen], minlength=bins))
        if count
    ]


def histogram_chart(rows: Rows, answer: str) -> alt.Chart:
    """Draw the "right" or the "wrong" answers by confidence; each has its own scale, and so its own chart."""
    chosen = [row for row in rows if row["answer"] == answer]
    highest = max((row["count"] for row in chosen), default=1)  # given: the page draws before the data has come
    return (
        alt.Chart(say(chosen, _say_bin), height=150)
        .mark_bar(color=BLUE if answer == "right" else VERMILLION)
        .encode(
            description=HEARD,
            x=alt.X("low:Q", bin="binned", title="Confidence", axis=alt.Axis(format="%")).scale(domain=[0, 1]),
            x2="high:Q",
            y=alt.Y(
                "count:Q", title=answer.capitalize(), stack=None, axis=alt.Axis(tickCount=3, tickMinStep=1, format=",d")
            ).scale(domain=[0, highest]),
            tooltip=[
                alt.Tooltip("low:Q", title="Confidence from", format=".0%"),
                alt.Tooltip("high:Q", title="to", format=".0%"),
                alt.Tooltip("count:Q", title="Digits", format=","),
            ],
        )
    )


def _say_bin(row: dict[str, Any]) -> str:
    return f"Confidence {100 * row['low']:.0f} to {100 * row['high']:.0f} %: {row['count']:,} {row['answer']}"


def reliability_rows(curves: Mapping[str, list[Bin]]) -> Rows:
    """Turn the bins of `metrics.reliability`, named by when they were measured, into rows."""
    return [{"when": when} | b._asdict() for when, bins in curves.items() for b in bins]


def reliability_chart(rows: Rows) -> alt.LayerChart:
    """Draw how often answers are right against how sure they were: on the dashed line both are equal."""
    names = list(dict.fromkeys(row["when"] for row in rows))
    lowest = min(min(row["confidence"], row["accuracy"]) for row in rows)
    ends = [np.floor(lowest * 10) / 10, 1.0]
    ideal = alt.Chart(alt.Data(values=[{"at": end} for end in ends])).mark_line(
        aria=False, color=GREY, strokeDash=[4, 4]
    )
    points = (
        alt.Chart(say(rows, _say_reliability), height=300)
        .mark_line(aria=False, point=alt.OverlayMarkDef(size=60))
        .encode(
            description=HEARD,
            x=alt.X("confidence:Q", title="Mean confidence", axis=alt.Axis(format="%")).scale(domain=ends),
            y=alt.Y("accuracy:Q", title="Read right", axis=alt.Axis(format="%")).scale(domain=ends),
            color=alt.Color("when:N", legend=alt.Legend(title=None, orient="top")).scale(
                domain=names, range=[BLUE, VERMILLION]
            ),
            tooltip=[
                alt.Tooltip("when:N", title="Temperature"),
                alt.Tooltip("confidence:Q", title="Mean confidence", format=".2%"),
                alt.Tooltip("accuracy:Q", title="Read right", format=".2%"),
                alt.Tooltip("size:Q", title="Digits", format=","),
            ],
        )
    )
    along, up = alt.X("at:Q", title="Mean confidence"), alt.Y("at:Q", title="Read right")
    return ideal.encode(along.scale(domain=ends), up.scale(domain=ends)) + points


def _say_reliability(row: dict[str, Any]) -> str:
    sure, right = in_percent(row["confidence"]), in_percent(row["accuracy"])
    return f"{row['when'].capitalize()}: of {row['size']:,} digits with a mean confidence of {sure}, {right} read right"


def risk_rows(thresholds: np.ndarray, coverage: np.ndarray, accuracy: np.ndarray) -> Rows:
    """Thin `metrics.risk_coverage`'s curve out to what can be seen: rows with threshold, coverage and error."""
    kept = np.unique(np.linspace(0, len(thresholds) - 1, MOST_POINTS).astype(int))
    return [
        {"threshold": float(thresholds[i]), "coverage": float(coverage[i]), "error": float(1 - accuracy[i])}
        for i in kept
    ]


def risk_chart(rows: Rows, coverage: float, error: float) -> alt.LayerChart:
    """Draw the share of errors among the answers against the share that is answered, and where the user stands."""
    curve = alt.Chart(alt.Data(values=rows), height=300).mark_line(aria=False, color=BLUE, interpolate="step-after")
    said = f"{in_percent(coverage)} of the digits are answered, {error:.2%} of the answers are wrong"
    here = alt.Chart(say([{"coverage": coverage, "error": error}], lambda _: said)).encode(description=HEARD)
    lowest = float(np.floor(min(row["coverage"] for row in rows if row["coverage"] > 0.8) * 50) / 50)
    curve = curve.encode(
        x=alt.X("coverage:Q", title="Digits that are answered", axis=alt.Axis(format="%")).scale(
            domain=[min(lowest, coverage), 1.0], clamp=True
        ),
        y=alt.Y("error:Q", title="Wrong among them", axis=alt.Axis(format=".2%", tickCount=5)),
        tooltip=[
            alt.Tooltip("threshold:Q", title="Answered from", format=".1%"),
            alt.Tooltip("coverage:Q", title="Digits answered", format=".2%"),
            alt.Tooltip("error:Q", title="Wrong among them", format=".3%"),
        ],
    )
    return curve + here.mark_point(filled=True, size=140, color=VERMILLION).encode(x="coverage:Q", y="error:Q")


def rest_rows(thresholds: np.ndarray, precision: np.ndarray, recall: np.ndarray) -> Rows:
    """Take `metrics.one_against_rest`'s curve at `BARS`: rows with bar, precision and recall."""
    places = np.minimum(np.searchsorted(thresholds, BARS), len(thresholds) - 1)
    return [
        {"bar": bar, "precision": float(precision[i]), "recall": float(recall[i])}
        for bar, i in zip(BARS, places, strict=True)
    ]


def rest_chart(rows: Rows) -> alt.LayerChart:
    """Draw precision against recall, with a dot for each bar and three of them named."""
    # Half a percent below the lowest dot, there is room for its name.
    lowest = {key: np.floor(min(row[key] for row in rows) * 200 - 1) / 200 for key in ("recall", "precision")}
    ends = {key: [float(max(low, 0)), 1.0] for key, low in lowest.items()}
    axis = alt.Axis(format=".1%", tickCount=5, labelOverlap=True)
    base = alt.Chart(say(rows, _say_bar), height=300).encode(
        x=alt.X("recall:Q", title="Found of its own (recall)", axis=axis).scale(domain=ends["recall"]),
        y=alt.Y("precision:Q", title="Right among the taken (precision)", axis=axis).scale(domain=ends["precision"]),
        tooltip=[
            alt.Tooltip("bar:Q", title="Taken from a probability of", format=".1%"),
            alt.Tooltip("precision:Q", title="Precision", format=".2%"),
            alt.Tooltip("recall:Q", title="Recall", format=".2%"),
        ],
    )
    line = base.mark_line(aria=False, color=BLUE, point=alt.OverlayMarkDef(size=60))
    line = line.encode(order="bar:Q", description=HEARD)
    named = base.transform_filter(alt.FieldOneOfPredicate("bar", NAMED_BARS))
    # The curve only falls, so below a dot and to its left there is room.
    names = named.mark_text(aria=False, dx=-8, dy=10, align="right", fontSize=12, color=GREY)
    return line + names.encode(text=alt.Text("bar:Q", format=".0%"))


def _say_bar(row: dict[str, Any]) -> str:
    precision, recall = in_percent(row["precision"]), in_percent(row["recall"])
    return f"Taken from a probability of {100 * row['bar']:.0f} %: precision {precision}, recall {recall}"


def slices_chart(rows: Rows) -> alt.LayerChart:
    """Draw the accuracy of slices as points with their intervals, in the rows' order.

    Args:
        rows: with slice (its name), digits, misread, accuracy, low, high, verdict (from `slices.judge`), and, in all
            rows or in none, `pictures`: addresses of up to three pictures that stand before the axis.
    """
    values = [{key: value for key, value in row.items() if key != "pictures"} for row in rows]
    shown = [verdict for verdict in VERDICTS if any(row["verdict"] == verdict for row in rows)]
    pictures = [
        {"slice": row["slice"], "at": PICTURE * (place + 0.5), "url": url}
        for row in rows
        for place, url in enumerate(row.get("pictures", ()))
    ]
    axis = alt.Axis(labelLimit=220, labelOverlap=False, labelFlush=False)
    y = alt.Y("slice:N", title=None, sort=None, axis=axis)
    height = (PICTURE + 4 if pictures else 20) * len(rows) + 80
    base = alt.Chart(say(values, _say_slice), height=height).encode(
        y=y,
        color=alt.Color("verdict:N", legend=alt.Legend(title=None, orient="top")).scale(
            domain=shown, range=[VERDICTS[verdict] for verdict in shown]
        ),
        tooltip=[
            alt.Tooltip("slice:N", title="Slice"),
            alt.Tooltip("digits:Q", title="Digits", format=","),
            alt.Tooltip("misread:Q", title="Misread", format=","),
            alt.Tooltip("accuracy:Q", title="Read right", format=".2%"),
            *ENDS,
            alt.Tooltip("verdict:N", title="Beside the others"),
        ],
    )
    start = EXAMPLES * PICTURE + 8 if pictures else 0
    chart = with_intervals(base, rows, "accuracy", "Read right", start=start)
    if not pictures:
        return chart
    images = alt.Chart(alt.Data(values=pictures)).mark_image(width=PICTURE, height=PICTURE, tooltip=None, aria=False)
    at = alt.X("at:Q", scale=None, axis=None)
    return alt.layer(chart, images.encode(x=at, y=y, url="url:N")).resolve_scale(x="independent")


def _say_slice(row: dict[str, Any]) -> str:
    interval = between(row["low"], row["high"])
    return f"{row['slice']}: {in_percent(row['accuracy'])} read right, {interval}; {row['verdict']}"


def pages_chart(rows: Rows) -> alt.LayerChart:
    """Draw the share of pages that are read without a mistake, by kind of page, with intervals, in the rows' order.

    Args:
        rows: with page (its kind in words), pages, exact, exact_low and exact_high.
    """
    values = [
        row | {"low": row["exact_low"], "high": row["exact_high"], "lines": _in_lines(row["page"])} for row in rows
    ]
    axis = alt.Axis(labelLimit=200, labelOverlap=False, labelFlush=False, labelExpr="split(datum.label, '\\n')")
    base = alt.Chart(say(values, _say_page), height=34 * len(rows) + 60).encode(
        y=alt.Y("lines:N", title=None, sort=None, axis=axis),
        color=alt.value(BLUE),
        tooltip=[
            alt.Tooltip("page:N", title="On the page"),
            alt.Tooltip("pages:Q", title="Pages", format=","),
            alt.Tooltip("exact:Q", title="Without a mistake", format=".1%"),
            *ENDS,
        ],
    )
    return with_intervals(base, values, "exact", "Read without a mistake")


def _say_page(row: dict[str, Any]) -> str:
    return f"{row['page']}: {in_percent(row['exact'])} read without a mistake, {between(row['low'], row['high'])}"


def corruptions_chart(rows: Rows, dark: bool = False) -> alt.LayerChart:
    """Draw the accuracy by family and severity as a heat map, the family with the lowest accuracy on top.

    Args:
        rows: from `robustness.evaluate_corruptions`.
        dark: whether it stands on dark paper: what is read well is near the paper's own shade, what is not stands out.

    Returns:
        The chart; its selection is named "cell" and holds family and severity, and its parameter "chosen" says which
        cell is outlined: see `look.set_params`.
    """
    families = sorted(
        {row["family"] for row in rows}, key=lambda f: min(r["accuracy"] for r in rows if r["family"] == f)
    )
    base = alt.Chart(say(rows, _say_corruption), height=24 * len(families) + 60).encode(
        x=alt.X("severity:O", title="Severity", axis=alt.Axis(labelAngle=0)),
        y=alt.Y(
            "family:N",
            title=None,
            sort=families,
            axis=alt.Axis(labelExpr="replace(datum.label, /_/g, ' ')", labelFlush=False),
        ),
        tooltip=[
            alt.Tooltip("family:N", title="What is done"),
            alt.Tooltip("severity:O", title="Severity"),
            alt.Tooltip("digits:Q", title="Digits", format=","),
            alt.Tooltip("accuracy:Q", title="Read right", format=".1%"),
        ],
    )
    well, badly = RAMP[::-1] if dark else RAMP
    scale = alt.Scale(domain=[0, 1], range=[badly, well])
    cells = base.mark_rect(stroke=FAINT, cursor="pointer").encode(
        description=HEARD, color=alt.Color("accuracy:Q", scale=scale, legend=None)
    )
    figures = base.mark_text(aria=False, fontSize=11, cursor="pointer").encode(
        text=alt.Text("accuracy:Q", format=".1%"),
        color=alt.when(alt.datum.accuracy < DARK).then(alt.value(well)).otherwise(alt.value(badly)),
    )
    cells = cells.add_params(alt.selection_point("cell", fields=["family", "severity"], toggle=False))
    return (cells + figures + outline(base, "family", "severity")).add_params(CHOSEN)


def _say_corruption(row: dict[str, Any]) -> str:
    family = row["family"].replace("_", " ").capitalize()
    return f"{family}, severity {row['severity']}: {in_percent(row['accuracy'])} read right"


def _in_lines(label: str) -> str:
    return label if len(label) <= LONG_LABEL else fill(label, len(label) // 2 + 4)
