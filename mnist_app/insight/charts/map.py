"""The map of the test digits, drawn as in `charts`: digits that the network takes for alike lie together."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from mnist_app.insight.charts.look import NOWHERE, VERMILLION, set_params
from mnist_app.insight.exam import Exam
from mnist_app.insight.places import SIDE, WHOLE, Box
from mnist_app.settings import CLASSES

MARGIN = 2.0
BY_DIGIT, BY_ANSWER = "true digit", "right or wrong"
COLOURS = (BY_DIGIT, BY_ANSWER)
# Okabe and Ito's with three more between them; the names in the clusters say what the colours alone might not.
DIGIT_COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#999999", "#8C6D31", "#7A68C4", "#A6B800",
)  # fmt: skip
DATA = "digits"  # name of the table in the specification
QUIET = "#8aa0b4"


def map_table(exam: Exam, places: np.ndarray) -> pd.DataFrame:
    """One row a digit, misread ones last so that they are drawn on top.

    Args:
        exam: the digits.
        places: `(n, 2)` from `places.scale_points`.
    """
    order = np.argsort(~exam.right, kind="stable")
    columns = {
        "number": np.arange(len(order), dtype=np.uint16),
        "x": places[:, 0],
        "y": places[:, 1],
        "true": exam.y_true,
        "read": exam.y_pred.astype(np.uint8),
        "right": exam.right,
    }
    return pd.DataFrame({name: values[order] for name, values in columns.items()})


def map_chart(exam: Exam, places: np.ndarray, colour: str, brush: bool, height: int = 520) -> dict[str, Any]:
    """Specification of the map, still without its digits and nothing marked: see `fill`.

    Args:
        exam: the digits.
        places: `(n, 2)` from `places.scale_points`, to write each digit's name into its cluster.
        colour: one of `COLOURS`.
        brush: whether a box can be drawn, which is the selection "box".
        height: in pixels.

    Returns:
        The specification as a dict.
    """
    points = _points(colour)
    if brush:
        points = points.add_params(_brush())
    layers = alt.layer(points, *_names(exam, places), _mark()).add_params(alt.param("here", value=NOWHERE))
    # As SVG, thousands of points would be slow.
    layers = layers.properties(height=height, usermeta={"embedOptions": {"renderer": "canvas"}})
    return layers.configure_view(strokeOpacity=0.3).to_dict()


def fill(
    spec: dict[str, Any], table: pd.DataFrame, here: np.ndarray | None = None, box: Box = (WHOLE, WHOLE)
) -> dict[str, Any]:
    """Return `map_chart`'s specification with its digits, a place `(2,)` that is marked and a box drawn at first."""
    values = {} if here is None else {"here": here.tolist()}
    if box != (WHOLE, WHOLE):
        values["box"] = {"x": list(box[0]), "y": list(box[1])}
    return set_params(spec, **values) | {"datasets": {DATA: table}}


def mark_places(spec: dict[str, Any], places: np.ndarray) -> dict[str, Any]:
    """Return `map_chart`'s specification with a diamond at each place `(k, 2)`."""
    rows = [{"x": float(x), "y": float(y)} for x, y in places]
    look: dict[str, Any] = {"shape": "diamond", "size": 160, "filled": True, "color": "black"}
    marks = alt.Chart(alt.Data(values=rows)).mark_point(**look, stroke="white", strokeWidth=1.5, opacity=1)
    layer = marks.encode(**_axes(), tooltip=alt.value("Your digit")).to_dict()
    return spec | {"layer": [*spec["layer"], {key: layer[key] for key in ("data", "mark", "encoding")}]}


def _axes() -> dict[str, Any]:
    scale = alt.Scale(domain=[-MARGIN, SIDE + MARGIN], nice=False)
    return {"x": alt.X("x:Q", axis=None, scale=scale), "y": alt.Y("y:Q", axis=None, scale=scale)}


def _points(colour: str) -> alt.Chart:
    if colour == BY_DIGIT:
        digits = alt.Scale(domain=list(range(CLASSES)), range=list(DIGIT_COLOURS))
        look: dict[str, Any] = {"color": alt.Color("true:N", scale=digits, legend=None), "opacity": alt.value(0.6)}
        look |= {"size": alt.value(14)}
    else:
        wrong = ~alt.datum.right
        look = {
            "color": alt.when(wrong).then(alt.value(VERMILLION)).otherwise(alt.value(QUIET)),
            "size": alt.when(wrong).then(alt.value(90)).otherwise(alt.value(10)),
            "opacity": alt.when(wrong).then(alt.value(1)).otherwise(alt.value(0.5)),
            "shape": alt.Shape(
                "right:N", legend=None, scale=alt.Scale(domain=[True, False], range=["circle", "cross"])
            ),
        }
    tooltip = [
        alt.Tooltip("number:Q", title="Test digit"),
        alt.Tooltip("true:N", title="True digit"),
        alt.Tooltip("read:N", title="Read as"),
    ]
    return alt.Chart(alt.NamedData(DATA)).mark_point(filled=True).encode(**_axes(), **look, tooltip=tooltip)


def _brush() -> alt.Parameter:
    look = alt.BrushConfig(stroke=VERMILLION, strokeWidth=2, strokeOpacity=1, fill=VERMILLION, fillOpacity=0.1)
    return alt.selection_interval("box", mark=look, zoom=False)


def _names(exam: Exam, places: np.ndarray) -> list[alt.Chart]:
    """Each digit's name in the middle of its cluster, twice: a light edge first, so that it can be read anywhere."""
    middles = [np.median(places[exam.y_true == digit], axis=0) for digit in np.unique(exam.y_true)]
    rows = [{"x": float(x), "y": float(y), "name": str(digit)} for digit, (x, y) in enumerate(middles)]
    base = alt.Chart(alt.Data(values=rows)).encode(**_axes(), text="name:N")
    look: dict[str, Any] = {"fontSize": 22, "fontWeight": "bold", "tooltip": None}
    return [base.mark_text(stroke="white", strokeWidth=5, **look), base.mark_text(color="#1b1f24", **look)]


def _mark() -> alt.Chart:
    base = (
        alt.Chart(alt.Data(values=[{}])).transform_calculate(x="here[0]", y="here[1]").transform_filter("here[0] >= 0")
    )
    base = base.encode(**_axes(), tooltip=alt.value("This digit"))
    return base.mark_point(
        shape="diamond", size=420, filled=True, color="black", stroke="white", strokeWidth=3, opacity=1
    )
