"""One person's digits beside MNIST's: which are misread, and what is unusual about the hand."""

from dataclasses import dataclass

import numpy as np

from mnist_app.insight.slices import properties
from mnist_app.metrics import confused_pairs, confusion
from mnist_app.settings import CLASSES

FEW = 2  # digits of a class below which nothing is said about it
UNUSUAL = 1.0  # standard deviations of MNIST's digits beyond which a property is worth a sentence
SENTENCES = 3  # at most, of each kind
TINY = 1e-6  # keeps what never varies from dividing by 0
WORDS = {  # of a property that is smaller, and larger, than MNIST's
    "stroke width": ("thinner strokes", "thicker strokes"),
    "slant": ("leans further to the left", "leans further to the right"),
    "height": ("is lower", "is higher"),
    "width": ("is narrower", "is wider"),
}


@dataclass(frozen=True)
class Manner:
    """How digits of one class are written.

    Attributes:
        count: how many there are.
        mean: `(28, 28)` uint8, their mean.
        values: mean and standard deviation of each of `WORDS`.
    """

    count: int
    mean: np.ndarray
    values: dict[str, tuple[float, float]]


def describe(images: np.ndarray, labels: np.ndarray) -> dict[int, Manner]:
    """How each class is written; those of which there are fewer than two are left out.

    Args:
        images: `(n, 28, 28)` uint8.
        labels: `(n,)`, 0 to 9.
    """
    found = {}
    for digit in range(CLASSES):
        part = images[labels == digit]
        if len(part) >= FEW:
            measured = properties(part)
            values = {name: (float(measured[name].mean()), float(measured[name].std())) for name in WORDS}
            found[digit] = Manner(len(part), np.rint(part.mean(axis=0)).astype(np.uint8), values)
    return found


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


def say_unusual(mine: dict[int, Manner], usual: dict[int, Manner]) -> list[str]:
    """Sentences on what differs most from the usual, measured in its standard deviations.

    Args:
        mine: of one person, from `describe`.
        usual: of MNIST, with all classes of `mine`.
    """
    found = []
    for digit, manner in mine.items():
        for name, (value, _) in manner.values.items():
            mean, spread = usual[digit].values[name]
            distance = (value - mean) / max(spread, TINY)
            if abs(distance) > UNUSUAL:
                found.append((abs(distance), digit, WORDS[name][distance > 0]))
    return [_sentence(digit, words) for _, digit, words in sorted(found, reverse=True)[:SENTENCES]]


def _sentence(digit: int, words: str) -> str:
    verb = "has " if words.endswith("strokes") else ""
    return f"Your {digit} {verb}{words} than MNIST's."
