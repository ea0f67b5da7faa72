"""How sure it is that ink is one whole digit: first by itself, then in the company of the page's other marks.

By itself: a small dense network, the judge, on the detector's maps and the classifier's own evidence. In company: a
logistic regression on the judge's odds and on what the marks around are, since a letter in a word differs from a digit
in a number only by its neighbours. Both are fitted on generated pages by `detecting.fitting`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_app.detecting.candidates import Candidate
from mnist_app.detecting.detector import Level, centre_of, look_up
from mnist_app.detecting.score import LIMIT, Score
from mnist_app.digits.kinds import Kind
from mnist_app.grouping import Look
from mnist_app.segmentation import Blob

ALIKE = 0.4  # a mark at least that large beside another one is its company
THIN, THICK = np.log(0.05), np.log(0.16)  # pens of most digits, as shares of the digits' size
NEAR = 3.0  # marks nearer than that many times the larger one's size are neighbours
SEEN = ("digit near", "digit far", "letter", "print", "drawing", "picture", "picture far", "heat", "size error")
FORM = (
    "slender", "wide", "cut off", "foreign ink", "part of a piece", "several pieces", "hair line", "thick", "full",
)  # fmt: skip
READ = ("digit test", "confidence", "one")
FEATURES = 64  # of the detector, near and far
COMPANY = (
    "alone", "marks", "company", "neighbours", "has neighbours", "letters", "print", "drawings", "picture",
    "whole picture", "larger", "smaller", "fainter", "single", "odds of a single one",
)  # fmt: skip


def logit(probability: float | np.ndarray) -> float | np.ndarray:
    """Logarithm of the odds, from -12 to 12."""
    probability = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.clip(np.log(probability / (1 - probability)), -LIMIT, LIMIT)


@dataclass(frozen=True, eq=False)
class Seen:
    """What the detector and the ink's form say of n candidates.

    Attributes:
        values: `(n, 18)` float64 in the order of `SEEN` and `FORM`.
        kinds: `(n, 6)`, the probabilities of each kind.
        features: `(n, 64)`, what the detector's last layer sees.
    """

    values: np.ndarray
    kinds: np.ndarray
    features: np.ndarray

    def __add__(self, other: "Seen") -> "Seen":
        return Seen(*(np.concatenate([vars(self)[name], vars(other)[name]]) for name in vars(self)))


def see(candidates: Sequence[Candidate], mask: np.ndarray, levels: list[Level]) -> Seen:
    """What the detector and the ink's form say of candidates.

    Args:
        candidates: n of them.
        mask: `(h, w)` bool, all ink.
        levels: of the same picture.
    """
    rows, inks = [], []
    for candidate in candidates:
        blob = candidate.blob
        ink = look_up(levels, blob)
        near, far = ink.near, ink.far
        heat, error = centre_of(levels, blob)
        x, y, w, h = blob.box
        foreign = 1 - blob.area / max(np.count_nonzero(mask[y : y + h, x : x + w]), 1)
        aspect, pen = np.log(w / h), np.log(max(blob.stroke, 1) / blob.size)
        rows.append(
            (
                logit(near[Kind.DIGIT]),
                logit(far[Kind.DIGIT]),
                near[Kind.LETTER],
                near[Kind.PRINT],
                near[Kind.DRAWING],
                near[Kind.PICTURE],
                far[Kind.PICTURE],
                logit(heat),
                min(error, 3.0),
                max(-aspect - 1, 0),
                max(aspect, 0),
                float(blob.sides(mask.shape) > 0),
                foreign,
                float(not candidate.whole),
                float(candidate.several),
                max(THIN - pen, 0),
                max(pen - THICK, 0),
                blob.area / (w * h),
            )
        )
        inks.append(ink)
    return Seen(
        np.array(rows).reshape(-1, len(SEEN) + len(FORM)),
        np.array([ink.near for ink in inks]).reshape(-1, len(Kind) - 1),
        np.array([ink.features for ink in inks]).reshape(-1, FEATURES),
    )


def evidence(seen: Seen, chosen: np.ndarray, looks: Sequence[Look]) -> np.ndarray:
    """All that the judge weighs of the chosen candidates: `(n, 21 + 64 + d)`, d the classifier's features.

    Args:
        seen: of all candidates.
        chosen: indices of those that the classifier was asked about.
        looks: what it said.
    """
    shapes = np.array([look.features for look in looks])
    return np.concatenate([seen.values[chosen], read(looks), seen.features[chosen], shapes], axis=1)


def read(looks: Sequence[Look]) -> np.ndarray:
    """What the classifier says of candidates, `(n, 3)` in the order of `READ`."""
    return np.array(
        [(logit(look.digit_prob), logit(float(look.y_prob.max())), float(look.label == 1)) for look in looks]
    ).reshape(-1, len(READ))


@dataclass(frozen=True, eq=False)
class Marks:
    """All marks of a page: what has the form of a digit, then the rest.

    Attributes:
        looks: what the classifier says of the first n.
        blobs: all m marks.
        seen: what the detector says of them.
    """

    looks: list[Look]
    blobs: list[Blob]
    seen: Seen

    @classmethod
    def of(cls, looks: list[Look], left: list[Blob], mask: np.ndarray, levels: list[Level]) -> "Marks":
        """Look up what the detector says of looks and of the ink that is left."""
        blobs = [*(look.blob for look in looks), *left]
        return cls(looks, blobs, see([Candidate(blob) for blob in blobs], mask, levels))


def odds_of(marks: Marks, levels: list[Level], score: Score) -> np.ndarray:
    """Logarithms of the odds, `(n,)`, that each look is a digit, in the company of all marks."""
    if not marks.looks:
        return np.zeros(0)
    return score.company.odds(keep_company(marks, levels, score))


def keep_company(marks: Marks, levels: list[Level], score: Score) -> np.ndarray:
    """What the other marks of a page say of each look.

    What counts as a mark is weighed: ink that is paper to the detector, such as lines, specks and shadows, does not.

    Returns:
        `(n, 15)` in the order of `COMPANY`, the judge's odds first.
    """
    n = len(marks.looks)
    odds = score.judge.odds(evidence(marks.seen, np.arange(n), marks.looks))
    boxes = np.array([blob.box for blob in marks.blobs], float)
    strengths = np.array([look.strength for look in marks.looks])
    kinds = marks.seen.kinds
    sizes = boxes[:, 2:].max(axis=1)
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    digit = np.zeros(len(boxes))
    digit[:n] = 1 / (1 + np.exp(-odds))
    weight = np.maximum(1 - kinds[:, Kind.PAPER], digit)
    likely = odds > 0
    usual = np.median(sizes[:n][likely] if likely.any() else sizes[:n])
    darkest = max((strengths[likely] if likely.any() else strengths).max(), 1.0)
    whole = float(levels[-1].kinds[..., Kind.PICTURE].mean()) if levels else 0.0
    rows = []
    for i in range(n):
        alike = weight * (sizes >= ALIKE * sizes[i])
        alike[i] = 0
        away = np.abs(centres - centres[i]).max(axis=1) / np.maximum(sizes, sizes[i])
        beside = alike * (away < NEAR)
        total, near = alike.sum(), beside.sum()
        mean = (alike @ kinds) / max(total, 1e-6) if total else np.zeros(kinds.shape[1])
        rows.append(
            (
                odds[i],
                np.log1p(total),
                _share(alike @ digit, total),
                _share(beside @ digit, near),
                float(near > 0.5),
                mean[Kind.LETTER],
                mean[Kind.PRINT],
                mean[Kind.DRAWING],
                mean[Kind.PICTURE],
                whole,
                max(np.log(sizes[i] / usual), 0),
                max(np.log(usual / sizes[i]), 0),
                max(1 - strengths[i] / darkest, 0),
                float(total < 0.5),
                odds[i] * float(total < 0.5),
            )
        )
    return np.array(rows).reshape(-1, len(COMPANY))


def _share(kept: float, total: float) -> float:
    """Logarithm of the odds that a mark of the company is a digit; 0 where there is none."""
    return float(np.log((kept + 0.5) / (max(total - kept, 0) + 0.5)))
