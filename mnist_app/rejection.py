"""Which blobs are no digits, from what the network says, from geometry and from the neighbours."""

import cv2
import numpy as np

from mnist_app.grouping import Look
from mnist_app.segmentation import DUST, Blob, Box

NOT_A_DIGIT = "I don't think this is a digit"
LINE = "ruled line"
SMALL = "too small"
EDGE = "touches the picture's edge"
LETTERS = "among letters"
PATTERN = "a spiral or a pattern"
FRAME = "the picture's frame"
FAINT_INK = "too faint beside the others"
SHADE = "a shadow or the edge of the page"

SLENDER = 12  # a blob that many times as long as wide is a line, unless it stands as high as a digit
TALLER = 2.5  # times the digits' height
TALL, STROKES = 4.0, 2.0  # a digit that many times as high as wide is a 1, and has fewer strokes side by side
HOLLOW = 0.15  # share of its box that a frame's ink fills at most
FAINT = 0.7  # share of the darkest digit's strength below which a blob must stand in a row
PALEST = 0.25  # share of the darkest digit's strength that any digit has
SHADOW = 0.4  # share of a neighbour's strength that any ink has
PIECE = 0.08  # share of the outer blob's size below which what lies inside may be a piece of it
BORDER = 0.008  # share of the picture's side up to which ink lies at the edge of a sheet
LARGER = 1.5  # times the digits' usual size
SMALLEST = 0.35  # share of the digits' usual size below which a blob needs a neighbour of about its size
ALIKE = 0.38  # share of the neighbour's size
REACH = 3.0  # neighbours are nearer than that many times the larger one's size
LIKELY = 0.5  # score that a blob needs to say how large digits are
CERTAIN = 0.8  # score that a small blob needs
SAME_HAND = 0.55  # share of a letter's size that its neighbours have at least
COMPANY = 0.5  # share of non-digits of the same size in a row, from which on all of it are letters


def reject_shapes(blobs: list[Blob], shape: tuple[int, int]) -> dict[int, str]:
    """Say which blobs cannot be digits whatever the network thinks: lines, spirals, and the frame of a picture."""
    reasons = {}
    for i, blob in enumerate(blobs):
        _, _, width, height = blob.box
        if width > SLENDER * height:
            reasons[i] = LINE
        elif height > TALL * width and blob.area > STROKES * height * blob.stroke:
            reasons[i] = PATTERN
        elif blob.sides(shape) >= 3 and _hollow(blob):
            reasons[i] = FRAME
    patterns = [blobs[i].box for i, reason in reasons.items() if reason == PATTERN]
    for i, blob in enumerate(blobs):
        if any(_along(blob.box, pattern) for pattern in patterns):
            reasons.setdefault(i, PATTERN)
    return reasons


def _along(inner: Box, outer: Box) -> bool:
    """Whether a box lies in or just above or below a high one: the parts of a spiral hang together loosely."""
    left, top, width, height = inner
    x, y, w, h = outer
    room = 0.1 * h
    return x <= left + width / 2 <= x + w and y - room <= top + height / 2 <= y + h + room


def reject_background(looks: list[Look], shape: tuple[int, int], beyond: np.ndarray | None = None) -> dict[int, str]:
    """Say which blobs are part of what lies around the digits: page edges, shadows, bindings.

    Args:
        looks: the blobs.
        shape: of the mask, to know its edges.
        beyond: bool of that shape, what lies beyond the sheets of paper; None where the paper fills the picture.
    """
    near_edge = None if beyond is None else _widened(beyond)
    darkest, usual = _darkest(looks), _usual_size(looks, shape)
    digits = [look for look in looks if look.score > CERTAIN and look.label != 1 and look.strength > FAINT * darkest]
    reasons = {}
    for i, look in enumerate(looks):
        larger = look.blob.size > LARGER * usual
        if look.blob.size > TALLER * usual and _slender(look.blob):
            reasons[i] = LINE
        elif (
            (larger and look.strength < FAINT * darkest)
            or any(_around(look.blob, other.blob) for other in digits)
            or (near_edge is not None and _runs_along(look.blob, near_edge))
        ):
            reasons[i] = SHADE
        elif larger and look.blob.sides(shape) and _hollow(look.blob):
            reasons[i] = EDGE
    return reasons


def _widened(beyond: np.ndarray) -> np.ndarray:
    side = 2 * round(BORDER * max(beyond.shape)) + 1
    return cv2.dilate(beyond.view(np.uint8), np.ones((side, side), np.uint8)) > 0


def _runs_along(blob: Blob, near_edge: np.ndarray) -> bool:
    """Whether a blob follows the edge of a sheet for half its own size; a digit that the edge cuts does not."""
    x, y, w, h = blob.box
    shared = near_edge[y : y + h, x : x + w] & blob.mask
    return max(shared.any(axis=0).sum(), shared.any(axis=1).sum()) > blob.size / 2


def _around(outer: Blob, inner: Blob) -> bool:
    """Whether a blob reaches around another one that is no mere piece of it."""
    (x, y, w, h), (left, top, width, height) = outer.box, inner.box
    inside = x <= left and y <= top and left + width <= x + w and top + height <= y + h
    return inside and PIECE * outer.size < inner.size < 0.5 * outer.size and _hollow(outer)


def reject(looks: list[Look], threshold: float, shape: tuple[int, int]) -> dict[int, str]:
    """Say which blobs are left out.

    Args:
        looks: the blobs.
        threshold: score below which a blob is no digit.
        shape: of the mask, to know its edges.

    Returns:
        The reason for each index that is left out.
    """
    reasons = reject_shapes([look.blob for look in looks], shape)
    for i, look in enumerate(looks):
        if i not in reasons and look.score < threshold:
            reasons[i] = EDGE if look.blob.sides(shape) else NOT_A_DIGIT
    usual = _usual_size(looks, shape)
    reasons |= _unsupported(looks, reasons, usual, shape)
    reasons |= dict.fromkeys(_among_letters(looks, reasons), LETTERS)
    return reasons


def _darkest(looks: list[Look]) -> float:
    return max((look.strength for look in looks if look.score > CERTAIN), default=0.0)


def _usual_size(looks: list[Look], shape: tuple[int, int]) -> float:
    """The size at which half of the digits' ink lies in larger ones.

    Likely digits count, and of those the ones that no bar, shadow or page edge imitates, as far
    as there are any. 0 without blobs.
    """
    dark = [look for look in looks if look.strength > FAINT * _darkest(looks)]
    inside = [look for look in dark if not look.blob.sides(shape)] or dark
    certain = [look for look in inside if look.score > LIKELY] or inside
    shaped = [look for look in certain if look.label != 1] or certain
    shaped = sorted(shaped, key=lambda look: look.blob.size)
    ink = np.cumsum([look.blob.area for look in shaped])
    return shaped[int(np.searchsorted(ink, ink[-1] / 2))].blob.size if shaped else 0.0


def _hollow(blob: Blob) -> bool:
    return blob.area < HOLLOW * blob.box[2] * blob.box[3]


def _slender(blob: Blob) -> bool:
    return blob.box[3] > SLENDER / 2 * blob.box[2]


def _unsupported(looks: list[Look], reasons: dict[int, str], usual: float, shape: tuple[int, int]) -> dict[int, str]:
    """Small and faint blobs that stand neither in a chain of neighbours with a digit nor in a row of their own."""
    left = [i for i in range(len(looks)) if i not in reasons]
    strangers = [looks[i] for i, reason in reasons.items() if reason == NOT_A_DIGIT and looks[i].blob.size >= usual]
    darkest = max([_darkest([looks[i] for i in left]), *(look.strength for look in strangers)])
    large = [look.blob.size >= SMALLEST * usual and not _speck(look, shape) for look in looks]
    kept = {i for i in left if large[i] and looks[i].strength >= FAINT * darkest}
    weak = {
        i
        for i in left
        if i not in kept
        and (large[i] or looks[i].score > CERTAIN)
        and looks[i].strength > PALEST * darkest
        and not looks[i].blob.sides(shape)
    }
    neighbours = {i: [k for k in left if k != i and _supports(looks[k], looks[i])] for i in weak}
    # Specks look like 1, so a row of small or faint digits must hold others.
    for i in weak:
        row = [looks[k].label for k in [i, *neighbours[i]] if k in weak]
        kept |= {i} if len(row) >= 3 and len(set(row) - {1}) >= 2 else set()
    found = True
    while found:
        found = {i for i in weak - kept if kept & set(neighbours[i])}
        kept |= found
    return {i: FAINT_INK if large[i] else SMALL for i in left if i not in kept}


def _speck(look: Look, shape: tuple[int, int]) -> bool:
    """Whether a blob is not much larger than dust and tells nothing that a speck would not."""
    return look.blob.size < 2 * DUST * max(shape) and (look.label == 1 or look.score < CERTAIN)


def _beside(a: Box, b: Box) -> bool:
    """Whether two boxes of like size stand next to each other in a row."""
    sizes = sorted((max(a[2:]), max(b[2:])))
    across = max(a[0], b[0]) - min(a[0] + a[2], b[0] + b[2])
    shared = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return sizes[0] > ALIKE * sizes[1] and across < REACH * sizes[1] and shared > 0.3 * min(a[3], b[3])


def _supports(one: Look, other: Look) -> bool:
    """Whether two blobs stand in a row and one is not a mere shadow beside the other."""
    weaker, stronger = sorted((one.strength, other.strength))
    return _beside(one.blob.box, other.blob.box) and weaker > SHADOW * stronger


def _among_letters(looks: list[Look], reasons: dict[int, str]) -> set[int]:
    """Blobs that read as digits in a row where as many of their size and ink do not; such are letters to their row."""
    left = {i for i in range(len(looks)) if i not in reasons}
    strangers = {i for i, reason in reasons.items() if reason == NOT_A_DIGIT}
    letters: set[int] = set()
    while True:
        found = {i for i in left if _outnumbered(looks, i, strangers, left)}
        if not found:
            return letters
        letters, strangers, left = letters | found, strangers | found, left - found


def _outnumbered(looks: list[Look], i: int, strangers: set[int], friends: set[int]) -> bool:
    def beside(group: set[int]) -> int:
        return sum(
            _beside(looks[i].blob.box, looks[k].blob.box) and _same_hand(looks[i], looks[k]) for k in group - {i}
        )

    near = beside(strangers)
    return near > 0 and near >= COMPANY * (near + beside(friends) + 1)


def _same_hand(a: Look, b: Look) -> bool:
    """Whether two blobs are about as dark and as large as each other."""
    sizes, strengths = sorted((a.blob.size, b.blob.size)), sorted((a.strength, b.strength))
    return strengths[0] > FAINT * strengths[1] and sizes[0] > SAME_HAND * sizes[1]
