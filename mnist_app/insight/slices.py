"""Measure how digits are written, and how well each way of writing is read."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from mnist_app.digits.frame import INK, stroke_width
from mnist_app.metrics import Interval, wilson_interval

WORSE, BETTER, CHANCE = "read worse", "read better", "could be chance"
EXAMPLES = 3


@dataclass(frozen=True)
class Slice:
    """The images whose property lies in a range, and how many of them are read right.

    Attributes:
        property: a key of `properties`.
        low, high: the least and the greatest value among the images.
        right, total: how many are read right, of how many.
        interval: the share that is right, with its 95 % interval.
        verdict: from `judge`, beside all other images.
        examples: the numbers of `EXAMPLES` images from the middle of the range; fewer where there are fewer.
    """

    property: str
    low: float
    high: float
    right: int
    total: int
    interval: Interval
    verdict: str
    examples: tuple[int, ...]


def judge(right: int, total: int, all_right: int, all_total: int) -> str:
    """Say whether a part is read worse or better than the rest: it is chance where the 95 % intervals overlap.

    Args:
        right: how many of the part are read right.
        total: of how many.
        all_right: how many of all are, the part among them.
        all_total: of how many.

    Returns:
        One of `WORSE`, `BETTER` and `CHANCE`.
    """
    part, rest = wilson_interval(right, total), wilson_interval(all_right - right, all_total - total)
    return WORSE if part.high < rest.low else BETTER if part.low > rest.high else CHANCE


def properties(images: np.ndarray) -> dict[str, np.ndarray]:
    """Measure how digits are written.

    Args:
        images: `(n, 28, 28)` uint8.

    Returns:
        `(n,)` float32 each: "ink", the share of the image that is ink, faint ink counted in part; "stroke width" in
        pixels; "slant" in degrees from upright, positive where the top leans to the right, from second moments;
        "height" and "width" of the ink's box in pixels. All 0 for an image without ink.
    """
    rows = np.array([_measure(image) for image in images], np.float32).reshape(-1, 5)
    return dict(zip(("ink", "stroke width", "slant", "height", "width"), rows.T, strict=True))


def slices(values: dict[str, np.ndarray], correct: np.ndarray, bins: int = 5) -> list[Slice]:
    """Cut the images into bins of about equal size by each property, and count what is right in each.

    Args:
        values: `(n,)` of each property.
        correct: `(n,)` bool, whether each image is read right.
        bins: per property; fewer come back where many images share a value.

    Returns:
        The slices, property by property, each from its least values to its greatest.
    """
    found = []
    of_all = int(correct.sum()), len(correct)
    for name, value in values.items():
        inner = np.unique(np.quantile(value, np.linspace(0, 1, bins + 1)[1:-1]))
        place = np.searchsorted(inner, value, side="right")
        for part in (place == i for i in np.unique(place)):
            right, total = int(correct[part].sum()), int(part.sum())
            low, high = float(value[part].min()), float(value[part].max())
            numbers = np.flatnonzero(part)
            nearest = np.argsort(np.abs(value[part] - np.median(value[part])), kind="stable")[:EXAMPLES]
            verdict, examples = judge(right, total, *of_all), tuple(map(int, numbers[nearest]))
            found.append(Slice(name, low, high, right, total, wilson_interval(right, total), verdict, examples))
    return found


def weakest(found: Sequence[Slice]) -> Slice:
    """The slice whose interval ends lowest: its size leaves no doubt that it is weak."""
    return min(found, key=lambda one: one.interval.high)


def _measure(image: np.ndarray) -> tuple[float, float, float, float, float]:
    mask = image > INK
    _, _, width, height = cv2.boundingRect(mask.view(np.uint8))
    moments = cv2.moments(image)
    slant = -np.degrees(np.arctan2(moments["mu11"], moments["mu02"])) if moments["mu02"] else 0.0
    return float(image.mean()) / 255, stroke_width(mask), slant, height, width
