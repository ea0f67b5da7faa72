"""Corrections by hand: boxes that were moved, added, deleted or given another digit, and the reading they make."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mnist_app.reading.answer import Digit, Reading
from mnist_app.reading.boxes import Box, covered, overlap
from mnist_app.reading.rows import reading_order
from mnist_app.settings import CLASSES, IMAGE_SIZE

SAME = 0.5  # boxes of which one covers more than half of the other mean the same digit


@dataclass(frozen=True)
class Mark:
    """A box that a person can change.

    Attributes:
        box: `(x, y, w, h)` in the picture's pixels, and not always inside it.
        digit: what a person says it is, 0 to 9, which counts more than the network's answer; None where nobody did.
    """

    box: tuple[float, float, float, float]
    digit: int | None = None


def mark_reading(reading: Reading) -> list[Mark]:
    """The boxes of a reading, to be corrected."""
    return [Mark(digit.box) for digit in reading.digits]


def boxes_of(marks: Iterable[Mark], shape: tuple[int, ...]) -> list[Box]:
    """Marks as whole pixels of a picture of that shape, each with at least one pixel inside it."""
    height, width = shape[:2]
    boxes = []
    for mark in marks:
        x, y, w, h = (round(value) for value in mark.box)
        left, top = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
        boxes.append((left, top, max(1, min(x + w, width) - left), max(1, min(y + h, height) - top)))
    return boxes


def digit_in(box: Box, digits: Sequence[Digit]) -> Digit | None:
    """The digit that lies in a box; None where none does."""
    place = _place(digits, box)
    return None if place is None else digits[place]


def apply_typed(marks: Sequence[Mark], boxes: Sequence[Box], reading: Reading) -> Reading:
    """Put typed digits in the place of the network's answers.

    Returns:
        The reading in new rows; a typed box in which nothing was read has a digit too, and is rejected no longer.
    """
    digits, rejected = list(reading.digits), list(reading.rejected)
    for mark, box in zip(marks, boxes, strict=True):
        if mark.digit is None:
            continue
        place = _place(digits, box)
        if place is None:
            digits.append(_unseen(box, mark.digit))
            rejected = [blob for blob in rejected if covered(blob.box, box) <= SAME]
        else:
            confidence = float(digits[place].probabilities[mark.digit])
            digits[place] = replace(digits[place], label=mark.digit, confidence=confidence, state="typed")
    rows = reading_order([digit.box for digit in digits])
    return replace(reading, rows=tuple(tuple(digits[i] for i in row) for row in rows), rejected=tuple(rejected))


def typed_digits(marks: Sequence[Mark], boxes: Sequence[Box], reading: Reading) -> list[tuple[Digit, int]]:
    """The digits that a person typed, as the network reads them, each with what the person says it is."""
    found = [(mark.digit, digit_in(box, reading.digits)) for mark, box in zip(marks, boxes, strict=True)]
    return [(digit, typed) for typed, digit in found if digit is not None and typed is not None]


def _place(digits: Sequence[Digit], box: Box) -> int | None:
    shares = [overlap(digit.box, box) if covered(digit.box, box) > SAME else 0 for digit in digits]
    return int(np.argmax(shares)) if max(shares, default=0) > 0 else None


def _unseen(box: Box, label: int) -> Digit:
    """A digit that a person sees where the network sees none: every label was as likely."""
    return Digit(
        label=label,
        confidence=1 / CLASSES,
        box=box,
        probabilities=np.full(CLASSES, 1 / CLASSES, np.float32),
        features=np.zeros(0, np.float32),
        ink=np.zeros((0, 0), np.uint8),
        image=np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8),
        state="typed",
    )
