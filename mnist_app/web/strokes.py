"""Drawings as strokes: fabric.js objects from the canvas to a picture, and pen lines to fabric.js objects.

A drawing is read from its vectors, not from the pixels on the screen: every stroke is drawn again with a pen that suits
the drawing's size, so a one-pixel line and a forty-pixel brush look alike to the network.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from mnist_app.reading.answer import Reading
from mnist_app.reading.boxes import Box

CURVE_POINTS = 8  # straight pieces per curved piece: at screen size no corner is seen
FRACTION_BITS = 4  # OpenCV takes coordinates in sixteenths of a pixel
PEN = 0.1  # pen width as a share of the tallest stroke: a normal digit of MNIST has 0.07 to 0.25
THINNEST, WIDEST = 4.0, 24.0
MARGIN = 40  # pixels of paper around the canvas: a digit drawn up to its edge is not cut off
ORIGIN = {"left": 0.0, "top": 0.0, "center": 0.5, "right": 1.0, "bottom": 1.0}

Line = np.ndarray  # (n, 2) float64, x and y in pixels of the canvas


def read_lines(objects: Iterable[dict[str, Any]]) -> list[Line]:
    """Turn the `Path` objects of a fabric.js drawing into lines, moved and scaled as they are on the canvas.

    Args:
        objects: `json_data["objects"]` of the canvas; other things than paths are left out.

    Returns:
        One `(n, 2)` array per stroke, n at least 1.
    """
    return [_place(_flatten(item["path"]), item) for item in objects if item.get("path")]


def pen_width(lines: Sequence[Line]) -> float:
    """Choose the pen for a drawing: a tenth of its tallest stroke, from 4 to 24 pixels."""
    return float(np.clip(PEN * max((np.ptp(line[:, 1]) for line in lines), default=0), THINNEST, WIDEST))


def render_strokes(objects: Iterable[dict[str, Any]], size: tuple[int, int], width: float | None = None) -> np.ndarray:
    """Draw a drawing again, with one pen for all strokes.

    Args:
        objects: fabric.js objects, as `read_lines` takes them.
        size: width and height of the canvas in pixels.
        width: of the pen in pixels; `pen_width` chooses where None.

    Returns:
        `(h + 80, w + 80, 3)` uint8 RGB: black ink on white paper with a margin, anti-aliased.
    """
    lines = read_lines(objects)
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


def to_path(line: Sequence[tuple[float, float]]) -> list[list[Any]]:
    """Make a path of a pen line, at least one point in pixels, smoothed as the canvas smooths what is drawn on it."""
    points = np.round(np.asarray(line, np.float64), 1)
    middles = (points[1:-1] + points[2:]) / 2
    curves = [["Q", *map(float, bend), *map(float, end)] for bend, end in zip(points[1:-1], middles, strict=True)]
    return [["M", *map(float, points[0])], *curves, ["L", *map(float, points[-1])]]


def to_object(line: Sequence[tuple[float, float]], width: float, colour: str) -> dict[str, Any]:
    """Make the fabric.js object of a pen line, as `to_path` smooths it.

    Args:
        line: at least one point, in pixels of the canvas.
        width: of the pen in pixels.
        colour: as CSS writes it.
    """
    return {
        "type": "Path",
        "path": to_path(line),
        "fill": None,
        "stroke": colour,
        "strokeWidth": width,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }


def _off_the_margin(box: Box) -> Box:
    x, y, w, h = box
    return x - MARGIN, y - MARGIN, w, h


def _flatten(path: Sequence[Sequence[Any]]) -> Line:
    points: list[tuple[float, float]] = []
    t = np.linspace(0, 1, CURVE_POINTS + 1)[1:, np.newaxis]
    for command, *numbers in path:
        if command in ("M", "L"):
            points.append((numbers[0], numbers[1]))
        elif command == "Q":
            start, bend, end = np.asarray([points[-1], numbers[:2], numbers[2:]], np.float64)
            points.extend(map(tuple, (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end))
    return np.asarray(points, np.float64).reshape(-1, 2)


def _place(line: Line, item: dict[str, Any]) -> Line:
    """Apply what the canvas's edit mode did: fabric.js turns and scales a path about the middle of its own box."""
    if "left" not in item or "top" not in item:
        return line
    middle = (line.min(axis=0) + line.max(axis=0)) / 2
    scale = np.array([item.get("scaleX", 1), item.get("scaleY", 1)], np.float64)
    flipped = np.where([item.get("flipX", False), item.get("flipY", False)], -1, 1)
    turn = np.deg2rad(item.get("angle", 0))
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    origin = np.array([ORIGIN[item.get("originX", "left")], ORIGIN[item.get("originY", "top")]])
    size = (np.ptp(line, axis=0) + item.get("strokeWidth", 0)) * scale
    centre = np.array([item["left"], item["top"]]) + ((0.5 - origin) * size) @ rotation
    return (line - middle) * scale * flipped @ rotation + centre
