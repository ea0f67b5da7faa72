"""Figures of merit: pure functions of `(y_true, y_prob)` or `(y_true, y_pred)`.

scikit-learn takes 100 MB with what it needs: it is imported where it is used, so that whoever only draws goes without.
"""

from typing import NamedTuple

import numpy as np

from mnist_app.settings import CLASSES
from mnist_app.tables import Row

DIGITS = np.arange(CLASSES)
BINS = 15
TINY = 1e-12  # keeps the logarithm of a probability that was rounded to 0 finite


class Interval(NamedTuple):
    """A share with the bounds between which the true one lies with 95 % confidence."""

    value: float
    low: float
    high: float


class Bin(NamedTuple):
    """One bin of a reliability diagram: mean confidence, share read right, and how many images it holds."""

    confidence: float
    accuracy: float
    size: int


def margin(y_prob: np.ndarray) -> np.ndarray:
    """Best probability minus second best, `(n,)`."""
    second, best = np.sort(y_prob, axis=1)[:, -2:].T
    return best - second


def self_confidence(y_true: np.ndarray, y_prob: np.ndarray) -> np.ndarray:
    """Probability that the network gives to the true label, `(n,)`."""
    return y_prob[np.arange(len(y_true)), y_true]


def wilson_interval(right: int, total: int, z: float = 1.96) -> Interval:
    """Share of `right` in `total` with its 95 % interval (Wilson 1927); 0 to 1 where `total` is 0."""
    if not total:
        return Interval(float("nan"), 0.0, 1.0)
    share, spread = right / total, z * z / total
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * np.sqrt(share * (1 - share) / total + spread / total / 4)
    return Interval(share, max(0.0, float(centre - half)), min(1.0, float(centre + half)))


def confusion(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    """Confusion matrix `(10, 10)`: rows are true digits, columns predicted ones."""
    from sklearn.metrics import confusion_matrix

    return confusion_matrix(y_true, y_pred, labels=DIGITS)


def confused_pairs(matrix: np.ndarray, most: int = 10) -> list[Row]:
    """List the pairs of true and predicted digit that are confused most often, with their share of the true digit."""
    wrong = matrix * (1 - np.eye(len(matrix), dtype=matrix.dtype))
    pairs = [(int(i) // len(matrix), int(i) % len(matrix)) for i in np.argsort(-wrong, axis=None, kind="stable")]
    return [
        {"true": t, "predicted": p, "count": int(wrong[t, p]), "share": float(wrong[t, p] / matrix[t].sum())}
        for t, p in pairs[:most]
        if wrong[t, p]
    ]


def per_class(y_true: np.ndarray, y_pred: np.ndarray) -> list[dict[str, float]]:
    """Precision, recall, F1 and support of each digit, as a list of ten rows; 0 where a figure is undefined."""
    from sklearn.metrics import precision_recall_fscore_support

    figures = precision_recall_fscore_support(y_true, y_pred, labels=DIGITS, zero_division=0)
    return [
        {"digit": int(digit), "precision": float(p), "recall": float(r), "f1": float(f), "support": int(s)}
        for digit, p, r, f, s in zip(DIGITS, *figures, strict=True)
    ]


def reliability(y_true: np.ndarray, y_prob: np.ndarray, bins: int = BINS) -> list[Bin]:
    """Sort images by confidence and cut them into `bins` of equal size: how often is each right?"""
    confidence, right = y_prob.max(axis=1), y_prob.argmax(axis=1) == y_true
    parts = np.array_split(np.argsort(confidence, kind="stable"), bins)
    return [Bin(float(confidence[p].mean()), float(right[p].mean()), len(p)) for p in parts if len(p)]


def expected_calibration_error(y_true: np.ndarray, y_prob: np.ndarray, bins: int = BINS) -> float:
    """Mean gap between confidence and accuracy over bins of equal size (Guo et al. 2017; Nguyen and O'Connor 2015)."""
    cut = reliability(y_true, y_prob, bins)
    return sum(b.size * abs(b.confidence - b.accuracy) for b in cut) / len(y_true)


def summarize(y_true: np.ndarray, y_prob: np.ndarray) -> dict:
    """The figures of `metrics.json` that depend on predictions alone.

    Args:
        y_true: `(n,)` labels.
        y_prob: `(n, 10)` probabilities.

    Returns:
        accuracy with its 95 % interval, loss (mean cross-entropy in nats), errors, ece, per_class.
    """
    y_pred = y_prob.argmax(axis=1)
    right = int((y_pred == y_true).sum())
    interval = wilson_interval(right, len(y_true))
    return {
        "accuracy": interval.value,
        "accuracy_low": interval.low,
        "accuracy_high": interval.high,
        "loss": float(-np.log(np.maximum(self_confidence(y_true, y_prob), TINY)).mean()),
        "errors": len(y_true) - right,
        "ece": expected_calibration_error(y_true, y_prob),
        "per_class": per_class(y_true, y_pred),
    }


def risk_coverage(y_true: np.ndarray, y_prob: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is gained by answering only where the confidence is at least a threshold (El-Yaniv and Wiener 2010).

    Args:
        y_true: `(n,)` labels.
        y_prob: `(n, 10)` probabilities.

    Returns:
        Three arrays of the same length: the thresholds, each confidence that occurs, ascending; the share of images
        that are answered; the share of those that are right.
    """
    confidence, right = y_prob.max(axis=1), y_prob.argmax(axis=1) == y_true
    thresholds, first = np.unique(np.sort(confidence), return_index=True)
    answered = len(y_true) - first
    right_from = np.cumsum(right[np.argsort(confidence, kind="stable")][::-1])[::-1]
    return thresholds, answered / len(y_true), right_from[first] / answered


def one_against_rest(y_true: np.ndarray, y_prob: np.ndarray, digit: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision and recall of one digit, where every image above a threshold of its probability is taken for it.

    Returns:
        Three arrays of the same length: the thresholds, ascending; precision; recall.
    """
    from sklearn.metrics import precision_recall_curve

    precision, recall, thresholds = precision_recall_curve(y_true == digit, y_prob[:, digit])
    return thresholds, precision[:-1], recall[:-1]
