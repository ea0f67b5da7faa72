"""From an ink mask to blobs: ink that belongs together, and may be a digit."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from scipy import ndimage

from mnist_app.digits.frame import stroke_width
from mnist_app.reading.boxes import Box

DUST = 0.012  # pieces shorter than this share of the picture's longest side are dust
DUST_PIXELS = 6
MOST_PIECES = 150  # a picture of gravel has thousands; the largest are looked at


@dataclass(frozen=True, eq=False)
class Blob:
    """Ink that belongs together.

    Attributes:
        box: where it is, `(x, y, w, h)` in pixels of the mask.
        mask: `(h, w)` bool, its own ink inside the box.
    """

    box: Box
    mask: np.ndarray

    @property
    def size(self) -> int:
        """The longer side."""
        return max(self.box[2:])

    @cached_property
    def area(self) -> int:
        """Pixels of ink."""
        return int(np.count_nonzero(self.mask))

    @cached_property
    def stroke(self) -> float:
        """Mean width of its strokes in pixels."""
        return stroke_width(self.mask)

    def sides(self, shape: tuple[int, ...]) -> int:
        """How many sides of a picture of that shape it touches."""
        x, y, w, h = self.box
        return (x <= 1) + (y <= 1) + (x + w >= shape[1] - 1) + (y + h >= shape[0] - 1)


def find_pieces(mask: np.ndarray) -> list[Blob]:
    """Cut a mask into its 8-connected pieces, from the largest area to the smallest, without the dust.

    Args:
        mask: `(h, w)` bool.
    """
    _, labels = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
    smallest = max(DUST_PIXELS, DUST * max(mask.shape))
    pieces = []
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), 1):
        box = columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start
        if max(box[2:]) >= smallest:
            pieces.append(Blob(box, labels[rows, columns] == number))
    return sorted(pieces, key=lambda piece: -piece.area)[:MOST_PIECES]


def outer_boxes(mask: np.ndarray) -> list[Box]:
    """Boxes of the 8-connected pieces of a `(h, w)` uint8 mask, from top to bottom.

    Outlines are found ten times as fast as `cv2.connectedComponentsWithStats` counts pixels.
    """
    outlines, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    parents = hierarchy[0, :, 3] if outlines else ()  # the outline of a hole has one
    bounds = [cv2.boundingRect(outline) for outline, parent in zip(outlines, parents, strict=True) if parent < 0]
    return sorted(((x, y, w, h) for x, y, w, h in bounds), key=lambda box: box[1])


def ink_inside(mask: np.ndarray, box: Box) -> Blob | None:
    """The ink in a box as one blob, its box drawn tight; None where there is none."""
    x, y, w, h = box
    left, top = max(0, x), max(0, y)
    part = mask[top : max(top, y + h), left : max(left, x + w)]
    if not part.any():
        return None
    px, py, pw, ph = cv2.boundingRect(np.ascontiguousarray(part).view(np.uint8))
    return Blob((left + px, top + py, pw, ph), part[py : py + ph, px : px + pw])


def union(blobs: list[Blob]) -> Blob:
    """Join blobs into one."""
    boxes = np.array([blob.box for blob in blobs])
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    mask = np.zeros((bottom - top, right - left), bool)
    for blob in blobs:
        x, y, w, h = blob.box
        mask[y - top : y - top + h, x - left : x - left + w] |= blob.mask
    return Blob((int(left), int(top), int(right - left), int(bottom - top)), mask)
