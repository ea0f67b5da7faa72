"""What is known of every candidate of a page, and of those around it: the judge's input."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from mnist_app.digits.generated.kinds import Kind
from mnist_app.reading.detecting.candidates import Candidate
from mnist_app.reading.detecting.detector import UNSEEN, Level, centre_of
from mnist_app.reading.detecting.surroundings import draw_views

LIMIT = 12.0  # logarithms of odds are cut off there
OWN = (
    "digit near", "digit far", "letter", "print", "drawing", "picture", "picture far", "heat", "size error",
    "slenderness", "width", "cut off", "foreign ink", "part of a piece", "several pieces", "pen", "fullness",
    "size in the picture", "size beside likely digits", "strength beside likely digits", "whole picture", "marks",
    "mark", "seen", "digit test", "confidence", "second", "one",
)  # fmt: skip
ODDS = [OWN.index(name) for name in ("digit near", "digit far", "heat", "digit test", "confidence", "second")]
BESIDE = ("right", "below", "away", "larger", "higher", "darker", "same row", "covered", "covering", "likely")
NEIGHBOURS, RIVALS = 12, 6  # how many others are weighed: marks around, and candidates for the same ink
LIKELY = 0.5  # chance of a digit from which on a mark tells how large and dark the page's digits are
RIVAL = 0.3  # share of the smaller box from which on two candidates are rivals


@dataclass(frozen=True, eq=False)
class Others:
    """What is around each of n candidates.

    Attributes:
        index: `(n, k)`, which ones; 0 where there are fewer than k.
        valid: `(n, k)` float32, 1 or 0.
        beside: `(n, k, 10)` float32, how they lie, in the order of `BESIDE`.
    """

    index: np.ndarray
    valid: np.ndarray
    beside: np.ndarray


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of n candidates of a page.

    Attributes:
        own: `(n, len(OWN) + 64 + d)` float32, d the classifier's features.
        kinds: `(n, 6)`, the probabilities of each kind.
        neighbours: marks around.
        rivals: candidates for the same ink.
        mark: `(n,)` float32, 1 for the page's marks, 0 for what is only tried.
        overlap: `(n, n)`, the share of the smaller box that two candidates have in common.
        views: `(n, 32, 32, 3)` uint8, their surroundings.
    """

    own: np.ndarray
    kinds: np.ndarray
    neighbours: Others
    rivals: Others
    mark: np.ndarray
    overlap: np.ndarray
    views: np.ndarray


def logit(probability: float | np.ndarray) -> float | np.ndarray:
    """Logarithm of the odds, from -12 to 12."""
    probability = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.clip(np.log(probability / (1 - probability)), -LIMIT, LIMIT)


def weigh(candidates: Sequence[Candidate], ink: np.ndarray, levels: list[Level] | None) -> Evidence:
    """Collect what is known of candidates.

    Args:
        candidates: at least one, the page's marks first.
        ink: `(h, w)` bool, all ink of the page.
        levels: what the detector says of the picture; None where it was not asked.
    """
    boxes = np.array([one.blob.box for one in candidates], float)
    sizes = boxes[:, 2:].max(axis=1)
    strengths = np.array([one.look.strength for one in candidates])
    marks = np.array([one.mark for one in candidates])
    chance = np.array([_chance(one) for one in candidates])
    likely = marks & (chance > LIKELY)
    usual = np.median(sizes[likely] if likely.any() else sizes)
    darkest = max((strengths[likely] if likely.any() else strengths).max(), 1.0)
    whole = float(levels[-1].kinds[..., Kind.PICTURE].mean()) if levels else 0.0
    left, top, width, height = cv2.boundingRect(ink.view(np.uint8))  # the less is labelled the faster
    inked = np.ascontiguousarray(ink[top : top + height, left : left + width])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(inked.view(np.uint8), connectivity=8)
    rows, kinds, seen = [], [], []
    for i, one in enumerate(candidates):
        blob = one.blob
        near, far = one.seen.near, one.seen.far
        heat, error = centre_of(levels, blob) if levels else (0.5, 0.0)
        x, y, w, h = blob.box
        there = labels[y - top : y - top + h, x - left : x - left + w]
        pieces = np.flatnonzero(np.bincount(there[blob.mask])[1:]) + 1
        rows.append(
            (
                near[Kind.DIGIT],
                far[Kind.DIGIT],
                near[Kind.LETTER],
                near[Kind.PRINT],
                near[Kind.DRAWING],
                near[Kind.PICTURE],
                far[Kind.PICTURE],
                heat,
                min(error, 3.0),
                max(np.log(h / w), 0),
                max(np.log(w / h), 0),
                float(blob.sides(ink.shape) > 0),
                1 - blob.area / max(int(np.count_nonzero(there)), 1),
                1 - min(blob.area / max(stats[pieces, cv2.CC_STAT_AREA].sum(), 1), 1),
                np.log(max(len(pieces), 1)),
                np.log(max(blob.stroke, 1) / blob.size),
                blob.area / (w * h),
                np.log(sizes[i] / max(ink.shape)),
                np.log(sizes[i] / usual),
                strengths[i] / darkest,
                whole,
                np.log1p(marks.sum()),
                float(one.mark),
                float(one.seen is not UNSEEN),
                *_answer(one),
            )
        )
        kinds.append(near)
        seen.append(one.seen.features)
    known = np.array(rows)
    known[:, ODDS] = logit(known[:, ODDS])
    own = np.concatenate([known, np.array(seen), np.array([one.look.features for one in candidates])], axis=1).astype(
        np.float32
    )
    beside, overlap = _beside(boxes, strengths, chance)
    rival = overlap > RIVAL
    np.fill_diagonal(rival, False)
    other = marks[np.newaxis] & (overlap <= RIVAL)
    return Evidence(
        own,
        np.array(kinds),
        _choose(beside, other, NEIGHBOURS),
        _choose(beside, rival, RIVALS),
        marks.astype(np.float32),
        overlap,
        draw_views([one.blob for one in candidates], ink),
    )


def _chance(candidate: Candidate) -> float:
    """How sure detector, or else classifier, is of a digit."""
    if candidate.seen is UNSEEN:
        return candidate.look.digit_prob
    return float(candidate.seen.near[Kind.DIGIT])


def _answer(candidate: Candidate) -> tuple[float, ...]:
    look = candidate.look
    second, best = np.sort(look.y_prob)[-2:]
    return look.digit_prob, float(best), float(second), float(look.label == 1)


def _beside(boxes: np.ndarray, strengths: np.ndarray, chance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How candidates lie to each other, `(n, n, 10)`, and which share of the smaller of two boxes both cover."""
    low, size = boxes[:, :2], boxes[:, 2:]
    high = low + size
    longest = size.max(axis=1)
    step = (low + size / 2)[np.newaxis] - (low + size / 2)[:, np.newaxis]
    scale = np.maximum(longest[:, np.newaxis], longest[np.newaxis])
    common = np.minimum(high[:, np.newaxis], high[np.newaxis]) - np.maximum(low[:, np.newaxis], low[np.newaxis])
    area = size.prod(axis=1)
    shared = np.clip(common, 0, None).prod(axis=2)
    row = np.clip(common[..., 1], 0, None) / np.minimum(size[:, np.newaxis, 1], size[np.newaxis, :, 1])
    strong = np.maximum(strengths, 1)
    beside = np.stack(
        [
            np.clip(step[..., 0] / longest[:, np.newaxis], -6, 6),
            np.clip(step[..., 1] / longest[:, np.newaxis], -6, 6),
            np.clip(np.abs(step).max(axis=2) / scale, 0, 6),
            np.log(longest[np.newaxis] / longest[:, np.newaxis]),
            np.log(size[np.newaxis, :, 1] / size[:, np.newaxis, 1]),
            np.clip(np.log(strong[np.newaxis] / strong[:, np.newaxis]), -2, 2),
            row,
            shared / area[:, np.newaxis],
            shared / area[np.newaxis],
            np.broadcast_to(chance[np.newaxis], row.shape),
        ],
        axis=2,
    )
    return beside.astype(np.float32), shared / np.minimum(area[:, np.newaxis], area[np.newaxis])


def _choose(beside: np.ndarray, allowed: np.ndarray, count: int) -> Others:
    """The nearest of those that are allowed; nearer means relative to the larger one, so that specks matter less."""
    n = len(beside)
    away = np.where(allowed, beside[..., BESIDE.index("away")], np.inf)
    nearest = np.argsort(away, axis=1)[:, :count]
    rows, there = np.arange(n)[:, np.newaxis], np.s_[:, : nearest.shape[1]]
    index, valid = np.zeros((n, count), np.int32), np.zeros((n, count), np.float32)
    valid[there] = np.isfinite(away[rows, nearest])
    index[there] = np.where(valid[there], nearest, 0)
    return Others(index, valid, beside[rows, index] * valid[..., np.newaxis])
