"""Fit the judge of candidates on generated pages."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from mnist_app.classifier import Classifier, load_classifier
from mnist_app.detecting.candidates import Fate, gather
from mnist_app.detecting.detector import Detector
from mnist_app.detecting.evidence import Evidence, weigh
from mnist_app.detecting.judge import Judge
from mnist_app.digits.kinds import Kind
from mnist_app.digits.pages import Page, PageMaker, contact_sheet
from mnist_app.digits.sources import PARTS, Part
from mnist_app.finding import find_digits, looker
from mnist_app.ink import paper_levels
from mnist_app.model_store import StoredModel, write_json
from mnist_app.preprocessing import PICTURE_STEPS, changed_pixels, run_steps
from mnist_app.segmentation import Blob

PAGES: dict[Part, int] = {"validation": 3000, "train": 6000}  # that the judge learns from
OTHERS, THRESHOLD_PAGES = 100_000, 1000  # from which number on, and how many the threshold is chosen on
ALL_PAGES = sum(PAGES.values()) + THRESHOLD_PAGES
SEED = 3_000_017
DRAWINGS = 0.25  # share of the pages that are strokes on white: people send pictures of drawings, too
LOST = 0.01  # share of the digits found by form and neighbours that the threshold may lose
SURE = 0.95  # share of digits in what the judge alone finds
MARGINS = np.arange(0, 9, 0.25)  # that are tried
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

    def judge(self, blobs: list[Blob], mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For each blob 1 where it is a whole digit, 0 where not, -1 where that is a matter of taste; and which digit.

        Args:
            blobs: n of them.
            mask: `(h, w)` bool, all ink.

        Returns:
            Twice `(n,)` integers; digits count from 1.
        """
        totals = np.bincount(self.owner[mask], minlength=len(self.shares) + 1)
        judged = [self._judge(blob, totals) for blob in blobs]
        return tuple(np.array(judged, int).reshape(-1, 2).T)

    def _judge(self, blob: Blob, totals: np.ndarray) -> tuple[int, int]:
        x, y, w, h = blob.box
        owners, kinds = (part[y : y + h, x : x + w][blob.mask] for part in (self.owner, self.kind))
        counts = np.bincount(owners, minlength=len(totals))
        counts[0] = 0
        best = int(counts.argmax())
        doubtful, inked = np.count_nonzero(kinds == Kind.DOUBTFUL), np.count_nonzero(kinds)
        if doubtful > 0.3 * max(inked, 1):
            return UNKNOWN, best
        if not counts[best]:
            return 0, 0
        if self.shares[best - 1] < SEEN_WHOLE:
            return UNKNOWN, best
        pure, covered = counts[best] / inked, counts[best] / totals[best]
        if pure > PURE and covered > COVERED:
            return 1, best
        return 0 if min(pure, covered) < FOREIGN else UNKNOWN, best


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


@dataclass(frozen=True, eq=False)
class Example:
    """A generated page's candidates.

    Attributes:
        evidence: what is known of them.
        truth: `(n,)`, 1 where a candidate is one whole digit, 0 where it is not, -1 where that is a matter of taste.
        owner: `(n,)`, which digit it is for the most part, 0 for none.
        wanted: how many digits are to be read.
        asked: `(n,)` bool, whether the classifier was.
        kept: `(n,)` bool, what form and neighbours alone make a digit.
    """

    evidence: Evidence
    truth: np.ndarray
    owner: np.ndarray
    wanted: int
    asked: np.ndarray
    kept: np.ndarray


def _prepare(part: Part, model: Path, detector: Path) -> None:
    global _maker, _classifier, _detector
    cv2.setNumThreads(1)
    _maker, _classifier = PageMaker(part), load_classifier(StoredModel(model), threads=1)
    _detector = Detector(detector, threads=1)


def _example(number: int) -> Example | None:
    rng = np.random.default_rng((SEED, number))
    seed = SEED, number, 1
    page = _maker.draw_strokes(seed) if rng.random() < DRAWINGS else _maker.draw(seed, page_size(rng))
    made = run_steps(PICTURE_STEPS, page.picture)
    ink, grey = made["Ink mask"], made["Grey"]
    levels = _detector.look(made["Composite alpha"])
    look = looker(grey, _classifier)
    beyond = changed_pixels(made["Polarity"], made["Page finding"])
    found = find_digits(ink, grey > paper_levels(grey)[1], beyond, look, _classifier.calibration.reject)
    candidates = gather(found, ink, levels, look)
    if all(one.look is None for one in candidates):
        return None
    truth = Truth.of(page, ink.shape)
    verdicts, owner = truth.judge([one.blob for one in candidates], ink)
    evidence = weigh(candidates, ink, levels)
    return Example(
        evidence,
        verdicts,
        owner,
        wanted=int((page.shares >= SEEN_WHOLE).sum()),
        asked=np.array([one.look is not None for one in candidates], bool),
        kept=np.array([one.fate == Fate.KEPT for one in candidates], bool),
    )


# ---- in the process that fits ----


def store_judge(
    model: StoredModel, classifier: StoredModel, advance: Callable[[int], object] = lambda _: None
) -> dict[str, float]:
    """Fit how a trained detector's findings are judged, and write it with figures and a contact sheet of each part.

    The files are `judge.npz`, `metrics.json` and `pages-PART.jpg`.

    Args:
        model: the detector's folder.
        classifier: the network that reads the digits.
        advance: called with 1 after each of `ALL_PAGES` pages.

    Returns:
        What was written to `metrics.json`.
    """
    judge, metrics = fit_judge(model.folder / "detector.tflite", classifier, advance=advance)
    judge.save(model.folder / "judge.npz")
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


def fit_judge(
    detector: Path,
    classifier: StoredModel,
    pages: dict[Part, int] = PAGES,
    processes: int = 2,
    advance: Callable[[int], object] = lambda _: None,
) -> tuple[Judge, dict[str, float]]:
    """Train the judge on pages of both parts that are learnt from, then choose the threshold on others.

    The validation part has fonts, pictures and digits that neither detector nor classifier has learnt from: what they
    make of those is what they will make of a stranger's. So most of the judge's pages, and all of those that the
    threshold is chosen on, are of that part.

    Args:
        detector: `detector.tflite`.
        classifier: the network that reads the digits.
        pages: how many of each part are drawn.
        processes: that draw and read them.
        advance: called with 1 after each page.

    Returns:
        The judge, and what it reaches on the pages that the threshold is chosen on: `recall` of the digits, `precision`
        of what is kept, share of the pages that are `exact`, and the same by form and neighbours alone
        (`recall_before` …).
    """

    def over_pages(part: Part, numbers: range) -> list[Example]:
        arguments = (part, classifier.folder, detector)
        with ProcessPoolExecutor(processes, get_context("spawn"), _prepare, arguments) as pool:
            done = []
            for example in pool.map(_example, numbers, chunksize=8):
                advance(1)
                done += [example] if example else []
        return done

    from mnist_app.detecting.judge_training import train_judge  # takes seconds to import, in each process

    learnt = [one for part, count in pages.items() for one in over_pages(part, range(count))]
    judge = train_judge([one.evidence for one in learnt], [one.truth for one in learnt])
    chosen_on = over_pages("validation", range(OTHERS, OTHERS + THRESHOLD_PAGES))
    return set_threshold(judge, chosen_on)


def set_threshold(judge: Judge, pages: list[Example]) -> tuple[Judge, dict[str, float]]:
    """The judge with its threshold and margin, and what it reaches.

    At the threshold, `LOST` of the digits are lost that form and neighbours have found. Of what they have not, enough
    must be digits: the margin is the smallest at which `SURE` are.
    """
    odds = [np.where(one.asked, judge.odds(one.evidence), -np.inf) for one in pages]
    vouched = [said[one.kept & (one.truth == 1)] for one, said in zip(pages, odds, strict=True)]
    threshold = float(np.quantile(np.concatenate(vouched), LOST))

    def sort(margin: float) -> list[list[int]]:
        decided = Judge(judge.networks, threshold, margin)
        return [decided.choose(said, one.kept, one.evidence.overlap) for one, said in zip(pages, odds, strict=True)]

    def further(margin: float) -> Counter:
        return _count(
            pages, ([i for i in found if not one.kept[i]] for one, found in zip(pages, sort(margin), strict=True))
        )

    sure = (margin for margin in MARGINS.tolist() if _precision(further(margin)) >= SURE)
    margin = next(sure, float(MARGINS[-1]))
    after, before = _count(pages, sort(margin)), _count(pages, ([*np.flatnonzero(one.kept)] for one in pages))
    return Judge(judge.networks, threshold, margin), {
        f"{name}{suffix}": float(value)
        for counts, suffix in ((after, ""), (before, "_before"))
        for name, value in (
            ("recall", counts["right"] / max(counts["wanted"], 1)),
            ("precision", _precision(counts)),
            ("exact", counts["exact"] / len(pages)),
        )
    }


def _precision(counts: Counter) -> float:
    return counts["right"] / max(counts["right"] + counts["wrong"], 1)


def _count(pages: Iterable[Example], chosen: Iterable[Sequence[int]]) -> Counter:
    """How many digits are wanted and right, how many chosen ones wrong, how many pages exact."""
    counts: Counter = Counter()
    for page, indices in zip(pages, chosen, strict=True):
        truth = page.truth[list(indices)]
        right, wrong = len(set(page.owner[list(indices)][truth == 1])), np.count_nonzero(truth == 0)
        counts.update(wanted=page.wanted, right=right, wrong=wrong, exact=right == page.wanted and not wrong)
    return counts
