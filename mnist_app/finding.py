"""Sort a page's ink by form and neighbours into what may be a digit and the rest; say what was wrong with that."""

from dataclasses import dataclass

import cv2
import numpy as np

from mnist_app.classifier import Classifier
from mnist_app.grouping import Look, Looker, join_pieces, split_touching
from mnist_app.ink import lift_ink, paper_levels
from mnist_app.lines import remove_lines
from mnist_app.preprocessing import DIGIT_STEPS, changed_pixels, run_steps
from mnist_app.rejection import reject, reject_background, reject_shapes
from mnist_app.segmentation import Blob, Box, find_pieces

LINES, JOINING, SPLITTING, REJECTION = "Line removal", "Joining", "Splitting", "Rejection"
SWITCHES = (LINES, JOINING, SPLITTING, REJECTION)


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Ink that has not the form of a digit.

    Attributes:
        blob: the ink.
        reason: why, for people.
        look: what the network said of it, where it was asked.
    """

    blob: Blob
    reason: str
    look: Look | None = None


@dataclass(frozen=True, eq=False)
class Found:
    """A page's ink, sorted.

    Attributes:
        looks: what has the form of a digit.
        left: the rest.
        pieces: what both are made of.
        lines: boxes of ruled lines, which belong to neither.
    """

    looks: list[Look]
    left: list[LeftOut]
    pieces: list[Blob]
    lines: list[Box]


def looker(strength: np.ndarray, classifier: Classifier, without: frozenset[str] = frozenset()) -> Looker:
    """Return the function that shows the ink of blobs to the network."""
    paper, _ = paper_levels(strength)

    def look(blobs: list[Blob]) -> list[Look]:
        if not blobs:
            return []
        parts = [strength[y : y + h, x : x + w] for x, y, w, h in (blob.box for blob in blobs)]
        made = [
            run_steps(DIGIT_STEPS, lift_ink(part, blob.mask, paper), without)
            for part, blob in zip(parts, blobs, strict=True)
        ]
        outputs = classifier.predict(np.stack([steps["Centre of mass"] for steps in made]))
        return [
            Look(
                blob,
                made[i],
                outputs.y_prob[i],
                outputs.features[i],
                digit_prob=float(outputs.digit_prob[i]),
                strength=cv2.mean(parts[i], blob.mask.view(np.uint8))[0] - paper,
            )
            for i, blob in enumerate(blobs)
        ]

    return look


def find_digits(
    made: dict[str, np.ndarray], look: Looker, threshold: float, without: frozenset[str] = frozenset()
) -> Found:
    """Sort a page's ink into what has the form of a digit and the rest; boxes are in pixels of the ink mask.

    Args:
        made: what `PICTURE_STEPS` make of the page.
        look: asks the network about blobs.
        threshold: score below which a blob is no digit.
        without: names of `SWITCHES` that are off.
    """
    mask, grey = made["Ink mask"], made["Grey"]
    beyond = changed_pixels(made["Polarity"], made["Page finding"])  # what is no paper
    faint = grey > paper_levels(grey)[1]
    mask, lines = (mask, []) if LINES in without else remove_lines(mask, faint)
    pieces = find_pieces(mask)
    reasons = reject_shapes(pieces, mask.shape)
    left = [LeftOut(pieces[i], reason) for i, reason in reasons.items()]
    looks = look([piece for i, piece in enumerate(pieces) if i not in reasons])

    def leave_out(reasons: dict[int, str]) -> list[Look]:
        left.extend(LeftOut(looks[i].blob, why, looks[i]) for i, why in reasons.items())
        return [one for i, one in enumerate(looks) if i not in reasons]

    looks = leave_out(reject_background(looks, mask.shape, beyond))
    if JOINING not in without:
        looks = join_pieces(looks, look)
    if SPLITTING not in without:
        looks = split_touching(looks, look)
    if REJECTION not in without:
        looks = leave_out(reject(looks, threshold, mask.shape))
    return Found(looks, left, pieces, lines)
