"""Turn a shape's text into strokes, strokes into handwriting, and handwriting into ink.

Strokes travel as one array of points `(n, p, 2)` for n images, with a row of NaN where the pen is lifted. Everything
up to the pen works on all n at once.
"""

from functools import cache
from itertools import count
from typing import NamedTuple

import cv2
import numpy as np

from mnist_app.digits.frame import BOX, frame

FINE = 4  # ink is drawn this many times finer than the image, then averaged
STEPS = 6  # points on each piece of a curve between two written points
SUBPIXEL_BITS = 4  # OpenCV's fixed-point coordinates
SIDES = {"left": (0, 1), "right": (0, -1), "top": (1, 1), "bottom": (1, -1)}  # axis, sign that makes it the low end


class Skeleton(NamedTuple):
    """A shape's text as matrices, so that n variants of it are a few products.

    Attributes:
        coefficients: `(1 + sliders, c, 2)`. The c control points are `coefficients[0] + sum(u_k * coefficients[k])`
            with every u_k from 0 to 1: one slider for each `a:b`, and the first one for all `a>b` together.
        straight, bend: `(p, c)`. The curve's p points are `(straight + roundness * bend) @ control`.
        stroke: `(c,)`, the number of the stroke that a control point belongs to.
        wobble: `(c,)`, how far a control point may stray; less on an ellipse, where the points are close together.
    """

    coefficients: np.ndarray
    straight: np.ndarray
    bend: np.ndarray
    stroke: np.ndarray
    wobble: np.ndarray


@cache
def compile_shape(strokes: str) -> Skeleton:
    """Translate the text of `skeletons`, once per shape."""
    size = 2 + strokes.count(":")
    slider = count(2)

    def number(text: str) -> np.ndarray:
        """`"7"`, `"3:5"` or `"3>5"` as constant and slopes `(1 + sliders,)`."""
        mark = ">" if ">" in text else ":"
        start, ranged, end = text.partition(mark)
        vector = np.zeros(size)
        vector[0] = float(start)
        if ranged:
            vector[1 if mark == ">" else next(slider)] = float(end) - float(start)
        return vector

    control: list[list[np.ndarray]] = []
    wobble: list[float] = []
    stroke: list[int] = []
    pieces: list[list[int]] = []
    for i, text in enumerate(strokes.split(";")):
        piece: list[int] = []
        for token in text.split():
            points = [[number(part) for part in token.strip("@!").split(",")]]
            if token.startswith("@"):
                points = _ellipse(points[0])
            piece += range(len(control), len(control) + len(points))
            control += points
            wobble += [0.4 if token.startswith("@") else 1.0] * len(points)
            if token.endswith("!"):
                pieces.append(piece)
                piece = piece[-1:]
        stroke += [i] * (len(control) - len(stroke))
        pieces += [piece if len(piece) > 1 else piece * 2, []]  # a dot is a line to itself; [] lifts the pen

    curves = [_spline(len(piece)) if piece else (np.full((1, 1), np.nan),) * 2 for piece in pieces]
    places = [np.eye(len(control))[piece or [0]] for piece in pieces]
    straight = np.concatenate([curve[0] @ place for curve, place in zip(curves, places, strict=True)])
    bend = np.concatenate([curve[1] @ place for curve, place in zip(curves, places, strict=True)])
    return Skeleton(np.moveaxis(np.array(control), 2, 0), straight, bend, np.array(stroke), np.array(wobble))


def _ellipse(numbers: list[np.ndarray]) -> list[list[np.ndarray]]:
    """Points on an arc, from its centre, its radii, where it starts and how far it sweeps, in degrees."""
    cx, cy, rx, ry, start, sweep = numbers
    angles = np.deg2rad(np.linspace(start[0], start[0] + sweep[0], 1 + int(np.ceil(abs(sweep[0]) / 45))))
    return [[cx + rx * np.cos(angle), cy + ry * np.sin(angle)] for angle in angles]


@cache
def _spline(m: int) -> tuple[np.ndarray, np.ndarray]:
    """Matrices `(p, m)` of a cardinal spline through m points: `(straight + roundness * bend) @ points`.

    The tangent at a point is roundness times the way from the point before to the point after. A roundness of 0.5 is
    the Catmull-Rom spline; more makes rounder turns. At both ends the curve runs out as a parabola.
    """
    t = np.linspace(0, 1, STEPS * (2 if m == 2 else 1), endpoint=False)[:, None]
    from_point, to_point = 2 * t**3 - 3 * t**2 + 1, 3 * t**2 - 2 * t**3
    from_tangent, to_tangent = t**3 - 2 * t**2 + t, t**3 - t**2

    points, fixed, round_ = np.eye(m), np.zeros((m, m)), np.zeros((m, m))  # tangent = fixed + roundness * round_
    round_[1:-1] = points[2:] - points[:-2]
    first, last = points[1] - points[0], points[-1] - points[-2]
    if m == 2:
        fixed[:] = first
    else:
        fixed[0], fixed[-1] = 2 * first, 2 * last
        round_[0], round_[-1] = -round_[1], -round_[-2]

    tangents = [[from_tangent * way[i] + to_tangent * way[i + 1] for i in range(m - 1)] for way in (fixed, round_)]
    straight = [from_point * points[i] + to_point * points[i + 1] + tangents[0][i] for i in range(m - 1)]
    return np.concatenate([*straight, points[-1:]]), np.concatenate([*tangents[1], np.zeros((1, m))])


def vary(skeleton: Skeleton, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return n variants `(n, p, 2)` of a shape: sliders, stray points, rounder or sharper curves, missed joins."""
    sliders = np.concatenate([np.ones((n, 1)), rng.random((n, len(skeleton.coefficients) - 1))], axis=1)
    control = np.einsum("nk,kcd->ncd", sliders, skeleton.coefficients)
    sloppiness = rng.gamma(4, 0.35, (n, 1, 1))
    control += sloppiness * skeleton.wobble[:, None] * rng.normal(0, 1.3, control.shape)
    # Strokes that should meet leave gaps or run past each other.
    control += sloppiness * rng.normal(0, 1.5, (n, skeleton.stroke[-1] + 1, 2))[:, skeleton.stroke]
    roundness = rng.uniform(0.5, 0.75, (n, 1, 1))
    return skeleton.straight @ control + roundness * (skeleton.bend @ control)


def handwrite(points: np.ndarray, rng: np.random.Generator, freedom: float = 1.0) -> np.ndarray:
    """Bend shapes `(n, p, 2)`, let the hand tremble, then stretch, slant and turn them.

    Args:
        points: NaN where the pen is lifted.
        rng: where the random numbers come from.
        freedom: how far a hand strays: 1 as one person from another, less as a person from one digit to the next.
    """
    n, p, _ = points.shape
    # Slow waves across the plane: they change the proportions of loops and stems, and never tear strokes apart.
    for _ in range(2):
        phase = (points * rng.normal(0, 2 * np.pi / 130, (n, 1, 2))).sum(axis=2, keepdims=True)
        height = freedom * rng.normal(0, 2.5, (n, 1, 2))
        points = points + height * np.sin(phase + rng.uniform(0, 2 * np.pi, (n, 1, 1)))
    tremor = np.repeat(rng.normal(0, 1, (n, p // 3 + 2, 2)), 3, axis=1)
    tremor = (tremor[:, :p] + tremor[:, 1 : p + 1] + tremor[:, 2 : p + 2]) / 3
    return tilt(points + rng.gamma(1.5, 0.4, (n, 1, 1)) * tremor, rng, freedom)


def tilt(points: np.ndarray, rng: np.random.Generator, freedom: float = 1.0) -> np.ndarray:
    """Stretch, slant and turn shapes `(n, p, 2)`, each in its own way, as `handwrite` does at the end."""

    def normal(mean: float, deviation: float, limit: float) -> np.ndarray:
        return freedom * np.clip(rng.normal(mean, deviation, (len(points), 1)), -limit, limit)

    stretch, slant, turn = np.exp(normal(0, 0.16, 0.4)), normal(0.08, 0.17, 0.4), normal(0, 0.08, 0.2)
    y = points[..., 1] - 50
    x = stretch * points[..., 0] - slant * y
    return np.stack([np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y], axis=2)


def beside(left: np.ndarray, right: np.ndarray, gap: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Put shapes of about equal size side by side; `gap` is a share of that size, negative where they overlap."""
    left, right = (points * (100 / _extent(points).max(axis=1)[:, None, None]) for points in (left, right))
    right = right * rng.uniform(0.8, 1.25, (len(right), 1, 1))
    (left_low, left_high), (right_low, right_high) = _bounds(left), _bounds(right)
    shift = (left_low + left_high - right_low - right_high) / 2 + rng.normal(0, 8, left_low.shape)
    shift[:, 0] = left_high[:, 0] + 100 * gap - right_low[:, 0]
    return np.concatenate([left, lift(len(left)), right + shift[:, None]], axis=1)


def keep(points: np.ndarray, side: str, share: np.ndarray) -> np.ndarray:
    """Cut away all but a share `(n,)` of the shapes' extent, at one of `SIDES`."""
    axis, sign = SIDES[side]
    along = sign * points[..., axis]
    low, high = _bounds(along)
    return np.where((along > (low + share * (high - low))[:, None])[..., None], np.nan, points)


def lift(n: int) -> np.ndarray:
    """The row that lifts the pen, `(n, 1, 2)`."""
    return np.full((n, 1, 2), np.nan)


def _bounds(points: np.ndarray) -> np.ndarray:
    """Smallest and largest coordinates over all points: `(n, p, ...)` to `(2, n, ...)`."""
    return np.stack([np.nanmin(points, axis=1), np.nanmax(points, axis=1)])


def _extent(points: np.ndarray) -> np.ndarray:
    """Width and height `(n, 2)`, never 0."""
    return np.maximum(np.ptp(_bounds(points), axis=0), 1e-6)


def draw(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw strokes with pens of many kinds.

    A pen is 1.2 to 4.5 pixels wide in the framed image, and thin where a thick one would fill the shape. Four in ten
    press harder in places, and one in six of the others is a mouse that reports so few points that curves become
    polygons. One in twenty runs dry for a moment.

    Args:
        points: `(n, p, 2)`, NaN where the pen is lifted, in any unit.
        rng: where the random numbers come from.

    Returns:
        `(n, 28, 28)` uint8 images.
    """
    n, p, _ = points.shape
    low, extent = _bounds(points)[0], _extent(points)
    size = extent.max(axis=1)
    length = np.nansum(np.linalg.norm(np.diff(points, axis=1), axis=2), axis=1) + 1e-6
    fills = BOX * np.maximum(extent, size[:, None] / 2).prod(axis=1) / (length * size)  # the pen that blackens the box
    width = np.clip(np.minimum(2.3 * np.exp(rng.normal(0, 0.28, n)), 0.7 * fills), 1.2, 4.5)
    scale = (BOX - width) / size
    points = (points - low[:, None]) * scale[:, None, None] + width[:, None, None] / 2 + 1

    pen_up = np.isnan(points[..., 0])
    dry = np.flatnonzero(rng.random(n) < 0.05)
    pen_up[dry, rng.integers(p // 3, 2 * p // 3, len(dry))] = True  # near an end it would make a 1 an i
    fixed = np.rint(np.where(pen_up[..., None], 0, points) * FINE * 2**SUBPIXEL_BITS).astype(np.int32)
    stride = np.where(rng.random(n) < 1 / 6, rng.integers(2, 5, n), 1)
    waves = np.linspace(0, 1, p) * rng.uniform(3, 20, (n, 1)) + rng.uniform(0, 2 * np.pi, (n, 1))
    pressure = width[:, None] * (1 + 0.3 * (rng.random((n, 1)) < 0.4) * np.sin(waves))
    thickness = np.maximum(np.rint(FINE * pressure), FINE).astype(int)
    return np.stack([frame(_ink(*pen)) for pen in zip(fixed, pen_up, thickness, stride, strict=True)])


def _ink(fixed: np.ndarray, pen_up: np.ndarray, thickness: np.ndarray, stride: int) -> np.ndarray:
    """Draw one image's strokes on a fine canvas, 0 and 255."""
    canvas = blank_canvas()
    ends = [*np.flatnonzero(pen_up).tolist(), len(fixed)]
    starts = [0, *(end + 1 for end in ends[:-1])]
    runs = [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]
    if thickness.min() == thickness.max():
        lines = [np.concatenate([fixed[a:b:stride], fixed[b - 1 : b]]) for a, b in runs]
        cv2.polylines(canvas, lines, False, 255, int(thickness[0]), cv2.LINE_8, SUBPIXEL_BITS)
        return canvas
    step = 4  # points with the same pressure
    for a, b in runs:
        for c in range(a, max(b - 1, a + 1), step):
            line = fixed[c : min(c + step + 1, b)]
            cv2.polylines(canvas, [line], False, 255, int(thickness[c]), cv2.LINE_8, SUBPIXEL_BITS)
    return canvas


def blank_canvas() -> np.ndarray:
    """An empty canvas, `FINE` times finer than an image, with room for the box and for pressure at its border."""
    return np.zeros((FINE * (BOX + 4), FINE * (BOX + 4)), np.uint8)
