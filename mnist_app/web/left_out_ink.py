"""Ink that was left out, as it is shown: grouped by its reason, marks that lie close together as one."""

from collections.abc import Iterable
from itertools import count
from typing import NamedTuple

import numpy as np
from scipy.sparse.csgraph import connected_components

from mnist_app.reading.answer import Rejected
from mnist_app.reading.boxes import Box
from mnist_app.reading.left_out import LINE

FEW = 6  # places for one reason, up to which each has a letter


class LeftOut(NamedTuple):
    """What was left out for one reason: the boxes around marks that lie close together, in the picture's pixels.

    Where there are more than `FEW`, they have no letters.
    """

    reason: str
    boxes: list[Box]
    letters: list[str]


def group_left_out(rejected: Iterable[Rejected]) -> list[LeftOut]:
    """Group what was left out by its reason; the letters of a word, say, get one box.

    Ruled lines and those of a table are not told of: nobody takes them for digits.
    """
    boxes: dict[str, list[Box]] = {}
    for blob in rejected:
        if blob.reason != LINE:
            boxes.setdefault(blob.reason, []).append(blob.box)
    names = map(letter, count())
    groups = [(reason, _join(marks)) for reason, marks in boxes.items()]
    return [
        LeftOut(reason, joined, [next(names) for _ in joined] if len(joined) <= FEW else [])
        for reason, joined in groups
    ]


def letter(place: int) -> str:
    """What something left out is called, in the picture and beside it: a, b, c, after z a2, b2."""
    return chr(ord("a") + place % 26) + (str(place // 26 + 1) if place >= 26 else "")


def _join(boxes: list[Box]) -> list[Box]:
    """Join boxes that are less far apart than half of the height that is usual among them."""
    corners = np.array([(x, y, x + w, y + h) for x, y, w, h in boxes])
    low, high = corners[:, :2], corners[:, 2:]
    apart = (low[:, np.newaxis] - high).max(axis=2)
    near = np.maximum(apart, apart.T) <= np.median(high[:, 1] - low[:, 1]) / 2
    groups, group = connected_components(near, directed=False)
    joined = []
    for i in range(groups):
        (x, y), (right, bottom) = low[group == i].min(axis=0).tolist(), high[group == i].max(axis=0).tolist()
        joined.append((x, y, right - x, bottom - y))
    return joined
