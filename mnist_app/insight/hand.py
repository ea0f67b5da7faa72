"""One person's digits beside MNIST's: which are misread, and what is unusual about the hand."""

from dataclasses import dataclass

import numpy as np

from mnist_app.insight.slices import properties
from mnist_app.metrics import confused_pairs, confusion
from mnist_app.settings import CLASSES

FEW = 2  # digits of a class below which nothing is said about it
UNUSUAL = 1.0  # standard deviations of MNIST's digits beyond which a property is worth a sentence
SENTENCES = 3  # at most, of each kind
WORDS = {  # of a property that is smaller, and larger, than MNIST's
    "stroke width": ("thinner strokes", "thicker strokes"),
    "slant": ("leans further to the left", "leans further to the right"),
    "height": ("is lower", "is higher"),
    "width": ("is narrower", "is wider"),
}


@dataclass(frozen=True)
class Comparison:
    """One class of a person's digits beside MNIST's of the same class.

    Attributes:
        digit: the class.
        count: how many the person wrote.
        mine, usual: `(28, 28)` uint8, the mean of the person's and of MNIST's.
        values: of each of `WORDS`, the person's mean, MNIST's mean and MNIST's standard deviation.
    """

    digit: int
    count: int
    mine: np.ndarray
    usual: np.ndarray
    values: dict[str, tuple[float, float, float]]


def compare_hand(
    images: np.ndarray, labels: np.ndarray, usual: np.ndarray, usual_labels: np.ndarray
) -> list[Comparison]:
    """Compare a person's digits with MNIST's, class by class; classes of which there are fewer than two are left out.

    Args:
        images: `(n, 28, 28)` uint8, the person's.
        labels: `(n,)`, 0 to 9.
        usual: `(m, 28, 28)` uint8, MNIST's.
        usual_labels: `(m,)`.
    """
    compared = []
    for digit in range(CLASSES):
        mine, theirs = images[labels == digit], usual[usual_labels == digit]
        if len(mine) < FEW:
            continue
        own, other = properties(mine), properties(theirs)
        values = {
            name: (float(own[name].mean()), float(other[name].mean()), float(other[name].std())) for name in WORDS
        }
        compared.append(Comparison(digit, len(mine), _mean(mine), _mean(theirs), values))
    return compared


def say_misread(labels: np.ndarray, read: np.ndarray) -> list[str]:
    """Sentences such as "Your 1 is read as 7 in 4 of 9." for the pairs that are confused most often.

    Args:
        labels: `(n,)`, 0 to 9.
        read: `(n,)`, what was read, 0 to 9.
    """
    pairs = confused_pairs(confusion(labels, read), SENTENCES)
    written = np.bincount(labels, minlength=CLASSES)
    return [
        f"Your {pair['true']} is read as {pair['predicted']} in {pair['count']} of {written[pair['true']]}."
        for pair in pairs
    ]


def say_unusual(compared: list[Comparison]) -> list[str]:
    """Sentences on what differs most from MNIST's digits, measured in MNIST's standard deviations."""
    found = []
    for one in compared:
        for name, (mine, usual, spread) in one.values.items():
            distance = (mine - usual) / max(spread, 1e-6)
            if abs(distance) > UNUSUAL:
                found.append((abs(distance), one.digit, WORDS[name][distance > 0]))
    return [_sentence(digit, words) for _, digit, words in sorted(found, reverse=True)[:SENTENCES]]


def _sentence(digit: int, words: str) -> str:
    verb = "has " if words.endswith("strokes") else ""
    return f"Your {digit} {verb}{words} than MNIST's."


def _mean(images: np.ndarray) -> np.ndarray:
    return np.rint(images.mean(axis=0)).astype(np.uint8)
