"""The map of the test digits as pages show it: laid out and drawn once for all of them."""

import numpy as np
import pandas as pd

from mnist_app.insight import places
from mnist_app.insight.charts.map import map_chart, map_table
from mnist_app.insight.exam import Exam
from mnist_app.web import ui


@ui.keep(max_entries=8)
def lay_out(exam: Exam, _stored: np.ndarray) -> tuple[np.ndarray, pd.DataFrame]:
    """Places of the test digits, and the table that the chart draws; shared by all sessions."""
    points = places.scale_points(_stored, _stored)
    return points, map_table(exam, points)


@ui.remember(max_entries=16)
def draw(exam: Exam, _points: np.ndarray, colour: str, brush: bool = True) -> dict:
    """The map's specification."""
    return map_chart(exam, _points, colour, brush)
