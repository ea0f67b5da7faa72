"""Places where a blob may be cut into several digits that touch."""

import cv2
import numpy as np

from mnist_app.reading.segmentation import Blob

HEIGHT = 48  # cuts are looked for at that height
REACH = 0.2  # a cut strays from its column by at most that share of the height
APART = 0.1  # cuts lie apart by more than that share of the height
MOST_CUTS = 7
CHEAPEST = 0.35  # a cut through more ink than this share of the height cuts through a stroke lengthwise


def find_cuts(mask: np.ndarray) -> list[np.ndarray]:
    """Paths from top to bottom that cross little ink, from left to right.

    A shortest path in place of a ball that rolls down the strokes (Congedo et al. 1995): each path may step one column
    aside per row and pays for every pixel of ink; the cheapest ones that lie apart are kept.

    Args:
        mask: `(h, w)` bool.

    Returns:
        For each cut `(h,)` integers: the first column on its right side, row by row.
    """
    height, width = mask.shape
    scale = HEIGHT / height
    small_width = round(width * scale)
    if small_width < 8:
        return []
    ink = cv2.resize(mask.astype(np.float32), (small_width, HEIGHT), interpolation=cv2.INTER_AREA)
    costs, paths = _cheapest_paths(ink, round(REACH * HEIGHT))
    chosen: list[np.ndarray] = []
    for i in np.argsort(costs):
        if costs[i] > CHEAPEST * HEIGHT or len(chosen) == MOST_CUTS:
            break
        if all(np.abs(paths[i] - other).mean() > APART * HEIGHT for other in chosen):
            chosen.append(paths[i])
    rows = np.minimum((np.arange(height) * scale).astype(int), HEIGHT - 1)
    return [np.round(path[rows] / scale).astype(int) for path in sorted(chosen, key=np.mean)]


def _cheapest_paths(ink: np.ndarray, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """For a band around every second column the price of its cheapest path, and `(n, h)` the path."""
    width = ink.shape[1]
    columns = np.arange(2, width - 2, 2)
    offsets = np.arange(-reach, reach + 1)
    outside = np.pad(ink, ((0, 0), (reach, reach)), constant_values=1.0)
    # A little is paid for distance from the column, so that paths through white stay straight.
    price = np.stack([outside[:, c : c + 2 * reach + 1] for c in columns], axis=1) + 0.004 * np.abs(offsets)
    total, came = price.copy(), np.zeros(price.shape, int)
    steps = np.full((3, *price.shape[1:]), np.inf)
    for y in range(1, len(price)):
        steps[0, :, 1:], steps[1], steps[2, :, :-1] = (
            total[y - 1, :, :-1] + 0.1,
            total[y - 1],
            total[y - 1, :, 1:] + 0.1,
        )
        came[y] = steps.argmin(axis=0) - 1
        total[y] += steps.min(axis=0)
    x = total[-1].argmin(axis=1)
    bands = np.arange(len(columns))
    costs, paths = total[-1, bands, x], np.empty((len(columns), len(price)), int)
    for y in range(len(price) - 1, -1, -1):
        paths[:, y] = columns + offsets[x]
        x = x + came[y, bands, x]
    return costs, paths


def between(blob: Blob, left: np.ndarray | None, right: np.ndarray | None) -> Blob | None:
    """The part of a blob between two cuts, None for its own borders; None where no ink is left."""
    columns = np.arange(blob.mask.shape[1])
    part = blob.mask.copy()
    if left is not None:
        part &= columns >= left[:, np.newaxis]
    if right is not None:
        part &= columns < right[:, np.newaxis]
    if not part.any():
        return None
    x, y, w, h = cv2.boundingRect(part.view(np.uint8))
    return Blob((blob.box[0] + x, blob.box[1] + y, w, h), part[y : y + h, x : x + w])
