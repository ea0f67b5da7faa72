"""Which pieces of ink are one digit: geometry proposes, the network decides."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.sparse.csgraph import connected_components

from mnist_app.segmentation import Blob, distance, gap, union
from mnist_app.touching import between, find_cuts

NEAR = 0.25  # pieces of one digit are nearer than this share of the larger one's size
GROWTH = 1.7  # a digit is at most that many times as large as its largest piece
ALIKE = 0.4  # the fainter piece of a digit has at least that share of the other's strength
FRAGMENT = 0.4  # a piece below this share of another's size is its fragment, or nothing
FRAGMENT_INK = 0.2  # likewise, share of its ink
INNER = 0.2  # ink inside another piece's box belongs to it from that share of its size on, unless it is a digit
BREAK = 1.5  # a stroke that is broken has a gap of at most that many times its width
CERTAIN = 0.9  # score from which on pieces of a broken stroke are one digit, whatever each of them looks like
MOST_PAIRS = 120

WIDE = 1.05  # blobs wider than this share of their height may be several digits
DOUBTFUL = 0.6  # so may those that the network doubts, when they are not slim
SLIM = 0.9
WIDEST_PART, SLIMMEST_PART = 1.4, 0.1  # width over height of a digit inside a blob
SHORTEST_PART = 0.6  # share of the blob's height
BETTER = 0.15  # by how much a change must raise the score


@dataclass(frozen=True, eq=False)
class Look:
    """What the network says of one blob.

    Attributes:
        blob: the ink.
        made: what each digit step made of it.
        y_prob: `(10,)` float32.
        features: `(d,)` float32.
        digit_prob: the probability that it is a digit at all.
        strength: how dark its ink is, 0 to 255.
    """

    blob: Blob
    made: dict[str, np.ndarray]
    y_prob: np.ndarray
    features: np.ndarray
    digit_prob: float
    strength: float

    @property
    def label(self) -> int:
        return int(self.y_prob.argmax())

    @property
    def score(self) -> float:
        """Probability that this is a digit, and this one."""
        return self.digit_prob * float(self.y_prob.max())


Looker = Callable[[list[Blob]], list[Look]]


def join_pieces(looks: list[Look], look: Looker) -> list[Look]:
    """Join pieces of one digit, such as the loose bar of a 5, where the network reads the whole better.

    Whole clusters of pieces that nearly touch are tried first: a digit in dry ink is in many pieces, of which no two
    look like it. Then pairs, as long as one gains.

    Args:
        looks: the pieces.
        look: asks the network about blobs.

    Returns:
        The joined ones and those that stay alone.
    """
    return _join_pairs(_join_clusters(looks, look), look)


def _join_clusters(looks: list[Look], look: Looker) -> list[Look]:
    near = np.eye(len(looks), dtype=bool)
    for (i, a), (j, b) in combinations(enumerate(looks), 2):
        near[i, j] = _may_belong(a, b) and _broken(a.blob, b.blob)
    count, cluster = connected_components(near, directed=False)
    parts = [[one for one, c in zip(looks, cluster, strict=True) if c == k] for k in range(count)]
    several = [part for part in parts if len(part) > 1]
    joined = []
    for part, whole in zip(several, look([union([one.blob for one in part]) for part in several]), strict=True):
        joined += [whole] if whole.score > min(CERTAIN, max(one.score for one in part)) else part
    return joined + [part[0] for part in parts if len(part) == 1]


def _join_pairs(looks: list[Look], look: Looker) -> list[Look]:
    while pairs := [(a, b) for a, b in combinations(looks, 2) if _may_belong(a, b)][:MOST_PAIRS]:
        joined = look([union([a.blob, b.blob]) for a, b in pairs])
        gains = [_gain(a, b, both) for (a, b), both in zip(pairs, joined, strict=True)]
        done: set[int] = set()
        for i in np.argsort(gains)[::-1]:
            a, b = pairs[i]
            if gains[i] > 0 and not done & {id(a), id(b)}:
                done |= {id(a), id(b)}
                looks = [*looks, joined[i]]
        if not done:
            break
        looks = [one for one in looks if id(one) not in done]
    return looks


def _broken(a: Blob, b: Blob) -> bool:
    """Whether the gap between two pieces is one that a pen leaves in a stroke."""
    return distance(a, b) <= BREAK * max(a.stroke, b.stroke)


def _may_belong(one: Look, other: Look) -> bool:
    """Whether two pieces are near, alike in ink and together no larger than a digit."""
    a, b = one.blob, other.blob
    if min(one.strength, other.strength) < ALIKE * max(one.strength, other.strength):
        return False
    larger, smaller = max(a.size, b.size), min(a.size, b.size)
    if gap(a.box, b.box) > NEAR * larger or smaller < 0.05 * larger:
        return False
    left, top = min(a.box[0], b.box[0]), min(a.box[1], b.box[1])
    right = max(a.box[0] + a.box[2], b.box[0] + b.box[2])
    bottom = max(a.box[1] + a.box[3], b.box[1] + b.box[3])
    return max(right - left, bottom - top) <= GROWTH * larger


def _gain(a: Look, b: Look, both: Look) -> float:
    """How much better two pieces are read as one; above 0 they are joined."""
    main, other = (a, b) if a.blob.size >= b.blob.size else (b, a)
    if other.score < DOUBTFUL and other.blob.size > INNER * main.blob.size and _inside(other.blob, main.blob):
        return 1.0  # the bar of a theta: whatever the ring alone looks like, this is one character
    broken = _broken(a.blob, b.blob)
    if other.blob.size < FRAGMENT * main.blob.size and other.blob.area < FRAGMENT_INK * main.blob.area:
        alone = main.score if other.label == 1 else max(main.score, other.score)  # any speck looks like a 1
        return both.score - alone + (BETTER if broken else -BETTER) / 2
    alone = min(a.score, b.score)
    if broken and both.score > CERTAIN:
        return both.score - alone + BETTER
    return both.score - max(alone + BETTER, 0.8 * max(a.score, b.score), 0.5)


def _inside(inner: Blob, outer: Blob) -> bool:
    (left, top, width, height), (x, y, w, h) = inner.box, outer.box
    return x < left and y < top and left + width < x + w and top + height < y + h


def split_touching(looks: list[Look], look: Looker) -> list[Look]:
    """Cut blobs of several digits where the network reads the parts better than the whole.

    All parts between any two cuts are read at once, and the chain of parts with the best product of scores wins
    (heuristic over-segmentation and Viterbi search: LeCun et al. 1998).
    """
    parted = []
    for one in looks:
        parted += _split(one, look) if _may_be_several(one) else [one]
    return parted


def _may_be_several(one: Look) -> bool:
    _, _, width, height = one.blob.box
    return width > WIDE * height or (one.score < DOUBTFUL and width > SLIM * height)


def _split(one: Look, look: Looker) -> list[Look]:
    cuts = [None, *find_cuts(one.blob.mask), None]
    spans = {}
    for i, j in combinations(range(len(cuts)), 2):
        part = between(one.blob, cuts[i], cuts[j])
        if part is not None and (i, j) != (0, len(cuts) - 1) and _like_a_digit(part, one.blob):
            spans[i, j] = part
    if not spans:
        return [one]
    seen = dict(zip(spans, look(list(spans.values())), strict=True))
    best: dict[int, tuple[float, list[Look]]] = {0: (0.0, [])}
    for j in range(1, len(cuts)):
        chains = [
            (best[i][0] + np.log(seen[i, j].score + 1e-6), [*best[i][1], seen[i, j]])
            for i in range(j)
            if i in best and (i, j) in seen
        ]
        if chains:
            best[j] = max(chains, key=lambda chain: chain[0])
    chain = best.get(len(cuts) - 1, (0.0, []))[1]
    bars = sum(part.label == 1 for part in chain)  # any letter can be cut into bars: they prove nothing
    if not chain or bars > len(chain) / 2 or min(part.score for part in chain) <= one.score + BETTER:
        return [one]
    return chain


def _like_a_digit(part: Blob, whole: Blob) -> bool:
    _, _, width, height = part.box
    return height > SHORTEST_PART * whole.box[3] and SLIMMEST_PART < width / height < WIDEST_PART
