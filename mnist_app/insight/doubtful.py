"""Model or label? Find the digits whose label may be wrong.

Confident learning (Northcutt, Jiang and Chuang 2021, arXiv 1911.00068; the library cleanlab): a label is doubtful where
a classifier that has not learnt it gives it little probability. A network has learnt its training digits' labels by
heart, so these are judged by another classifier, each by one that was fitted without it.
"""

from dataclasses import dataclass

import numpy as np

from mnist_app.insight.explanations import unit_length
from mnist_app.metrics import Interval, self_confidence, wilson_interval
from mnist_app.network.calibration import fit_temperature
from mnist_app.network.classifier import softmax
from mnist_app.settings import CLASSES, IMAGE_SIZE
from mnist_app.tables import Row

# Test digits whose label five people found wrong or ambiguous (Northcutt, Athalye and Mueller 2021, arXiv 2103.14749),
# with the right label where they agreed on one.
WRONG_TEST_LABELS: dict[int, int | None] = {
    947: 9, 1621: 6, 1901: 4, 2130: None, 2462: 0, 2597: 3, 2654: None, 3520: None, 3558: 0, 5937: 3, 6651: 6, 6783: 6,
    8527: None, 9679: None, 9729: 6,
}  # fmt: skip

ANGLES = np.arange(8) * np.pi / 4
ORIENTATIONS = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1).astype(np.float32)
CELL = 4  # pixels
WAVES = (
    2000  # random features: right out of fold for 98.4 % of the training digits; 3000 are for 98.7 %, in twice the time
)
BANDWIDTH = 1.14  # standard deviation of the waves' frequencies, for gradients of length 1
RIDGE = 1e-2
SCALE = 10  # of the answers, which are about 0 and 1: brings the temperature to where it is sought
CHUNK = 2000
MOST = 200  # doubtful labels that are kept of each set


@dataclass(frozen=True)
class Doubtful:
    """The most doubtful labels of a set, the most doubtful first.

    Attributes:
        indices: `(m,)` places in the set.
        self_confidence: `(m,)` float32, the probability of the label.
        suggested: `(m,)` the most probable digit, which may be the label.
        issue: `(m,)` bool, whether confident learning takes the label for wrong.
    """

    indices: np.ndarray
    self_confidence: np.ndarray
    suggested: np.ndarray
    issue: np.ndarray

    def to_rows(self, labels: np.ndarray) -> list[Row]:
        """One row a digit for a table, given the labels of the whole set."""
        return [
            {
                "number": int(i),
                "label": int(labels[i]),
                "more likely": int(suggested),
                "probability of the label": float(f"{own:.2g}"),
                "taken for wrong": bool(issue),
            }
            for i, own, suggested, issue in zip(*vars(self).values(), strict=True)
        ]


def rank_doubtful(y_true: np.ndarray, y_prob: np.ndarray) -> np.ndarray:
    """Indices `(n,)` of all images by their self-confidence, the most doubtful label first."""
    return np.argsort(self_confidence(y_true, y_prob), kind="stable")


def find_label_issues(y_true: np.ndarray, y_prob: np.ndarray) -> np.ndarray:
    """Which labels are in all likelihood wrong: `(n,)` bool, the images that are confidently of another digit."""
    confident = _confident_labels(y_true, y_prob)
    return (confident >= 0) & (confident != y_true)


def most_doubtful(y_true: np.ndarray, y_prob: np.ndarray) -> Doubtful:
    """The `MOST` most doubtful of the labels `(n,)`, by the probabilities `(n, 10)` of someone who may judge them."""
    first = rank_doubtful(y_true, y_prob)[:MOST]
    issues = find_label_issues(y_true, y_prob)
    return Doubtful(
        first.astype(np.uint16),
        self_confidence(y_true, y_prob)[first].astype(np.float32),
        y_prob[first].argmax(axis=1).astype(np.uint8),
        issues[first],
    )


def corrected_accuracy(y_true: np.ndarray, y_pred: np.ndarray) -> dict[str, Interval]:
    """Accuracy on MNIST's 10,000 test digits with and without its validated label errors.

    Args:
        y_true: `(10000,)` labels as MNIST has them.
        y_pred: `(10000,)`.

    Returns:
        "as labelled"; "corrected", where the ten clear labels are put right and the others stay; "left out", without
        all 15.
    """
    corrected = y_true.copy()
    for index, label in WRONG_TEST_LABELS.items():
        corrected[index] = y_true[index] if label is None else label
    sound = np.setdiff1d(np.arange(len(y_true)), list(WRONG_TEST_LABELS))

    def accuracy(labels: np.ndarray, predicted: np.ndarray) -> Interval:
        return wilson_interval(int((labels == predicted).sum()), len(labels))

    return {
        "as labelled": accuracy(y_true, y_pred),
        "corrected": accuracy(corrected, y_pred),
        "left out": accuracy(y_true[sound], y_pred[sound]),
    }


def second_opinion(
    images: np.ndarray, labels: np.ndarray, others: np.ndarray, folds: int = 5, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Judge images by a classifier that owes nothing to any network.

    Kernel ridge regression on histograms of oriented gradients (Dalal and Triggs 2005), the kernel by random Fourier
    features (Rahimi and Recht 2007). One pass over the images serves every fold: the normal equations without a fold
    are the sum of the other folds'. Softmax turns the answers into probabilities, with the temperature that suits them
    out of fold.

    Args:
        images: `(n, 28, 28)` uint8.
        labels: `(n,)`.
        others: `(m, 28, 28)` uint8, images that are not among them.
        folds: each image is judged by a classifier fitted on the other folds.
        seed: of the folds and the random features.

    Returns:
        `(n, 10)` float32, out of fold, and `(m, 10)` float32, by the classifier fitted on all images.
    """
    rng = np.random.default_rng(seed)
    fold = rng.permutation(len(images)) % folds
    size = len(ORIENTATIONS) * (IMAGE_SIZE // CELL) ** 2
    frequencies = rng.normal(0, BANDWIDTH, (size, WAVES)).astype(np.float32)
    phases = rng.uniform(0, 2 * np.pi, WAVES).astype(np.float32)

    def waves(gradients: np.ndarray) -> np.ndarray:
        return np.cos(gradients @ frequencies + phases)

    gradients = oriented_gradients(images)
    left, right = np.zeros((folds, WAVES, WAVES), np.float32), np.zeros((folds, WAVES, CLASSES), np.float32)
    parts = [part for f in range(folds) for part in _chunks(np.flatnonzero(fold == f))]
    for part in parts:
        x = waves(gradients[part])
        left[fold[part[0]]] += x.T @ x
        right[fold[part[0]]] += x.T @ np.eye(CLASSES, dtype=np.float32)[labels[part]]

    def fit(without: int | None) -> np.ndarray:
        kept = [f for f in range(folds) if f != without]
        return np.linalg.solve(left[kept].sum(axis=0) + RIDGE * np.eye(WAVES), right[kept].sum(axis=0))

    weights = [fit(without=f) for f in range(folds)]
    scores, judged = np.empty((len(images), CLASSES)), np.empty((len(others), CLASSES))
    for part in parts:
        scores[part] = SCALE * waves(gradients[part]) @ weights[fold[part[0]]]
    whole = fit(without=None)
    for part in _chunks(np.arange(len(others))):
        judged[part] = SCALE * waves(oriented_gradients(others[part])) @ whole
    temperature = fit_temperature(labels, scores)
    return softmax(scores / temperature).astype(np.float32), softmax(judged / temperature).astype(np.float32)


def oriented_gradients(images: np.ndarray) -> np.ndarray:
    """Strength of the edges in eight directions and 7 x 7 cells: `(n, 392)` float32 of length 1, its root taken."""
    shape = (-1, IMAGE_SIZE // CELL, CELL, IMAGE_SIZE // CELL, CELL)
    strengths = np.empty((len(images), len(ORIENTATIONS), *shape[1:4:2]), np.float32)
    for part in _chunks(np.arange(len(images))):
        down, along = np.gradient(images[part].astype(np.float32) / 255, axis=(1, 2))
        for i, (cos, sin) in enumerate(ORIENTATIONS):
            strengths[part, i] = np.maximum(0, along * cos + down * sin).reshape(shape).mean(axis=(2, 4))
    return unit_length(np.sqrt(strengths).reshape(len(images), -1))


def _chunks(indices: np.ndarray) -> list[np.ndarray]:
    return [indices[i : i + CHUNK] for i in range(0, len(indices), CHUNK)]


def _confident_labels(y_true: np.ndarray, y_prob: np.ndarray) -> np.ndarray:
    """Label that each image is confidently of, or -1: its best among those above their own mean self-confidence."""
    own = self_confidence(y_true, y_prob)
    counts = np.bincount(y_true, minlength=CLASSES)
    thresholds = np.where(counts, np.bincount(y_true, own, CLASSES) / np.maximum(counts, 1), np.inf)
    eligible = np.where(y_prob >= thresholds, y_prob, -1.0)
    return np.where(eligible.max(axis=1) >= 0, eligible.argmax(axis=1), -1)
