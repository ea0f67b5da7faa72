"""The pieces of a page's ink, and what the network says of any of them."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from mnist_app.digits.frame import lift_ink
from mnist_app.network.classifier import Classifier
from mnist_app.reading.boxes import Box
from mnist_app.reading.ink import paper_levels
from mnist_app.reading.lines import remove_lines
from mnist_app.reading.segmentation import Blob, find_pieces
from mnist_app.reading.steps import DIGIT_STEPS, IMAGE, MASK, STRENGTH, run_steps

LINES = "line_removal"


@dataclass(frozen=True, eq=False)
class Look:
    """What the network says of one blob.

    Attributes:
        blob: the ink.
        ink: `(h, w)` uint8, its ink alone.
        image: `(28, 28)` uint8, what the network was given.
        y_prob: `(10,)` float32.
        features: `(d,)` float32.
        digit_prob: the probability that it is a digit at all.
        strength: how dark its ink is, 0 to 255.
    """

    blob: Blob
    ink: np.ndarray
    image: np.ndarray
    y_prob: np.ndarray
    features: np.ndarray
    digit_prob: float
    strength: float

    @property
    def label(self) -> int:
        return int(self.y_prob.argmax())


Looker = Callable[[list[Blob]], list[Look]]


def looker(strength: np.ndarray, classifier: Classifier, without: frozenset[str] = frozenset()) -> Looker:
    """Return the function that shows the ink of blobs to the network."""
    paper, _ = paper_levels(strength)

    def look(blobs: list[Blob]) -> list[Look]:
        if not blobs:
            return []
        parts = [strength[y : y + h, x : x + w] for x, y, w, h in (blob.box for blob in blobs)]
        inks = [lift_ink(part, blob.mask, paper) for part, blob in zip(parts, blobs, strict=True)]
        images = [run_steps(DIGIT_STEPS, ink, without)[IMAGE] for ink in inks]
        outputs = classifier.predict(np.stack(images))
        return [
            Look(
                blob,
                inks[i],
                images[i],
                outputs.y_prob[i],
                outputs.features[i],
                digit_prob=float(outputs.digit_prob[i]),
                strength=cv2.mean(parts[i], blob.mask.view(np.uint8))[0] - paper,
            )
            for i, blob in enumerate(blobs)
        ]

    return look


def find_ink(made: dict[str, np.ndarray], without: frozenset[str] = frozenset()) -> tuple[list[Blob], list[Box]]:
    """The pieces of a page's ink without ruled lines, and the lines' boxes, in pixels of the ink mask.

    Args:
        made: what `PICTURE_STEPS` make of the page.
        without: `LINES` among them leaves the lines where they are.
    """
    mask, grey = made[MASK], made[STRENGTH]
    faint = grey > paper_levels(grey)[1]
    mask, lines = (mask, []) if LINES in without else remove_lines(mask, faint)
    return find_pieces(mask), lines
