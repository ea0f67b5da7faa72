"""Which candidates are the digits of a page: the surest first, each piece of ink once."""

import numpy as np

SAME_INK = 0.35  # share of the smaller of two candidates from which on only one of them can be a digit


def choose(odds: np.ndarray, overlap: np.ndarray, threshold: float) -> list[int]:
    """Choose candidates that do not share ink, from the surest on.

    Args:
        odds: `(n,)`, logarithms.
        overlap: `(n, n)`, which share of the smaller of two candidates both hold.
        threshold: of the odds, at or below which a candidate is no digit.
    """
    chosen: list[int] = []
    for i in np.argsort(-odds, kind="stable"):
        if odds[i] <= threshold:
            break
        if not chosen or overlap[i, chosen].max() < SAME_INK:
            chosen.append(int(i))
    return chosen
