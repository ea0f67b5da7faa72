"""Drawings as strokes: what the pen went through, and the picture that is read.

A drawing is read from its strokes, not from the pixels on the screen: every stroke is drawn again with a pen that suits
the drawing's size, so a one-pixel line and a forty-pixel brush look alike to the network.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypedDict

import cv2
import numpy as np

from mnist_app.reading.answer import Reading
from mnist_app.reading.boxes import Box

CURVE_POINTS = 8  # straight pieces per curved piece: at screen size no corner is seen
FRACTION_BITS = 4  # OpenCV takes coordinates in sixteenths of a pixel
PEN = 0.1  # pen width as a share of the tallest stroke: a normal digit of MNIST has 0.07 to 0.25
THINNEST, WIDEST = 4.0, 24.0
MARGIN = 40  # pixels of paper around the canvas: a digit drawn up to its edge is not cut off

Point = tuple[float, float]  # x and y in pixels of the canvas
Line = np.ndarray  # (n, 2) float64, likewise


class Stroke(TypedDict):
    """What the pen went through from where it was set down to where it was lifted, and how wide it was."""

    width: float
    points: list[Point]


def pen_width(lines: Sequence[Line]) -> float:
    """Choose the pen for a drawing: a tenth of its tallest stroke, from 4 to 24 pixels."""
    return float(np.clip(PEN * max((np.ptp(line[:, 1]) for line in lines), default=0), THINNEST, WIDEST))


def smooth(points: Sequence[Point]) -> Line:
    """Make a line of the points that a pen went through: each bends a curve from middle to middle, as on the paper.

    Args:
        points: at least one; one that is given twice makes a sharp corner.

    Returns:
        `(n, 2)`, n at least 1.
    """
    through = np.asarray(points, np.float64)
    bends, middles = through[1:-1, np.newaxis], ((through[1:-1] + through[2:]) / 2)[:, np.newaxis]
    starts = np.concatenate([through[:1, np.newaxis], middles[:-1]])[: len(bends)]
    t = np.linspace(0, 1, CURVE_POINTS + 1)[1:, np.newaxis]
    curves = (1 - t) ** 2 * starts + 2 * t * (1 - t) * bends + t**2 * middles
    return np.concatenate([through[:1], curves.reshape(-1, 2), through[1:][-1:]])


def render_strokes(strokes: Iterable[Sequence[Point]], size: tuple[int, int], width: float | None = None) -> np.ndarray:
    """Draw a drawing again, with one pen for all strokes.

    Args:
        strokes: the points of each, at least one.
        size: width and height of the canvas in pixels.
        width: of the pen in pixels; `pen_width` chooses where None.

    Returns:
        `(h + 80, w + 80, 3)` uint8 RGB: black ink on white paper with a margin, anti-aliased.
    """
    lines = [smooth(points) for points in strokes]
    thickness = max(1, round(width or pen_width(lines)))
    paper = np.full((size[1] + 2 * MARGIN, size[0] + 2 * MARGIN), 255, np.uint8)
    for line in lines:
        points = np.rint((line + MARGIN) * (1 << FRACTION_BITS)).astype(np.int32)
        if len(points) == 1:
            points = np.repeat(points, 2, axis=0)
        cv2.polylines(paper, [points], False, 0, thickness, cv2.LINE_AA, FRACTION_BITS)
    return cv2.cvtColor(paper, cv2.COLOR_GRAY2RGB)


def on_canvas(reading: Reading) -> Reading:
    """A reading of what `render_strokes` drew, with its boxes in the pixels of the canvas."""
    rows = tuple(tuple(replace(digit, box=_off_the_margin(digit.box)) for digit in row) for row in reading.rows)
    rejected = tuple(replace(blob, box=_off_the_margin(blob.box)) for blob in reading.rejected)
    return replace(reading, rows=rows, rejected=rejected)


def _off_the_margin(box: Box) -> Box:
    x, y, w, h = box
    return x - MARGIN, y - MARGIN, w, h
