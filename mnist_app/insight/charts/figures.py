"""The table behind a chart: what its tooltips show, for all marks at once."""

from typing import Any, NamedTuple

import pandas as pd


class Figures(NamedTuple):
    """The table behind a chart: its rows, and each column's format as in Vega-Lite, "" for none."""

    rows: pd.DataFrame
    formats: dict[str, str]


def figures(spec: dict[str, Any]) -> Figures:
    """Take the figures out of a chart's specification.

    Args:
        spec: of a single chart or of layers, at least one with a list of tooltips: these are the columns.
    """
    layer = next(part for part in (spec, *spec.get("layer", [])) if isinstance(_tooltips(part), list))
    data = layer.get("data") or spec["data"]
    table = spec["datasets"][data["name"]] if "name" in data else pd.DataFrame(data["values"])
    tooltips = [tip for tip in _tooltips(layer) if tip["field"] in table]
    rows = table[[tip["field"] for tip in tooltips]]
    rows.columns = [tip["title"] for tip in tooltips]
    return Figures(rows, {tip["title"]: tip.get("format", "") for tip in tooltips})


def _tooltips(layer: dict[str, Any]) -> Any:
    return layer.get("encoding", {}).get("tooltip")
