"""Measure how digits are written, and how well each way of writing is read."""

from dataclasses import dataclass

import cv2
import numpy as np

from mnist_app.digits.frame import INK, stroke_width
from mnist_app.metrics import Interval, wilson_interval


@dataclass(frozen=True)
class Slice:
    """The images whose property lies in a range, and how many of them are read right.

    Attributes:
        property: a key of `properties`.
        low, high: the least and the greatest value among the images.
        right, total: how many are read right, of how many.
        interval: the share that is right, with its 95 % interval.
    """

    property: str
    low: float
    high: float
    right: int
    total: int
    interval: Interval


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
        The slices, weakest first: by the upper bound of their interval, so that a slice is at the top only where its
        size leaves no doubt that it is weak.
    """
    found = []
    for name, value in values.items():
        inner = np.unique(np.quantile(value, np.linspace(0, 1, bins + 1)[1:-1]))
        place = np.searchsorted(inner, value, side="right")
        for part in (place == i for i in np.unique(place)):
            right, total = int(correct[part].sum()), int(part.sum())
            low, high = float(value[part].min()), float(value[part].max())
            found.append(Slice(name, low, high, right, total, wilson_interval(right, total)))
    return sorted(found, key=lambda s: s.interval.high)


def _measure(image: np.ndarray) -> tuple[float, float, float, float, float]:
    mask = image > INK
    _, _, width, height = cv2.boundingRect(mask.view(np.uint8))
    moments = cv2.moments(image)
    slant = -np.degrees(np.arctan2(moments["mu11"], moments["mu02"])) if moments["mu02"] else 0.0
    return float(image.mean()) / 255, stroke_width(mask), slant, height, width
