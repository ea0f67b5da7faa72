"""Turn an image of a digit into pen strokes that fill the same shape, to go on drawing where MNIST stopped."""

import cv2
import numpy as np
from scipy.ndimage import distance_transform_edt

from mnist_app.settings import IMAGE_SIZE
from mnist_app.web.strokes import THINNEST, Stroke

FILLED = 0.86  # share of the paper that the 28 pixels take
GAP = 3  # pixels from line to line: less than the pen's width
TALLEST = 36  # pixels: a taller stroke would be drawn again with a wider pen
INK = 0.5  # share of the darkest grey nearby from which on it is ink: a faint stroke counts as a dark one does
FAINTEST = 20  # of 255: fainter grey is none
REACH = 4  # of the 28 x 28 pixels: what lies farther off is no part of the stroke, and stays apart
NEARBY = np.ones((3, 3), np.uint8)  # of the 28 x 28 pixels

Point = tuple[float, int]  # column, row
Run = tuple[int, int]  # first and last pixel of ink in a line


def trace(image: np.ndarray, size: tuple[int, int]) -> list[Stroke]:
    """Fill the shape of an image with pen strokes to and fro, which the paper shows and can undo.

    An image is one digit, whose pen may have left flecks: thin strokes join what lies apart.

    Args:
        image: `(28, 28)` uint8.
        size: width and height of the paper in pixels.
    """
    scale = FILLED * min(size) / IMAGE_SIZE
    side = round(scale * IMAGE_SIZE)
    grey = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
    darkest = cv2.resize(cv2.dilate(image, NEARBY), (side, side), interpolation=cv2.INTER_LINEAR)
    mask = grey > np.maximum(INK * darkest, FAINTEST)
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    lines = _scan(mask) + _join(mask, REACH * scale)
    sharp = [[(float(x + left), float(y + top)) for x, y in points for _ in range(2)] for points in lines]
    return [Stroke(width=THINNEST, points=points) for points in sharp]


def _scan(mask: np.ndarray) -> list[list[Point]]:
    """Cover ink with lines `GAP` apart, joined to one stroke as long as nothing branches."""
    strokes: list[list[Point]] = []
    open_strokes: list[tuple[Run, list[Point]]] = []
    for y in range(GAP // 2, len(mask), GAP):
        runs = _runs(mask[y])
        following = []
        for first, last in runs:
            above = [(run, stroke) for run, stroke in open_strokes if run[0] <= last and run[1] >= first]
            alone = len(above) == 1 and sum(a <= above[0][0][1] and b >= above[0][0][0] for a, b in runs) == 1
            stroke = above[0][1] if alone and y - above[0][1][0][1] <= TALLEST else []
            if not stroke:
                strokes.append(stroke)
            inset = min(THINNEST / 2, (last - first) / 2)
            ends = [(first + inset, y), (last - inset, y)]
            stroke += ends if not stroke or abs(stroke[-1][0] - first) < abs(stroke[-1][0] - last) else ends[::-1]
            following.append(((first, last), stroke))
        open_strokes = following
    return strokes


def _join(mask: np.ndarray, reach: float) -> list[list[Point]]:
    """Lines from the largest piece of ink to the nearest other, and on from both to the next within reach."""
    _, pieces = cv2.connectedComponents(mask.view(np.uint8))
    joined = pieces == 1 + np.bincount(pieces[mask], minlength=2)[1:].argmax()
    lines: list[list[Point]] = []
    while (apart := mask & ~joined).any():
        distance, nearest = distance_transform_edt(~joined, return_indices=True)
        distance[~apart] = np.inf
        end = np.unravel_index(distance.argmin(), mask.shape)
        if distance[end] > reach:
            break
        (y, x), (to_y, to_x) = nearest[:, *end], end
        lines.append([(float(x), int(y)), (float(to_x), int(to_y))])
        joined |= pieces == pieces[end]
    return lines


def _runs(line: np.ndarray) -> list[Run]:
    edges = np.flatnonzero(np.diff(np.r_[0, line.astype(np.int8), 0]))
    return [(int(first), int(end) - 1) for first, end in edges.reshape(-1, 2)]
