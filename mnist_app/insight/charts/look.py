"""How all charts look, and what they are made of.

Computing and drawing are apart: a `..._rows` function turns arrays into a list of dicts, a `..._chart` function draws
it. The colours are Okabe and Ito's and a ramp of blues, which the colour-blind can tell apart; they are neither so
light nor so dark that one of the two themes would swallow them.
"""

from typing import Any

import altair as alt

Rows = list[dict[str, Any]]

BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
RAMP = ("#c6dbef", "#08306b")
NOWHERE = [-1, -1]
CHOSEN = alt.param("chosen", value=NOWHERE)  # the cell that is outlined
FAINT = "rgba(128, 128, 128, 0.3)"
ENDS = [alt.Tooltip(f"{end}:Q", title=title, format=".2%") for end, title in (("low", "At least"), ("high", "At most"))]


def outline(base: alt.Chart, *keys: str) -> alt.Chart:
    """A layer for a chart of cells with the parameter `CHOSEN`: outlines the cell whose two keys have its values."""
    where = " && ".join(f"datum.{key} == chosen[{place}]" for place, key in enumerate(keys))
    return base.transform_filter(where).mark_rect(filled=False, stroke=VERMILLION, strokeWidth=3)


def with_intervals(
    base: alt.Chart, rows: Rows, at: str, title: str | None, start: int = 0, **look: Any
) -> alt.LayerChart:
    """Draw a share of each row as a point on a line from its "low" to its "high", on an axis that ends at 100 %.

    Args:
        base: the rows, with all but the horizontal axis.
        rows: the same rows.
        at: the key of the share.
        title: of the axis.
        start: pixels that are left free before it.
        **look: further encodings of the points.
    """
    ends: dict[str, Any] = {"domain": [min((row["low"] for row in rows), default=0.0), 1.0], "nice": True}
    begins = ends | {"rangeMin": start} if start else ends  # in one layer alone: two that say so conflict
    axis = alt.Axis(format=".1%", tickCount=5, labelOverlap=True)
    lines = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=title, scale=alt.Scale(**ends)), x2="high:Q")
    points = base.mark_point(filled=True, size=70, opacity=1)  # fainter, dark paper would swallow them
    return lines + points.encode(x=alt.X(f"{at}:Q", title=title, axis=axis, scale=alt.Scale(**begins)), **look)


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
