"""Find ruled lines, squared paper and table borders in an ink mask, and take them out around the strokes that cross."""

import cv2
import numpy as np

from mnist_app.reading.boxes import Box, flipped, touch
from mnist_app.reading.segmentation import outer_boxes

SEARCH_SIDE = 400  # lines are looked for in a mask reduced to that
PIECE = (
    16  # a line holds straight runs of the picture's width divided by this; that leaves room for a tilt of 3 degrees
)
SHORTEST = 0.25  # share of the picture's side that a line of a grid spans
RULED = 0.6  # share of the width that each line of ruled paper spans
SLIMMEST = 0.12  # a line's box is lower than this share of its length, tilt included
REMAINS = 0.6  # share of a piece of ink beside an erased line from which on it is a rest of it
BAR = 0.3  # share of ink in a line's box from which on all of the box is line: a binding, a thick border
CROSSING = 1.8  # ink that many times as thick as the line belongs to a stroke that crosses it


def remove_lines(mask: np.ndarray, faint: np.ndarray | None = None) -> tuple[np.ndarray, list[Box]]:
    """Erase ruled lines without cutting the strokes that cross them.

    Lines are what a morphological opening with a long flat element leaves, as for musical staves and forms. Digits
    have long straight strokes too, so lines count as ruled only in company: a grid, three across most of the page, or
    one from border to border. Where the ink on a line is thicker than the line, a stroke crosses and stays.

    Args:
        mask: `(h, w)` bool.
        faint: `(h, w)` bool, all that is darker than paper: the mask loses a faint line wherever dark ink is near. The
            mask itself where None.

    Returns:
        The mask without lines, and the lines' boxes; the same mask where there are none.
    """
    found = _find_both(mask)
    across, down, lone = _choose_lines(*found, mask.shape)
    if faint is not None and any(found):
        # What stands alone must be plain, or a T would lose its bar.
        more_across, more_down, alone = _choose_lines(*_find_both(faint), mask.shape)
        if not alone:
            across, down, lone = more_across, more_down, False
    if not across and not down:
        return mask, []
    on_lines = _on_lines(mask, across) | _on_lines(mask.T, [flipped(box) for box in down]).T
    left = mask & ~on_lines
    if lone and np.count_nonzero(left) < np.count_nonzero(on_lines):  # no lines, but the strokes of a plus or a T
        return mask, []
    bars = np.zeros(mask.shape, bool)
    for x, y, w, h in across + down:
        bar = slice(max(0, y), y + h), slice(max(0, x), x + w)
        bars[bar] |= mask[bar].mean() > BAR
    return left & ~_remains(left, on_lines, bars), across + down


def _find_both(mask: np.ndarray) -> tuple[list[Box], list[Box]]:
    return _find_lines(mask), [flipped(box) for box in _find_lines(mask.T)]


def _choose_lines(across: list[Box], down: list[Box], shape: tuple[int, int]) -> tuple[list[Box], list[Box], bool]:
    """Keep the lines across and down that are no strokes, and say whether they stand alone."""
    height, width = shape
    if sum(touch(a, b) for a in across for b in down) >= 4:
        return across, down, False
    ruled = [box for box in across if box[2] > RULED * width]
    lone = len(ruled) < 3
    across = [b for b in across if b[0] <= 0.01 * width and b[0] + b[2] >= 0.99 * width] if lone else ruled
    down = [b for b in down if b[1] <= 0.01 * height and b[1] + b[3] >= 0.99 * height]
    return across, down, lone


def _remains(left: np.ndarray, on_lines: np.ndarray, bars: np.ndarray) -> np.ndarray:
    """Pieces of ink that lie along erased lines for the most part, where lines met or were thick, or inside a bar."""
    side = max(5, max(left.shape) // 100) | 1
    along = cv2.dilate((on_lines | bars).view(np.uint8), np.ones((side, side), np.uint8))
    count, labels = cv2.connectedComponents(left.view(np.uint8), connectivity=8)
    share = np.bincount(labels.ravel(), along.ravel(), count) / np.maximum(
        np.bincount(labels.ravel(), minlength=count), 1
    )
    remains = share > REMAINS
    remains[0] = False
    return remains[labels]


def _find_lines(mask: np.ndarray) -> list[Box]:
    """Boxes of long, slim, nearly horizontal runs of ink."""
    scale = min(1.0, SEARCH_SIDE / max(mask.shape))
    size = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
    small = cv2.resize(np.ascontiguousarray(mask).view(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    runs = _straight_runs((small > 40).view(np.uint8), size[0] // PIECE)
    if not runs.any():
        return []
    runs = cv2.morphologyEx(
        cv2.dilate(runs, np.ones((3, 1), np.uint8)), cv2.MORPH_CLOSE, np.ones((1, size[0] // PIECE | 1), np.uint8)
    )
    long = [box for box in outer_boxes(runs) if box[2] > SHORTEST * size[0] and box[3] < SLIMMEST * box[2] + 4]
    return [tuple(round(v / scale) for v in box) for box in long]


def _straight_runs(ink: np.ndarray, length: int) -> np.ndarray:
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    return cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, max(3, length)), np.uint8))


def _on_lines(mask: np.ndarray, lines: list[Box]) -> np.ndarray:
    """The ink that belongs to nearly horizontal lines and to nothing that crosses them."""
    found = np.zeros(mask.shape, bool)
    for x, y, w, h in lines:
        top, bottom = max(0, y - 2), min(mask.shape[0], y + h + 2)
        ink = np.ascontiguousarray(mask[top:bottom, x : x + w]).view(np.uint8)
        band = cv2.bitwise_and(cv2.dilate(_straight_runs(ink, mask.shape[1] // PIECE), np.ones((3, 3), np.uint8)), ink)
        heights = band.sum(axis=0)
        if not heights.any():
            continue
        thickness = float(np.median(heights[heights > 0]))
        tall = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((int(CROSSING * thickness) + 2, 1), np.uint8))
        found[top:bottom, x : x + w] |= band > tall
    return found
