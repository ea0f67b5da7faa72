"""What stands around a candidate, as small pictures of ink, and a small network that looks at them.

The classifier sees a candidate's ink alone, the detector sees places and not ink. Whether a stroke goes on beyond a
cut, what touches it and what stands beside it is plain only where both are seen together.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from mnist_app.network.litert import LiteRT
from mnist_app.reading.segmentation import Blob

SIDE = 32  # pixels of a view
NEAR, FAR = 1.7, 6.0  # how many times a candidate's longer side the two views span
CHANNELS = 3  # its own ink and other ink, near; all ink, far
SEEN = 24  # numbers that the network makes of the views
FILE = "surroundings.tflite"


def draw_views(blobs: Sequence[Blob], ink: np.ndarray) -> np.ndarray:
    """Draw the surroundings of blobs.

    Args:
        blobs: n of them.
        ink: `(h, w)` bool, all ink of the page.

    Returns:
        `(n, 32, 32, 3)` uint8, 0 to 255, how much of each place is ink: the blob's own and other ink near it, and all
        ink further around.
    """
    levels: list[np.ndarray] = [ink.view(np.uint8) * 255]
    while max(levels[-1].shape) > 4 * SIDE:
        down, across = (0.5 if side > 1 else 1 for side in levels[-1].shape)  # of a strip, one side is a pixel at last
        levels.append(cv2.resize(levels[-1], None, fx=across, fy=down, interpolation=cv2.INTER_AREA))
    views = np.zeros((len(blobs), SIDE, SIDE, CHANNELS), np.uint8)
    for blob, view in zip(blobs, views, strict=True):
        x, y, w, h = blob.box
        middle = x + w / 2, y + h / 2
        near = _window(levels[0], middle, NEAR * blob.size)
        own = _window(blob.mask.view(np.uint8) * 255, (w / 2, h / 2), NEAR * blob.size)
        view[..., 0] = _reduced(own)
        view[..., 1] = _reduced(cv2.subtract(near, own))
        level = min(max(0, int(np.log2(FAR * blob.size / (2 * SIDE)))), len(levels) - 1)
        scale = levels[level].shape[1] / ink.shape[1], levels[level].shape[0] / ink.shape[0]
        smaller = scale[0] if min(levels[level].shape) > 1 else min(scale)
        far = _window(levels[level], (middle[0] * scale[0], middle[1] * scale[1]), FAR * blob.size * smaller)
        view[..., 2] = _reduced(far)
    return views


def _window(array: np.ndarray, middle: tuple[float, float], span: float) -> np.ndarray:
    """A square around a place; 0 beyond the array."""
    side = max(round(span), 2)
    left, top = (int(np.floor(centre - side / 2)) for centre in middle)
    part = array[max(0, top) : max(0, top + side), max(0, left) : max(0, left + side)]
    above, before = max(0, -top), max(0, -left)
    below, after = side - above - part.shape[0], side - before - part.shape[1]
    return cv2.copyMakeBorder(part, above, below, before, after, cv2.BORDER_CONSTANT)


def _reduced(square: np.ndarray) -> np.ndarray:
    return cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA if len(square) > SIDE else cv2.INTER_LINEAR)


class Surroundings:
    """A trained network that looks at views, ready to be asked from any thread."""

    def __init__(self, path: Path) -> None:
        """Load `surroundings.tflite`.

        Args:
            path: the file.
        """
        self._network = LiteRT(path, threads=2)

    def see(self, views: np.ndarray) -> np.ndarray:
        """Look at views.

        Args:
            views: `(n, 32, 32, 3)` uint8 from `draw_views`, n at least 1.

        Returns:
            `(n, 24)` float32.
        """
        (seen,) = self._network.run(views.astype(np.float32))
        return seen
