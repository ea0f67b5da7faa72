"""The exam: the test digits and what a network says of them; choose some, put them in order, name them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mnist_app import metrics
from mnist_app.insight import slices
from mnist_app.network.model_store import Version
from mnist_app.settings import CLASSES

ANY = "any"
DIGITS = (ANY, *map(str, range(CLASSES)))
SORTS = {  # name of a value, and whether the largest comes first
    "least self-confidence": ("self-confidence", False),
    "smallest margin": ("margin", False),
    "lowest confidence": ("confidence", False),
    "highest confidence": ("confidence", True),
    "greatest loss": ("loss", True),
    "lowest number": ("number", False),
}
PROPERTIES = ("ink", "stroke width", "slant", "height", "width")
STEPS = {"height": 1.0, "width": 1.0, "ink": 0.01, "stroke width": 0.1, "slant": 1.0}  # of a filter
Range = tuple[float, float]
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """One digit and what a network says of it.

    Attributes:
        image: `(28, 28)` uint8.
        y_prob: `(10,)` probabilities.
        features: `(d,)`.
        true: the label; None for a digit that nobody has labelled.
        number: among the test digits; None for another digit.
    """

    image: np.ndarray
    y_prob: np.ndarray
    features: np.ndarray
    true: int | None = None
    number: int | None = None

    @property
    def read(self) -> int:
        return int(self.y_prob.argmax())

    @property
    def second(self) -> int:
        """The second most probable digit."""
        return int(np.argsort(self.y_prob, kind="stable")[-2])

    @property
    def name(self) -> str:
        return "your digit" if self.number is None else f"test digit number {self.number}"


@dataclass(frozen=True)
class Exam:
    """The test digits with what a network says of them; what follows from that is worked out once.

    Attributes:
        model: the network's name.
        images: `(n, 28, 28)` uint8.
        y_true: `(n,)` labels.
        y_prob: `(n, 10)` probabilities.
        features: `(n, d)`.
        version: of the stored model; with its name it tells an exam from all others.
    """

    model: str
    images: np.ndarray
    y_true: np.ndarray
    y_prob: np.ndarray
    features: np.ndarray
    version: Version = ()

    @cached_property
    def y_pred(self) -> np.ndarray:
        return self.y_prob.argmax(axis=1)

    @cached_property
    def second(self) -> np.ndarray:
        """The second most probable digit of each, `(n,)`."""
        return np.argsort(self.y_prob, axis=1, kind="stable")[:, -2]

    @cached_property
    def right(self) -> np.ndarray:
        return self.y_pred == self.y_true

    @cached_property
    def values(self) -> dict[str, np.ndarray]:
        """What digits can be filtered and ordered by, `(n,)` each: how sure the network is, how they are written."""
        own = metrics.self_confidence(self.y_true, self.y_prob)
        return {
            "confidence": self.y_prob.max(axis=1),
            "margin": metrics.margin(self.y_prob),
            "self-confidence": own,
            "loss": -np.log(np.maximum(own, metrics.TINY)),
            "number": np.arange(len(own)),
        } | slices.properties(self.images)

    @cached_property
    def figures(self) -> dict[str, Any]:
        """What `metrics.summarize` says."""
        return metrics.summarize(self.y_true, self.y_prob)

    @cached_property
    def matrix(self) -> np.ndarray:
        return metrics.confusion(self.y_true, self.y_pred)

    def case(self, number: int) -> Case:
        """The test digit of that number."""
        true = int(self.y_true[number])
        return Case(self.images[number], self.y_prob[number], self.features[number], true, number)

    def typical_errors(self) -> dict[tuple[int, int], int]:
        """For each pair of true and read digit that occurs and differs, the number of its most typical digit.

        That is the one whose features lie nearest to the mean of the pair's.
        """
        found = {}
        for true, predicted in {(int(self.y_true[i]), int(self.y_pred[i])) for i in np.flatnonzero(~self.right)}:
            pair = choose(self, true=true, predicted=predicted)
            distance = np.linalg.norm(self.features[pair] - self.features[pair].mean(axis=0), axis=1)
            found[true, predicted] = int(pair[distance.argmin()])
        return found

    def to_rows(self, found: np.ndarray) -> Rows:
        """One row a digit for a table: number, label, what was read, figures and the ten probabilities."""
        return [
            {"number": int(i), "true": int(self.y_true[i]), "read as": int(self.y_pred[i])}
            | {name: round(float(value[i]), 4) for name, value in self.values.items() if name != "number"}
            | {f"p{digit}": round(float(share), 6) for digit, share in enumerate(self.y_prob[i])}
            for i in found
        ]


def to_digit(name: str) -> int | None:
    """The digit that one of `DIGITS` means; None for any."""
    return None if name == ANY else int(name)


def describe(true: str, predicted: str) -> str:
    """Say in words which digits are meant by two of `DIGITS`."""
    if true == predicted == ANY:
        return "All digits"
    if predicted == ANY:
        return f"Digits that are {true}"
    if true == ANY:
        return f"Digits read as {predicted}"
    return f"Digits that are {true} and were read as {predicted}"


def choose(
    exam: Exam,
    *,
    true: int | None = None,
    predicted: int | None = None,
    second: int | None = None,
    right: bool | None = None,
    ranges: Mapping[str, Range] | None = None,
) -> np.ndarray:
    """Find the digits that pass every filter; a filter that is None lets all pass.

    Args:
        exam: the digits.
        true: the label.
        predicted: what was read.
        second: what it would have been read as next.
        right: whether it was read right.
        ranges: the least and the greatest of `Exam.values` that pass, both included.

    Returns:
        `(k,)` numbers in ascending order.
    """
    chosen = np.ones(len(exam.y_true), bool)
    if true is not None:
        chosen &= exam.y_true == true
    if predicted is not None:
        chosen &= exam.y_pred == predicted
    if second is not None:
        chosen &= exam.second == second
    if right is not None:
        chosen &= exam.right == right
    for name, (low, high) in (ranges or {}).items():
        chosen &= (exam.values[name] >= low) & (exam.values[name] <= high)
    return np.flatnonzero(chosen)


def arrange(exam: Exam, found: np.ndarray, sort: str) -> np.ndarray:
    """Put numbers `(k,)` into one of the orders `SORTS`; among equals the lower number comes first."""
    name, descending = SORTS[sort]
    values = exam.values[name][found]
    return found[np.argsort(-values if descending else values, kind="stable")]


def span(name: str, values: np.ndarray) -> tuple[float, float, float]:
    """Least and greatest value that a filter needs to let all pass, and its step."""
    if name in ("confidence", "margin"):
        return 0.0, 1.0, 0.01
    step = STEPS[name]
    low, high = np.floor(values.min() / step) * step, np.ceil(values.max() / step) * step
    return round(float(low), 2), round(float(high), 2), step
