"""Group boxes into rows of text and put them in reading order."""

import numpy as np

from mnist_app.reading.boxes import Box

SAME_ROW = 0.25  # of the lower box's height must lie beside its neighbour


def reading_order(boxes: list[Box]) -> list[list[int]]:
    """Sort boxes into rows from top to bottom, each from left to right.

    From left to right, every box joins the row whose nearest members it lies beside, so a row may climb or fall
    along the page; a box that lies beside none starts a row of its own. (Text line grouping by nearest neighbours,
    after Likforman-Sulem, Zahour and Taconet 2007.)

    Args:
        boxes: `(x, y, w, h)` each.

    Returns:
        Indices into `boxes`, one list a row.
    """
    rows: list[list[int]] = []
    for i in sorted(range(len(boxes)), key=lambda i: boxes[i][0] + boxes[i][2] / 2):
        beside = [(_beside(boxes[i], [boxes[j] for j in row[-3:]]), row) for row in rows]
        best = max(beside, key=lambda pair: pair[0], default=(0.0, []))
        if best[0] >= SAME_ROW:
            best[1].append(i)
        else:
            rows.append([i])
    return sorted(rows, key=lambda row: np.mean([boxes[i][1] + boxes[i][3] / 2 for i in row]))


def _beside(box: Box, members: list[Box]) -> float:
    """How much of the lower one's height two neighbours share, at best; nearer members count more."""
    shares = []
    for age, member in enumerate(reversed(members)):
        shared = min(box[1] + box[3], member[1] + member[3]) - max(box[1], member[1])
        shares.append(shared / min(box[3], member[3]) * 0.9**age)
    return max(shares)
