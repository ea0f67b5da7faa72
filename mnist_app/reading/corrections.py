"""Corrections by hand: boxes that were moved, added, deleted or given another digit, and the reading they make."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mnist_app.reading.answer import Digit, Reading
from mnist_app.reading.boxes import Box, covered
from mnist_app.reading.rows import reading_order
from mnist_app.settings import CLASSES, IMAGE_SIZE

UNREAD = "?"  # the label of a box in which the network sees no digit
DIGITS = set("0123456789")
STILL = 0.5  # a box that moved by less than half a pixel did not move
SAME = 0.5  # boxes of which one covers more than half of the other mean the same digit


@dataclass(frozen=True)
class Mark:
    """A box that a person can change.

    Attributes:
        box: `(x, y, w, h)` in the picture's pixels; not rounded, so that a box that stayed is known again.
        label: what its label says: a digit, `UNREAD`, or "" for a box just drawn.
        typed: whether a person wrote the label, which then counts more than the network's answer.
    """

    box: tuple[float, float, float, float]
    label: str = ""
    typed: bool = False


def mark_reading(reading: Reading) -> list[Mark]:
    """The boxes of a reading, to be corrected."""
    return [Mark(digit.box, str(digit.label)) for digit in reading.digits]


def follow(before: Sequence[Mark], after: Iterable[Mark]) -> list[Mark]:
    """Find out which labels a person typed, from the marks before and after a change.

    A canvas gives its boxes no names. One that stayed is known by its place, one that moved by its label; whatever has
    another label at the same place was typed.
    """
    rest = list(before)
    pairs = [(mark, _take(rest, [_still(old, mark) for old in rest])) for mark in after]
    found = []
    for mark, stayed in pairs:
        old = stayed or _take(rest, [old.label == mark.label for old in rest])
        typed = mark.label in DIGITS and (old is None or old.typed or mark.label != old.label)
        found.append(replace(mark, box=stayed.box if stayed else mark.box, typed=typed))
    return found


def boxes_of(marks: Iterable[Mark], shape: tuple[int, ...]) -> list[Box]:
    """Marks as whole pixels of a picture of that shape, each with at least one pixel inside it."""
    height, width = shape[:2]
    boxes = []
    for mark in marks:
        x, y, w, h = (round(value) for value in mark.box)
        left, top = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
        boxes.append((left, top, max(1, min(x + w, width) - left), max(1, min(y + h, height) - top)))
    return boxes


def label_marks(marks: Sequence[Mark], boxes: Sequence[Box], reading: Reading) -> list[Mark]:
    """Write the network's new answers on the marks whose label nobody typed."""
    fresh = []
    for mark, box in zip(marks, boxes, strict=True):
        place = _place(reading.digits, box)
        label = UNREAD if place is None else str(reading.digits[place].label)
        fresh.append(mark if mark.typed else replace(mark, label=label))
    return fresh


def apply_typed(marks: Sequence[Mark], boxes: Sequence[Box], reading: Reading) -> Reading:
    """Put typed digits in the place of the network's answers.

    Returns:
        The reading in new rows; a typed box in which nothing was read has a digit too, and is rejected no longer.
    """
    digits, rejected = list(reading.digits), list(reading.rejected)
    for mark, box in zip(marks, boxes, strict=True):
        if not mark.typed:
            continue
        place = _place(digits, box)
        if place is None:
            digits.append(_unseen(box, int(mark.label)))
            rejected = [blob for blob in rejected if covered(blob.box, box) <= SAME]
        else:
            confidence = float(digits[place].probabilities[int(mark.label)])
            digits[place] = replace(digits[place], label=int(mark.label), confidence=confidence, state="sure")
    rows = reading_order([digit.box for digit in digits])
    return replace(reading, rows=tuple(tuple(digits[i] for i in row) for row in rows), rejected=tuple(rejected))


def typed_digits(marks: Sequence[Mark], boxes: Sequence[Box], reading: Reading) -> list[tuple[Digit, int]]:
    """The digits whose label a person typed, as the network reads them, each with what the person says it is."""
    found = [(mark, _place(reading.digits, box)) for mark, box in zip(marks, boxes, strict=True) if mark.typed]
    return [(reading.digits[place], int(mark.label)) for mark, place in found if place is not None]


def _place(digits: Sequence[Digit], box: Box) -> int | None:
    """Place of the digit that lies in a box, None where none does."""
    shares = [covered(digit.box, box) for digit in digits]
    return int(np.argmax(shares)) if max(shares, default=0) > SAME else None


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
        state="sure",
    )


def _still(old: Mark, new: Mark) -> bool:
    return bool(np.abs(np.subtract(old.box, new.box)).max() < STILL)


def _take(marks: list[Mark], fits: list[bool]) -> Mark | None:
    return marks.pop(fits.index(True)) if True in fits else None
