"""How all charts look, and what they are made of.

Computing and drawing are apart: a `..._rows` function turns arrays into a list of dicts, a `..._chart` function draws
it. The colours are Okabe and Ito's and a ramp of blues, which the colour-blind can tell apart; they are neither so
light nor so dark that one of the two themes would swallow them.
"""

from collections.abc import Callable
from typing import Any

import altair as alt

Rows = list[dict[str, Any]]

BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
RAMP = ("#c6dbef", "#08306b")
NOWHERE = [-1, -1]
HEARD = alt.Description("said:N")  # what a mark is for who hears a chart; its rows are from `say`
CHOSEN = alt.param("chosen", value=NOWHERE)  # the cell that is outlined
FAINT = "rgba(128, 128, 128, 0.3)"
ENDS = [alt.Tooltip(f"{end}:Q", title=title, format=".2%") for end, title in (("low", "At least"), ("high", "At most"))]


def say(rows: Rows, sentence: Callable[[dict[str, Any]], str]) -> alt.Data:
    """Rows as a chart's data, each with a sentence under "said": see `HEARD`."""
    return alt.Data(values=[row | {"said": sentence(row)} for row in rows])


def in_percent(share: float) -> str:
    """Write a share for the ear."""
    return f"{100 * share:.1f} %"


def between(low: float, high: float) -> str:
    """Write the ends of an interval for the ear."""
    return f"between {100 * low:.1f} and {100 * high:.1f}"


def outline(base: alt.Chart, *keys: str) -> alt.Chart:
    """A layer for a chart of cells with the parameter `CHOSEN`: outlines the cell whose two keys have its values."""
    where = " && ".join(f"datum.{key} == chosen[{place}]" for place, key in enumerate(keys))
    return base.transform_filter(where).mark_rect(aria=False, filled=False, stroke=VERMILLION, strokeWidth=3)


def with_intervals(
    base: alt.Chart, rows: Rows, at: str, title: str | None, start: int = 0, **look: Any
) -> alt.LayerChart:
    """Draw a share of each row as a point on a line from its "low" to its "high", on an axis that ends at 100 %.

    Args:
        base: the rows, from `say`, with all but the horizontal axis.
        rows: the same rows.
        at: the key of the share.
        title: of the axis.
        start: pixels that are left free before it.
        **look: further encodings of the points.
    """
    ends: dict[str, Any] = {"domain": [min((row["low"] for row in rows), default=0.0), 1.0], "nice": True}
    begins = ends | {"rangeMin": start} if start else ends  # in one layer alone: two that say so conflict
    axis = alt.Axis(format=".1%", tickCount=5, labelOverlap=True)
    lines = base.mark_rule(aria=False, strokeWidth=2).encode(
        x=alt.X("low:Q", title=title, scale=alt.Scale(**ends)), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=70, opacity=1)  # fainter, dark paper would swallow them
    x = alt.X(f"{at}:Q", title=title, axis=axis, scale=alt.Scale(**begins))
    return lines + points.encode(x=x, description=HEARD, **look)


def set_params(spec: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Return a chart's specification with other values of its parameters; drawing it anew would take longer."""
    changed = [p | {"value": values[p["name"]]} if p["name"] in values else p for p in spec["params"]]
    return spec | {"params": changed}


def domain(rows: Rows, key: str, low: float | None = None, high: float | None = None) -> list[float]:
    """Ends of an axis that holds all values, with those ends that are given."""
    values = [row[key] for row in rows if row[key] is not None]
    lowest = min(values, default=0.0) if low is None else low
    highest = max(values, default=1.0) if high is None else high
    return [lowest, highest if highest > lowest else lowest + 1]
