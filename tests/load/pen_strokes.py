"""Handwriting as the paper sends it: numbers, stroke by stroke."""

import numpy as np
from streamlit_client import Stroke

from mnist_app.digits.pen import compile_shape, handwrite, vary
from mnist_app.digits.skeletons.usual import DIGIT_STYLES
from mnist_app.settings import CLASSES
from mnist_app.web.paper import PEN, SIZE

DIGITS = 3  # that find room beside each other
HEIGHT = 0.55 * SIZE[1]  # pixels of a digit
WIDTH = 0.75 * SIZE[0] / DIGITS  # likewise, at most


def write_number(rng: np.random.Generator) -> tuple[str, list[Stroke]]:
    """Write a number of one to three digits in ways that people write them.

    Returns:
        The number, and its strokes in their order.
    """
    digits = rng.integers(CLASSES, size=rng.integers(1, DIGITS + 1)).tolist()
    strokes = [stroke for place, digit in enumerate(digits) for stroke in _write(digit, place, rng)]
    return "".join(map(str, digits)), strokes


def _write(digit: int, place: int, rng: np.random.Generator) -> list[Stroke]:
    styles = DIGIT_STYLES[digit]
    weights = np.array([style.weight for style in styles])
    style = styles[rng.choice(len(styles), p=weights / weights.sum())]
    points = handwrite(vary(compile_shape(style.strokes), 1, rng), rng)[0]
    low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    scale = min(HEIGHT / (high[1] - low[1]), WIDTH / (high[0] - low[0]))
    centre = np.array([(place + 0.5) * SIZE[0] / DIGITS, SIZE[1] / 2])
    points = np.round((points - (low + high) / 2) * scale + centre, 1)
    lifted = np.flatnonzero(np.isnan(points[:, 0]))
    lines = [line[~np.isnan(line[:, 0])] for line in np.split(points, lifted)]
    return [{"width": PEN, "points": line.tolist()} for line in lines if len(line)]
