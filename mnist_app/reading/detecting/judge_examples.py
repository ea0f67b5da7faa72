"""What the judge learns from: generated pages, their candidates, and the truth about each."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from mnist_app.digits.generated.kinds import Kind
from mnist_app.digits.generated.pages import Page, PageMaker
from mnist_app.digits.generated.sources import Part
from mnist_app.network.classifier import Classifier, load_classifier
from mnist_app.network.model_store import StoredModel
from mnist_app.reading.detecting.candidates import gather
from mnist_app.reading.detecting.detector import Detector
from mnist_app.reading.detecting.evidence import Evidence, weigh
from mnist_app.reading.finding import find_ink, looker
from mnist_app.reading.segmentation import Blob, find_pieces
from mnist_app.reading.steps import MASK, ON_PAPER, PICTURE_STEPS, STRENGTH, run_steps

SEED = 3_000_017
DRAWINGS = 0.36  # share of the pages that are strokes on white
PICTURED = 0.4  # share of these that come as a picture; the others come from the canvas, where no detector is asked
LONGEST = (300, 1000)  # of the pages' longest sides, at least and at most
PURE, COVERED = 0.8, 0.8  # shares of its ink and of the digit's ink from which on a candidate is that digit
FOREIGN = 0.5  # shares below which it is not
SEEN_WHOLE = 0.75  # share of a digit on the picture from which on it is to be read
UNKNOWN = -1
PROCESSES = 2  # that draw and read pages


@dataclass(frozen=True, eq=False)
class Truth:
    """What a page's pixels are, in the size at which it is read."""

    owner: np.ndarray
    kind: np.ndarray
    shares: np.ndarray

    @classmethod
    def of(cls, page: Page, shape: tuple[int, int]) -> "Truth":
        size = shape[::-1]
        owner, kind = (
            cv2.resize(part, size, interpolation=cv2.INTER_NEAREST) if part.shape != shape else part
            for part in (page.owner, page.kind)
        )
        return cls(owner, kind, page.shares)

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
        verdicts, owners = np.array(judged, int).reshape(-1, 2).T
        return verdicts, owners

    def _judge(self, blob: Blob, totals: np.ndarray) -> tuple[int, int]:
        x, y, w, h = blob.box
        owners, kinds = (part[y : y + h, x : x + w][blob.mask] for part in (self.owner, self.kind))
        counts = np.bincount(owners, minlength=len(totals))
        counts[0] = 0
        best = int(counts.argmax())
        doubtful, inked = (int(np.count_nonzero(pixels)) for pixels in (kinds == Kind.DOUBTFUL, kinds))
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


@dataclass(frozen=True, eq=False)
class Example:
    """A generated page's candidates.

    Attributes:
        evidence: what is known of them.
        truth: `(n,)`, 1 where a candidate is one whole digit, 0 where it is not, -1 where that is a matter of taste.
        owner: `(n,)`, which digit it is for the most part, 0 for none.
        wanted: how many digits are to be read.
    """

    evidence: Evidence
    truth: np.ndarray
    owner: np.ndarray
    wanted: int


def draw_examples(
    part: Part,
    numbers: range,
    detector: Path,
    classifier: StoredModel,
    advance: Callable[[int], object] = lambda _: None,
) -> list[Example]:
    """Draw pages and gather their candidates; pages without any are left out.

    Args:
        part: of the sources.
        numbers: of the pages: the same number gives the same page.
        detector: `detector.tflite`.
        classifier: the network that reads the digits.
        advance: called with 1 after each page.
    """
    arguments = (part, classifier.folder, detector)
    done = []
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), _prepare, arguments) as pool:
        for example in pool.map(_example, numbers, chunksize=8):
            advance(1)
            done += [example] if example else []
    return done


_maker: PageMaker
_classifier: Classifier
_detector: Detector


def _prepare(part: Part, model: Path, detector: Path) -> None:
    global _maker, _classifier, _detector
    cv2.setNumThreads(1)
    _maker, _classifier, _detector = PageMaker(part), load_classifier(StoredModel(model)), Detector(detector)


def _example(number: int) -> Example | None:
    rng = np.random.default_rng((SEED, number))
    seed = SEED, number, 1
    drawing = rng.random() < DRAWINGS
    page = _maker.draw_strokes(seed) if drawing else _maker.draw(seed, page_size(rng))
    made = run_steps(PICTURE_STEPS, page.picture)
    ink, look = made[MASK], looker(made[STRENGTH], _classifier)
    if drawing and rng.random() > PICTURED:
        levels, pieces = None, find_pieces(ink)
    else:
        levels, pieces = _detector.look(made[ON_PAPER]), find_ink(made)[0]
    candidates = gather(pieces, ink, levels, look)
    if not candidates:
        return None
    verdicts, owner = Truth.of(page, ink.shape).judge([one.blob for one in candidates], ink)
    return Example(weigh(candidates, ink, levels), verdicts, owner, int((page.shares >= SEEN_WHOLE).sum()))
