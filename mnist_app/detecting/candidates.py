"""What the judge learns from: pieces of ink, unions of near ones, cuts, and what the detector points at.

Most are no whole digit, and many look like one: the wrong groupings that a reading may come to.
"""

from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from mnist_app.detecting.detector import Level, find_boxes, ink_of_digits, look_up
from mnist_app.digits.kinds import Kind
from mnist_app.segmentation import Blob, find_pieces, ink_inside, union
from mnist_app.touching import between, find_cuts

FAR = 0.5  # pieces further apart than that share of the larger one's size are never one digit
GROWTH = 2.2  # a union is at most that many times as large as its largest piece
ROOM = 0.12  # share of a box's size by which the detector may be wrong about its borders
SLIMMEST, WIDEST = 0.08, 1.6  # width over height of a part that a cut leaves
WIDE = 0.85  # width over height of a piece that may hold several digits
WORTH_CUTTING = 0.3  # probability of a digit's ink from which on it is cut
SHORTEST = 0.5  # share of the whole's height


@dataclass(frozen=True, eq=False)
class Candidate:
    """Ink that may be one digit.

    Attributes:
        blob: the ink.
        whole: whether it holds all ink of the pieces that it is taken from.
        several: whether it is taken from several pieces.
    """

    blob: Blob
    whole: bool = True
    several: bool = False


def propose(mask: np.ndarray, levels: list[Level]) -> list[Candidate]:
    """List what may be one digit.

    Args:
        mask: `(h, w)` bool, the ink.
        levels: what the detector says of the picture.
    """
    pieces = find_pieces(mask)
    wide = [piece for piece in pieces if piece.box[2] > WIDE * piece.box[3]]
    cuts = [part for piece in wide if look_up(levels, piece).near[Kind.DIGIT] > WORTH_CUTTING for part in _cut(piece)]
    return [*map(Candidate, pieces), *_unions(pieces), *cuts, *_pointed_at(mask, pieces, levels)]


def _unions(pieces: list[Blob]) -> list[Candidate]:
    """The inner nodes of the tree that joins near pieces first (single linkage), up to the size of a digit."""
    if len(pieces) < 2:
        return []
    boxes = np.array([piece.box for piece in pieces], float)
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    gaps = np.maximum(np.maximum(low[:, None], low[None]) - np.minimum(high[:, None], high[None]), 0)
    sizes = boxes[:, 2:].max(axis=1)
    # Relative to the larger piece: a dot far from a large digit is nearer to it than to another dot.
    distance = np.hypot(gaps[..., 0], gaps[..., 1]) / np.maximum(sizes[:, None], sizes[None])
    np.fill_diagonal(distance, 0)
    members: dict[int, list[int]] = {i: [i] for i in range(len(pieces))}
    found: list[Candidate] = []
    for number, (a, b, far, _) in enumerate(linkage(squareform(distance, checks=False), "single"), len(pieces)):
        if far > FAR or int(a) not in members or int(b) not in members:
            continue
        inside = members[int(a)] + members[int(b)]
        span = (high[inside].max(axis=0) - low[inside].min(axis=0)).max()
        if span <= GROWTH * sizes[inside].max():
            members[number] = inside
            found.append(Candidate(union([pieces[i] for i in sorted(inside)]), several=True))
    return found


def _cut(piece: Blob) -> list[Candidate]:
    """The parts of one piece between any two cuts, where several digits may touch."""
    cuts = [None, *find_cuts(piece.mask), None]
    found = []
    for i in range(len(cuts) - 1):
        for j in range(i + 1, len(cuts)):
            part = None if (i, j) == (0, len(cuts) - 1) else between(piece, cuts[i], cuts[j])
            if part is None:
                continue
            _, _, width, height = part.box
            if height > SHORTEST * piece.box[3] and SLIMMEST < width / height < WIDEST:
                found.append(Candidate(part, whole=False))
    return found


def _pointed_at(mask: np.ndarray, pieces: list[Blob], levels: list[Level]) -> list[Candidate]:
    """The ink where the detector sees a digit, without lines and neighbours."""
    found = []
    for x, y, w, h in find_boxes(levels, mask.shape):
        room = round(ROOM * max(w, h))
        left, top = max(0, x - room), max(0, y - room)
        wide = left, top, min(mask.shape[1], x + w + room) - left, min(mask.shape[0], y + h + room) - top
        ink = ink_of_digits(levels, mask, wide)
        blob = ink_inside(ink, (0, 0, *wide[2:]))
        if blob is None:
            continue
        blob = Blob((blob.box[0] + left, blob.box[1] + top, *blob.box[2:]), blob.mask)
        touched = sum(_share_ink(blob, piece) for piece in pieces)
        if touched and blob.size > 3:
            found.append(Candidate(blob, whole=False, several=touched > 1))
    return found


def _share_ink(a: Blob, b: Blob) -> bool:
    left, top = max(a.box[0], b.box[0]), max(a.box[1], b.box[1])
    right = min(a.box[0] + a.box[2], b.box[0] + b.box[2])
    bottom = min(a.box[1] + a.box[3], b.box[1] + b.box[3])
    if right <= left or bottom <= top:
        return False
    one, other = (
        blob.mask[top - blob.box[1] : bottom - blob.box[1], left - blob.box[0] : right - blob.box[0]] for blob in (a, b)
    )
    return bool((one & other).any())
