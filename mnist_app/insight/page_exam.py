"""Read a fixed set of generated pages whose truth is known: how well does the reading as a whole do?"""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from mnist_app import tables
from mnist_app.digits.generated.kinds import Kind
from mnist_app.digits.generated.pages import FAMILIES, Page, PageMaker
from mnist_app.files import write_whole
from mnist_app.metrics import wilson_interval
from mnist_app.network.classifier import Classifier, load_classifier
from mnist_app.network.model_store import StoredModel
from mnist_app.reading.answer import Reading
from mnist_app.reading.boxes import overlap
from mnist_app.reading.detecting.judge_examples import SEEN_WHOLE, page_size
from mnist_app.reading.front_door import read_picture

PAGES, SEED = 2000, 4_000_037
PROCESSES = 2  # that draw and read pages
FILE = "pages.csv"
SAME = 0.4  # share of the union of two boxes that they have in common, from which on they are the same digit's
ALL = "all"


@dataclass(frozen=True)
class Outcome:
    """What one page's reading came to.

    Attributes:
        family: of the page.
        digits: that were to be read.
        found: of them, whatever they were read as.
        read: of them, with the right label.
        false: digits read where there is none.
    """

    family: str
    digits: int
    found: int
    read: int
    false: int

    @property
    def exact(self) -> bool:
        """Whether every digit was read right and nothing else."""
        return self.read == self.digits and not self.false


def examine(page: Page, reading: Reading) -> Outcome:
    """Compare a reading with the truth; a digit that is cut off or doubtful may be read or not."""
    wanted = [i for i, share in enumerate(page.shares) if share >= SEEN_WHOLE]
    optional = [i for i, share in enumerate(page.shares) if share < SEEN_WHOLE and page.boxes[i][2]]
    found: dict[int, bool] = {}
    false = 0
    for digit in reading.digits:
        overlaps = {i: overlap(digit.box, page.boxes[i]) for i in wanted if i not in found}
        best = max(overlaps, key=lambda i: overlaps[i], default=None)
        if best is not None and overlaps[best] >= SAME:
            found[best] = bool(digit.label == page.labels[best])
        elif not _may_be_read(page, digit.box, optional):
            false += 1
    return Outcome(page.family, len(wanted), len(found), sum(found.values()), false)


def _may_be_read(page: Page, box: tuple[int, int, int, int], optional: list[int]) -> bool:
    x, y, w, h = box
    inside = page.kind[max(y, 0) : y + h, max(x, 0) : x + w]
    return any(overlap(box, page.boxes[i]) > 0.1 for i in optional) or bool((inside == Kind.DOUBTFUL).any())


def draw_page(maker: PageMaker, number: int) -> Page:
    """A page of the fixed set."""
    return maker.draw((SEED, number, 1), page_size(np.random.default_rng((SEED, number))))


def summarize(outcomes: Iterable[Outcome]) -> list[tables.Row]:
    """A row for each family, and one for all: shares, with the 95 % interval of the pages read exactly."""
    by_family: dict[str, list[Outcome]] = {ALL: list(outcomes)}
    for outcome in by_family[ALL]:
        by_family.setdefault(outcome.family, []).append(outcome)
    order = [ALL, *(name for name in FAMILIES if name in by_family)]
    return [_summary(name, by_family[name]) for name in order]


def _summary(family: str, outcomes: list[Outcome]) -> tables.Row:
    total: Counter[str] = Counter()
    for one in outcomes:
        total.update(digits=one.digits, found=one.found, read=one.read, false=one.false, exact=one.exact)
        total.update(empty=not one.digits, refused=not one.digits and not one.false)
    exact = wilson_interval(total["exact"], len(outcomes))
    return {
        "family": family,
        "pages": len(outcomes),
        "exact": float(exact.value),
        "exact_low": exact.low,
        "exact_high": exact.high,
        "digits": total["digits"],
        "found": _share(total["found"], total["digits"]),
        "read": _share(total["read"], total["digits"]),
        "false_per_page": total["false"] / len(outcomes),
        "empty_pages": total["empty"],
        "refused": _share(total["refused"], total["empty"]),
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


_maker: PageMaker
_classifier: Classifier


def _prepare(model: Path) -> None:
    global _maker, _classifier
    cv2.setNumThreads(1)
    _maker, _classifier = PageMaker("test"), load_classifier(StoredModel(model))


def _read_one(number: int, switches: tuple[str, ...]) -> list[Outcome]:
    page = draw_page(_maker, number)
    return [examine(page, read_picture(page.picture, _classifier, without=frozenset([switch]))) for switch in switches]


def take_exam(
    model: StoredModel,
    pages: int = PAGES,
    switches: tuple[str, ...] = ("",),
    advance: Callable[[int], object] = lambda _: None,
) -> dict[str, list[Outcome]]:
    """Read pages of the fixed set, each with every one of the switches off in turn.

    Args:
        model: the classifier.
        pages: how many, the first ones.
        switches: ids of `reading.SWITCHES`; "" for none.
        advance: called with 1 after each page.

    Returns:
        The outcomes of each switch, in the order of the pages.
    """
    outcomes: dict[str, list[Outcome]] = {switch: [] for switch in switches}
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), _prepare, (model.folder,)) as pool:
        for read in pool.map(partial(_read_one, switches=switches), range(pages), chunksize=8):
            for switch, outcome in zip(switches, read, strict=True):
                outcomes[switch].append(outcome)
            advance(1)
    return outcomes


def store_pages(model: StoredModel, advance: Callable[[int], object] = lambda _: None) -> list[tables.Row]:
    """Read the fixed set and keep the rows of `summarize` beside the model."""
    rows = summarize(take_exam(model, advance=advance)[""])
    write_whole(model.folder / FILE, tables.to_csv(rows))
    return rows


def load_pages(model: StoredModel) -> list[tables.Row]:
    """The rows that `store_pages` kept; an empty list where the model has none."""
    counts = dict.fromkeys(("pages", "digits", "empty_pages"), int)
    shares = ("exact", "exact_low", "exact_high", "found", "read", "false_per_page", "refused")
    return tables.read_csv(model.folder / FILE, counts | dict.fromkeys(shares, float))
