"""Fit the score of candidates on generated pages that the detector was not trained on."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from mnist_app.classifier import Classifier, load_classifier
from mnist_app.detecting.candidates import propose
from mnist_app.detecting.detector import Detector, Level
from mnist_app.detecting.score import FURTHEST, Judge, Regression, Score
from mnist_app.detecting.scoring import COMPANY, Marks, evidence, keep_company, see
from mnist_app.digits.kinds import Kind
from mnist_app.digits.pages import Page, PageMaker, contact_sheet
from mnist_app.digits.sources import PARTS, Part
from mnist_app.ink import paper_levels
from mnist_app.model_store import StoredModel, write_json
from mnist_app.preprocessing import PICTURE_STEPS, changed_pixels, run_steps
from mnist_app.reading import find_digits, looker
from mnist_app.segmentation import Blob

PAGES, SEED = 2500, 3_000_017
DRAWINGS = 0.25  # share of the pages that are strokes on white: people send pictures of drawings, too
LOST = 0.01  # share of the digits that the threshold may lose
HIDDEN = (64, 32)  # units of the judge's layers
LONGEST = (300, 1000)  # of the pages' longest sides, at least and at most
PURE, COVERED = 0.8, 0.8  # shares of its ink and of the digit's ink from which on a candidate is that digit
FOREIGN = 0.5  # shares below which it is not
SEEN_WHOLE = 0.75  # share of a digit on the picture from which on it is to be read
UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class Truth:
    """What a page's pixels are, in the size at which it is read."""

    owner: np.ndarray
    kind: np.ndarray
    shares: np.ndarray
    labels: np.ndarray

    @classmethod
    def of(cls, page: Page, shape: tuple[int, int]) -> "Truth":
        size = shape[::-1]
        owner, kind = (
            cv2.resize(part, size, interpolation=cv2.INTER_NEAREST) if part.shape != shape else part
            for part in (page.owner, page.kind)
        )
        return cls(owner, kind, page.shares, page.labels)

    def judge(self, blobs: list[Blob], mask: np.ndarray) -> np.ndarray:
        """For each blob 1 where it is one whole digit, 0 where it is not, -1 where that is a matter of taste."""
        totals = np.bincount(self.owner[mask], minlength=len(self.shares) + 1)
        return np.array([self._judge(blob, totals) for blob in blobs], int)

    def _judge(self, blob: Blob, totals: np.ndarray) -> int:
        x, y, w, h = blob.box
        owners, kinds = (part[y : y + h, x : x + w][blob.mask] for part in (self.owner, self.kind))
        counts = np.bincount(owners, minlength=len(totals))
        counts[0] = 0
        best = int(counts.argmax())
        doubtful, inked = np.count_nonzero(kinds == Kind.DOUBTFUL), np.count_nonzero(kinds)
        if doubtful > 0.3 * max(inked, 1):
            return UNKNOWN
        if not counts[best]:
            return 0
        if self.shares[best - 1] < SEEN_WHOLE:
            return UNKNOWN
        pure, covered = counts[best] / inked, counts[best] / totals[best]
        if pure > PURE and covered > COVERED:
            return 1
        return 0 if min(pure, covered) < FOREIGN else UNKNOWN


def page_size(rng: np.random.Generator) -> tuple[int, int]:
    """Height and width of a page as people send them."""
    longest = float(np.exp(rng.uniform(*np.log(LONGEST))))
    shape = rng.choice([1.0, 0.75, 0.6, 0.35], p=[0.25, 0.4, 0.25, 0.1])
    size = round(longest), max(96, round(longest * shape))
    return size if rng.random() < 0.4 else size[::-1]


# ---- in processes of their own ----

_maker: PageMaker
_classifier: Classifier
_detector: Detector
_score: Score | None


def _prepare(part: Part, model: Path, detector: Path, score: Score | None) -> None:
    global _maker, _classifier, _detector, _score
    cv2.setNumThreads(1)
    _maker, _classifier, _detector = PageMaker(part), load_classifier(StoredModel(model)), Detector(detector)
    _score = score


def _draw(number: int) -> tuple[dict[str, np.ndarray], list[Level], Truth]:
    """What the steps and the detector make of a page, and the truth."""
    rng = np.random.default_rng((SEED, number))
    seed = SEED, number, 1
    page = _maker.draw_strokes(seed) if rng.random() < DRAWINGS else _maker.draw(seed, page_size(rng))
    made = run_steps(PICTURE_STEPS, page.picture)
    return made, _detector.look(made["Composite alpha"]), Truth.of(page, made["Ink mask"].shape)


def _candidates(number: int) -> tuple[np.ndarray, np.ndarray]:
    """The evidence for every candidate of a page, and the truth."""
    made, levels, truth = _draw(number)
    mask = made["Ink mask"]
    candidates = propose(mask, levels)
    if not candidates:
        return np.zeros((0, 0), np.float32), np.zeros(0, int)
    blobs = [candidate.blob for candidate in candidates]
    looks = looker(made["Grey"], _classifier)(blobs)
    values = evidence(see(candidates, mask, levels), np.arange(len(candidates)), looks)
    return values.astype(np.float32), truth.judge(blobs, mask)


def _looks(number: int) -> tuple[np.ndarray, np.ndarray]:
    """The company of all that has the form of a digit on a page, and the truth."""
    made, levels, truth = _draw(number)
    mask = made["Ink mask"]
    found = find_digits(
        mask,
        made["Grey"] > paper_levels(made["Grey"])[1],
        changed_pixels(made["Polarity"], made["Page finding"]),
        looker(made["Grey"], _classifier),
        _classifier.calibration.reject,
    )
    if not found.looks:
        return np.zeros((0, 0)), np.zeros(0, int)
    marks = Marks.of(found.looks, found.left, found.mask, levels)
    return keep_company(marks, levels, _score), truth.judge([look.blob for look in found.looks], mask)


# ---- in the process that fits ----


def store_score(
    model: StoredModel, classifier: StoredModel, advance: Callable[[int], object] = lambda _: None
) -> dict[str, float]:
    """Fit how a trained detector's findings are judged, and write it with figures and a contact sheet of each part.

    The files are `score.npz`, `metrics.json` and `pages-PART.jpg`.

    Args:
        model: the detector's folder.
        classifier: the network that reads the digits.
        advance: called with 1 after each page; there are two passes.

    Returns:
        What was written to `metrics.json`.
    """
    score, metrics = fit_score(model.folder / "detector.tflite", classifier, advance=advance)
    score.save(model.folder / "score.npz")
    history = model.history
    metrics |= {
        "val_loss": history[-1]["val_loss"],
        "val_accuracy": history[-1]["val_accuracy"],
        "train_seconds": sum(row["seconds"] for row in history),
    }
    write_json(model.folder / "metrics.json", metrics)
    for part in PARTS:
        Image.fromarray(contact_sheet(PageMaker(part))).save(model.folder / f"pages-{part}.jpg", quality=80)
    return metrics


def fit_score(
    detector: Path,
    classifier: StoredModel,
    pages: int = PAGES,
    processes: int = 2,
    advance: Callable[[int], object] = lambda _: None,
) -> tuple[Score, dict[str, float]]:
    """Fit the judge on pages of the training part, then the company and the threshold on others.

    The validation part has fonts, pictures and digits that neither detector nor judge has learnt from: what they make
    of those is what they will make of a stranger's.

    Args:
        detector: `detector.tflite`.
        classifier: the network that reads the digits.
        pages: how many of each part are drawn.
        processes: that draw and read them.
        advance: called with 1 after each page.

    Returns:
        The score, and what it reaches on the other pages: `recall` of the digits, `precision` of what is kept, the same
        before (`precision_before`), and how many `candidates` the judge learnt from.
    """

    def over_pages(work: Callable[[int], tuple], part: Part, score: Score | None) -> tuple[np.ndarray, ...]:
        arguments = (part, classifier.folder, detector, score)
        with ProcessPoolExecutor(processes, get_context("spawn"), _prepare, arguments) as pool:
            done = []
            for values, truth in pool.map(work, range(pages), chunksize=8):
                advance(1)
                if len(known := np.flatnonzero(truth != UNKNOWN)):
                    done.append((values[known], truth[known]))
        return tuple(np.concatenate(column) for column in zip(*done, strict=True))

    values, truth = over_pages(_candidates, "train", None)
    judge = fit_judge(values, truth)
    unknown = Regression(np.zeros(len(COMPANY)), 0.0)
    company, looks_truth = over_pages(_looks, "validation", Score(judge, unknown, 0.0))
    regression = _fit_regression(company, looks_truth)
    odds = regression.odds(company)
    threshold = float(np.quantile(odds[looks_truth == 1], LOST))
    metrics = {
        "candidates": len(truth),
        "recall": float((odds[looks_truth == 1] > threshold).mean()),
        "precision": float(looks_truth[odds > threshold].mean()),
        "precision_before": float(looks_truth.mean()),
    }
    return Score(judge, regression, threshold), metrics


def fit_judge(values: np.ndarray, truth: np.ndarray) -> Judge:
    """Train the small dense network on rows `(n, k)` and `(n,)` 0 or 1."""
    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-3
    inputs = np.clip((values - mean) / scale, -FURTHEST, FURTHEST)
    network = MLPClassifier(
        HIDDEN, alpha=3e-3, batch_size=256, max_iter=60, early_stopping=True, n_iter_no_change=6, random_state=0
    )
    network.fit(inputs, truth)
    return Judge(mean, scale, tuple(network.coefs_), tuple(network.intercepts_))


def _fit_regression(values: np.ndarray, truth: np.ndarray) -> Regression:
    spread = values.std(axis=0) + 1e-6
    regression = LogisticRegression(max_iter=2000).fit(values / spread, truth)
    return Regression(regression.coef_[0] / spread, float(regression.intercept_[0]))
