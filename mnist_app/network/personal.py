"""A network learns one person's hand: a few numbers are added to its scores, and it goes on reading everything else.

The features stay as they are. What is added is linear in them, fitted in closed form to the person's digits beside
digits of MNIST whose scores are to stay, so it takes milliseconds and works for any network, also where the features
are not what its last layer sees. Misread digits are to win by a margin; a gate says whether that reads the person's
digits better and still reads MNIST's. NumPy and SciPy alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from threadpoolctl import threadpool_limits

from mnist_app.digits.datasets import load_mnist
from mnist_app.network.classifier import Classifier, Outputs, softmax
from mnist_app.network.model_store import StoredModel
from mnist_app.settings import CLASSES, DATA_FOLDER

REPLAYED = 2000  # of MNIST's training digits, the first ones: their scores are to stay
# Chosen with simulated writers and MNIST's validation digits, see docs/your-hand.md.
MARGIN = 7.0  # by which a taught digit is to win, in logarithms of odds
WEIGHTS = (100.0, 50.0, 25.0, 12.0, 6.0, 3.0, 1.5, 0.7)  # of replayed digits that one taught digit counts as much as
PULL = 100.0  # towards no change; a feature's variance over the replayed digits counts 2,000
MAY_LOSE = 0.0005  # of MNIST's test digits
LEAST_SPREAD = 0.1  # of the features' mean spread: one that hardly ever varies must not count for more
LEAST = 1e-38  # keeps the logarithm of a probability that was rounded to 0 finite


@dataclass(frozen=True)
class Head:
    """What is added to a network's first ten scores: `features @ weights + bias`.

    Attributes:
        weights: `(d, 10)` float32.
        bias: `(10,)` float32.
    """

    weights: np.ndarray
    bias: np.ndarray

    def change(self, features: np.ndarray) -> np.ndarray:
        """The addition for features `(n, d)`, `(n, 10)` float32."""
        return features @ self.weights + self.bias


@dataclass(frozen=True)
class Gate:
    """Whether a head may be used.

    Attributes:
        own: how many digits the person taught.
        own_before, own_after: how many of them are misread: without a head, and each by a head that was taught all
            the others, which is leave-one-out.
        mnist: how many test digits there are.
        mnist_before, mnist_after: how many of them are misread, without and with the head.
    """

    own: int
    own_before: int
    own_after: int
    mnist: int
    mnist_before: int
    mnist_after: int

    @property
    def lost(self) -> float:
        """The share of MNIST's test digits that the head loses; negative where it gains."""
        return (self.mnist_after - self.mnist_before) / self.mnist

    @property
    def keeps(self) -> bool:
        """Whether MNIST's test digits are still read."""
        return self.mnist_after - self.mnist_before <= MAY_LOSE * self.mnist

    @property
    def opens(self) -> bool:
        """Whether the head may be used: the person's digits are read better, and MNIST's still."""
        return self.keeps and self.own_after < self.own_before


@dataclass(frozen=True)
class Memory:
    """What a network is not to forget; worked out once per network.

    Attributes:
        mean, scale: `(d,)` float64, of the replayed digits' features.
        stiffness: `(d + 1, d + 1)` float64, how hard it is to change the scores in each direction.
        features: `(m, d)` float32 of MNIST's test digits.
        scores: `(m, 10)` float32, theirs, up to a constant each, divided by the temperature.
        y_true: `(m,)`, their labels.
        temperature: the network's.
    """

    mean: np.ndarray
    scale: np.ndarray
    stiffness: np.ndarray
    features: np.ndarray
    scores: np.ndarray
    y_true: np.ndarray
    temperature: float

    def standardize(self, features: np.ndarray) -> np.ndarray:
        """Features `(n, d)` in units of the replayed digits' spread, and a constant: `(n, d + 1)` float64."""
        return np.column_stack([(features.astype(np.float64) - self.mean) / self.scale, np.ones(len(features))])


def remember(model: StoredModel, classifier: Classifier, data: Path = DATA_FOLDER) -> Memory:
    """Read the replayed digits and fetch what is stored of the test digits.

    Args:
        model: the network's folder.
        classifier: the network itself.
        data: the folder with the four IDX files.

    Raises:
        ValueError: what the model stores are answers to other test digits.
    """
    (x_train, _), (_, y_true) = load_mnist(data)
    y_prob, features = model.test_outputs()
    if len(y_prob) != len(y_true):
        raise ValueError(
            f"{model.name!r} was measured on {len(y_prob)} test digits, but there are {len(y_true)}; run `evaluate`."
        )
    replayed = classifier.predict(x_train[:REPLAYED]).features.astype(np.float64)
    spread = replayed.std(axis=0)
    memory = Memory(
        mean=replayed.mean(axis=0),
        scale=np.maximum(spread, LEAST_SPREAD * spread.mean()),
        stiffness=np.empty(0),
        features=features,
        scores=np.log(np.maximum(y_prob, LEAST)),
        y_true=y_true,
        temperature=classifier.calibration.temperature,
    )
    known = memory.standardize(replayed)
    return replace(memory, stiffness=known.T @ known + PULL * np.eye(known.shape[1]))


def adapt(memory: Memory, features: np.ndarray, scores: np.ndarray, labels: np.ndarray) -> tuple[Head, Gate]:
    """Fit a head to a person's digits: the one with the greatest weight for which the gate opens.

    Args:
        memory: of the network.
        features: `(n, d)` of the person's digits, n at least 1.
        scores: `(n, 10 or more)`, theirs, as the network gives them.
        labels: `(n,)` integers 0 to 9, what they are.

    Returns:
        The head and what the gate says of it, which decides whether it may be used. Where the gate opens for none, the
        one with the greatest weight that keeps MNIST, or else the one with the least weight.

    Raises:
        ValueError: the arrays do not belong together, or a label is no digit.
    """
    _check(memory, features, scores, labels)
    fallback: tuple[Head, Gate] | None = None
    with threadpool_limits(1, "blas"):  # on a few hundred rows, threads that wait for a busy core cost a second
        for head, gate in _teach(memory, features, scores[:, :CLASSES] / memory.temperature, labels):
            if gate.opens or (gate.keeps and not gate.own_before):
                return head, gate
            if not (fallback and fallback[1].keeps):
                fallback = head, gate
    assert fallback is not None  # there are weights
    return fallback


class PersonalClassifier(Classifier):
    """A network with a head on top; whether a mark is a digit at all is decided as without."""

    def __init__(self, classifier: Classifier, head: Head) -> None:
        """Put the head on.

        Args:
            classifier: the network, which is shared and can still be asked by itself.
            head: what is added to its scores.
        """
        self.calibration, self.digit_test = classifier.calibration, classifier.digit_test
        self._network = classifier._network
        self.head = head

    def predict(self, images: np.ndarray, *, maps: bool = False) -> Outputs:
        """Classify images as `Classifier.predict`, with the head's addition in `scores` and `y_prob`."""
        outputs = super().predict(images, maps=maps)
        scores = outputs.scores.copy()
        scores[:, :CLASSES] += self.head.change(outputs.features)
        return replace(outputs, scores=scores, y_prob=softmax(scores[:, :CLASSES] / self.calibration.temperature))


def needed_changes(scores: np.ndarray, labels: np.ndarray, margin: float) -> np.ndarray:
    """The least changes, in squares, after which each label's score exceeds all others by a margin.

    The label's score rises to some height, and every rival that is nearer to it than the margin comes down to there.

    Args:
        scores: `(n, 10)`.
        labels: `(n,)`.
        margin: in the scores' unit.

    Returns:
        `(n, 10)` float64; zeros where the label wins by the margin already.
    """
    rows, own = np.arange(len(labels)), np.take_along_axis(scores, labels[:, np.newaxis], axis=1)
    rivals = scores.astype(np.float64)
    rivals[rows, labels] = -np.inf
    nearest = -np.sort(-rivals, axis=1)[:, :-1] + margin
    heights = np.column_stack([own, (own + np.cumsum(nearest, axis=1)) / np.arange(2, scores.shape[1] + 1)])
    height = heights[rows, (nearest > heights[:, :-1]).sum(axis=1)]  # of the label, once so many rivals come down
    changes = np.minimum(0, height[:, np.newaxis] - margin - scores)
    changes[rows, labels] = height - own[:, 0]
    return changes


def _teach(memory: Memory, features: np.ndarray, scores: np.ndarray, labels: np.ndarray) -> Iterator[tuple[Head, Gate]]:
    """Fit a head for each weight, the greatest first, by ridge regression on the changes that are needed.

    How a digit is read by a head that was taught all others follows from the one fit: leaving a digit out divides its
    residual by 1 - leverage (Allen 1974, PRESS). Scores are divided by the temperature.
    """
    own, needed = memory.standardize(features), needed_changes(scores, labels, MARGIN)
    own_before = int((scores.argmax(axis=1) != labels).sum())
    mnist_before = int((memory.scores.argmax(axis=1) != memory.y_true).sum())
    for weight in WEIGHTS:
        factor = cho_factor(memory.stiffness + weight * own.T @ own, lower=True)
        solved = cho_solve(factor, weight * own.T @ needed)
        leverage = weight * (solve_triangular(factor[0], own.T, lower=True) ** 2).sum(axis=0)
        left_out = needed - (needed - own @ solved) / (1 - leverage)[:, np.newaxis]
        weights = (solved[:-1] / memory.scale[:, np.newaxis]).astype(np.float32)
        bias = (solved[-1] - (memory.mean / memory.scale) @ solved[:-1]).astype(np.float32)
        mnist = memory.scores + memory.features @ weights + bias
        gate = Gate(
            own=len(labels),
            own_before=own_before,
            own_after=int(((scores + left_out).argmax(axis=1) != labels).sum()),
            mnist=len(mnist),
            mnist_before=mnist_before,
            mnist_after=int((mnist.argmax(axis=1) != memory.y_true).sum()),
        )
        yield Head(memory.temperature * weights, memory.temperature * bias), gate


def _check(memory: Memory, features: np.ndarray, scores: np.ndarray, labels: np.ndarray) -> None:
    size = len(memory.mean)
    if features.ndim != 2 or not len(features) or features.shape[1] != size:
        raise ValueError(f"features must be (n, {size}) with n at least 1, not {features.shape}.")
    if scores.ndim != 2 or len(scores) != len(features) or scores.shape[1] < CLASSES:
        raise ValueError(f"scores must be ({len(features)}, 10) or wider, as the features are, not {scores.shape}.")
    if labels.shape != (len(features),) or not np.isin(labels, range(CLASSES)).all():
        raise ValueError(f"labels must be {len(features)} integers from 0 to 9, as the features are.")
