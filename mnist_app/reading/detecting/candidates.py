"""All that may be one digit on a page: its pieces of ink, unions and parts of them, and what the detector points at."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from mnist_app.digits.generated.kinds import Kind
from mnist_app.reading.detecting.detector import UNSEEN, Ink, Level, find_boxes, ink_of_digits, look_up
from mnist_app.reading.finding import Look, Looker
from mnist_app.reading.segmentation import Blob, ink_inside, union
from mnist_app.reading.touching import between, find_cuts

FAR = 0.5  # pieces further apart than that share of the larger one's size are never one digit
GROWTH = 2.2  # a union is at most that many times as large as its largest piece
ROOM = 0.12  # share of a box's size by which the detector may be wrong about its borders
SLIMMEST, WIDEST = 0.08, 1.6  # width over height of a part that a cut leaves
WIDE = 0.85  # width over height of a piece that may hold several digits
SHORTEST = 0.5  # share of the whole's height
LIKELY = 0.15  # probability of a digit's ink from which on other groupings are tried
MOST_TRIED = 60
SPECK = 3  # pixels up to which nothing is tried
SAME = 0.9  # share of box and of ink from which on two groupings are the same one


@dataclass(frozen=True, eq=False)
class Candidate:
    """Ink that may be one digit.

    Attributes:
        blob: the ink.
        seen: what the detector says of it; `UNSEEN` where it was not asked.
        look: what the classifier says.
        mark: whether it is a whole piece of ink, and not only tried.
    """

    blob: Blob
    seen: Ink
    look: Look
    mark: bool


def gather(pieces: list[Blob], ink: np.ndarray, levels: list[Level] | None, look: Looker) -> list[Candidate]:
    """List what may be one digit: first all pieces of a page's ink, then further groupings of it.

    Args:
        pieces: of the page's ink, without ruled lines.
        ink: `(h, w)` bool, all of it, with ruled lines.
        levels: what the detector says of the picture; None where all ink is known to be written.
        look: asks the classifier about blobs.
    """

    def see(blobs: Iterable[Blob]) -> list[tuple[Blob, Ink]]:
        return [(blob, look_up(levels, blob) if levels else UNSEEN) for blob in blobs]

    marks = see(pieces)
    wide = [piece for piece, seen in marks if _may_be_digit(seen) and piece.box[2] > WIDE * piece.box[3]]
    regrouped = [*_unions(pieces), *(part for piece in wide for part in _cut(piece))]
    regrouped += _pointed_at(ink, levels) if levels else []
    tried = sorted(see(_unlike(regrouped, pieces)), key=lambda one: -one[1].near[Kind.DIGIT])
    listed = [*marks, *(one for one in tried[:MOST_TRIED] if _may_be_digit(one[1]))]
    looks = look([blob for blob, _ in listed])
    return [Candidate(*one, said, i < len(marks)) for i, (one, said) in enumerate(zip(listed, looks, strict=True))]


def _may_be_digit(seen: Ink) -> bool:
    return seen is UNSEEN or seen.near[Kind.DIGIT] > LIKELY


def _unlike(blobs: list[Blob], known: list[Blob]) -> list[Blob]:
    """Those blobs that hold other ink than the known ones and each other."""
    listed = [*known, *(blob for blob in blobs if blob.size > SPECK)]
    if not listed:
        return []
    boxes, areas = np.array([blob.box for blob in listed], float), np.array([blob.area for blob in listed], float)
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    wholes = boxes[:, 2:].prod(axis=1)
    kept = list(range(len(known)))
    for i in range(len(known), len(listed)):
        common = np.clip(np.minimum(high[i], high[kept]) - np.maximum(low[i], low[kept]), 0, None).prod(axis=1)
        box = common / (wholes[i] + wholes[kept] - common)
        ink = np.minimum(areas[i], areas[kept]) / np.maximum(areas[i], areas[kept])
        if not kept or np.minimum(box, ink).max() < SAME:
            kept.append(i)
    return [listed[i] for i in kept[len(known) :]]


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
    cuts = [None, *_cuts_apart(piece), None]
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


def _cuts_apart(piece: Blob) -> list[np.ndarray]:
    """The cuts between which there is ink for a digit: a 1 of that pen, not much lower than the whole, has least."""
    least = SHORTEST * piece.box[3] * piece.stroke
    columns, inked = np.arange(piece.box[2]), piece.mask.sum()
    apart, before = [], 0
    for cut in find_cuts(piece.mask):
        left = int(np.count_nonzero(piece.mask & (columns < cut[:, np.newaxis])))
        if left - before >= least and inked - left >= least:
            apart.append(cut)
            before = left
    return apart


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
