"""All that may be one digit on a page: what form and neighbours make of its ink, and where the detector sees more."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from mnist_app.detecting.detector import Ink, Level, find_boxes, ink_of_digits, look_up
from mnist_app.digits.kinds import Kind
from mnist_app.finding import Found, LeftOut
from mnist_app.grouping import Look, Looker
from mnist_app.rejection import EDGE, FAINT_INK, LETTERS, NOT_A_DIGIT, SMALL
from mnist_app.segmentation import Blob, Box, ink_inside, union
from mnist_app.touching import between, find_cuts

FAR = 0.5  # pieces further apart than that share of the larger one's size are never one digit
GROWTH = 2.2  # a union is at most that many times as large as its largest piece
ROOM = 0.12  # share of a box's size by which the detector may be wrong about its borders
SLIMMEST, WIDEST = 0.08, 1.6  # width over height of a part that a cut leaves
WIDE = 0.85  # width over height of a piece that may hold several digits
SHORTEST = 0.5  # share of the whole's height
LIKELY = 0.3  # probability of a digit's ink from which on more is tried
MOST_TRIED = 60
SPECK = 3  # pixels up to which nothing is tried


class Fate(IntEnum):
    """What form and neighbours make of ink."""

    KEPT = 0
    DOUBTED = 1
    AMONG_LETTERS = 2
    WEAK = 3
    NO_FORM = 4
    TRIED = 5  # a part or a union that the detector suggests


FATES = {NOT_A_DIGIT: Fate.DOUBTED, EDGE: Fate.DOUBTED, LETTERS: Fate.AMONG_LETTERS} | dict.fromkeys(
    (SMALL, FAINT_INK), Fate.WEAK
)


@dataclass(frozen=True, eq=False)
class Candidate:
    """Ink that may be one digit.

    Attributes:
        blob: the ink.
        seen: what the detector says of it.
        fate: what form and neighbours make of it.
        look: what the classifier says; None where it was not asked, since the ink has no digit's form.
        left: where form and neighbours left it out.
    """

    blob: Blob
    seen: Ink
    fate: Fate
    look: Look | None
    left: LeftOut | None = None


def gather(found: Found, ink: np.ndarray, levels: list[Level], look: Looker) -> list[Candidate]:
    """List what may be one digit: first all marks of the page, then further groupings of their ink.

    Args:
        found: the page's ink, sorted.
        ink: `(h, w)` bool, all of it, with ruled lines.
        levels: what the detector says of the picture.
        look: asks the classifier about blobs.
    """
    marks = [Candidate(one.blob, look_up(levels, one.blob), Fate.KEPT, one) for one in found.looks]
    marks += [
        Candidate(one.blob, look_up(levels, one.blob), FATES.get(one.reason, Fate.NO_FORM), one.look, one)
        for one in found.left
    ]
    known = {_key(mark.blob) for mark in marks}
    others = {_key(blob): blob for blob in _regroup(found.pieces, ink, levels) if blob.size > SPECK}
    tried = [(blob, look_up(levels, blob)) for key, blob in others.items() if key not in known]
    likely = sorted(
        (one for one in tried if one[1].near[Kind.DIGIT] > LIKELY), key=lambda one: -one[1].near[Kind.DIGIT]
    )
    likely = likely[:MOST_TRIED]
    looks = look([blob for blob, _ in likely])
    return marks + [Candidate(blob, seen, Fate.TRIED, one) for (blob, seen), one in zip(likely, looks, strict=True)]


def _key(blob: Blob) -> tuple[Box, int]:
    """Blobs of a page that share it are the same ink."""
    return blob.box, blob.area


def _regroup(pieces: list[Blob], ink: np.ndarray, levels: list[Level]) -> list[Blob]:
    """Unions of near pieces, parts of wide ones, and what the detector points at."""
    wide = [piece for piece in pieces if piece.box[2] > WIDE * piece.box[3]]
    cuts = [part for piece in wide if look_up(levels, piece).near[Kind.DIGIT] > LIKELY for part in _cut(piece)]
    return [*pieces, *_unions(pieces), *cuts, *_pointed_at(ink, levels)]


def _unions(pieces: list[Blob]) -> list[Blob]:
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
    found: list[Blob] = []
    for number, (a, b, far, _) in enumerate(linkage(squareform(distance, checks=False), "single"), len(pieces)):
        if far > FAR or int(a) not in members or int(b) not in members:
            continue
        inside = members[int(a)] + members[int(b)]
        span = (high[inside].max(axis=0) - low[inside].min(axis=0)).max()
        if span <= GROWTH * sizes[inside].max():
            members[number] = inside
            found.append(union([pieces[i] for i in sorted(inside)]))
    return found


def _cut(piece: Blob) -> list[Blob]:
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
                found.append(part)
    return found


def _pointed_at(ink: np.ndarray, levels: list[Level]) -> list[Blob]:
    """The ink where the detector sees a digit, without lines and neighbours."""
    found = []
    for x, y, w, h in find_boxes(levels, ink.shape):
        room = round(ROOM * max(w, h))
        left, top = max(0, x - room), max(0, y - room)
        wide = left, top, min(ink.shape[1], x + w + room) - left, min(ink.shape[0], y + h + room) - top
        blob = ink_inside(ink_of_digits(levels, ink, wide), (0, 0, *wide[2:]))
        if blob is not None:
            found.append(Blob((blob.box[0] + left, blob.box[1] + top, *blob.box[2:]), blob.mask))
    return found
