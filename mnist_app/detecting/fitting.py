"""Train the judge on generated pages, choose its threshold and margin on others, and store it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from mnist_app.detecting.judge import Judge
from mnist_app.detecting.judge_examples import Example, draw_examples
from mnist_app.digits.pages import PageMaker, contact_sheet
from mnist_app.digits.sources import PARTS, Part
from mnist_app.model_store import StoredModel, write_json

PAGES: dict[Part, int] = {"validation": 3000, "train": 6000}  # that the judge learns from
OTHERS, THRESHOLD_PAGES = 100_000, 1000  # from which number on, and how many the threshold is chosen on
ALL_PAGES = sum(PAGES.values()) + THRESHOLD_PAGES
LOST = 0.01  # share of the digits found by form and neighbours that the threshold may lose
SURE = 0.95  # share of digits in what the judge alone finds
MARGINS = np.arange(0, 9, 0.25)  # that are tried


def store_judge(
    model: StoredModel, classifier: StoredModel, advance: Callable[[int], object] = lambda _: None
) -> dict[str, float]:
    """Train the judge of a detector's findings, and write it with its figures and a contact sheet of each part.

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
    advance: Callable[[int], object] = lambda _: None,
) -> tuple[Judge, dict[str, float]]:
    """Train the judge on pages of both parts that are learnt from, then choose its threshold and margin on others.

    The training part has most fonts and pictures. The validation part has those that neither detector nor classifier
    has learnt from: what they make of them is what they will make of a stranger's.

    Args:
        detector: `detector.tflite`.
        classifier: the network that reads the digits.
        pages: how many of each part are drawn to learn from.
        advance: called with 1 after each page.

    Returns:
        The judge, how many `candidates` it learnt from, and what it reaches on the others, as `set_threshold` says.
    """
    from mnist_app.detecting.judge_training import train_judge  # takes seconds to import, in each process

    def draw(part: Part, numbers: range) -> list[Example]:
        return draw_examples(part, numbers, detector, classifier, advance=advance)

    learnt = [one for part, count in pages.items() for one in draw(part, range(count))]
    judge = train_judge([one.evidence for one in learnt], [one.truth for one in learnt])
    judge, metrics = set_threshold(judge, draw("validation", range(OTHERS, OTHERS + THRESHOLD_PAGES)))
    return judge, metrics | {"candidates": sum(len(one.truth) for one in learnt)}


def set_threshold(judge: Judge, pages: list[Example]) -> tuple[Judge, dict[str, float]]:
    """Choose a judge's threshold and margin.

    At the threshold, `LOST` of the digits are lost that form and neighbours have found. Of what they have not, enough
    must be digits: the margin is the smallest at which `SURE` are.

    Args:
        judge: a trained one.
        pages: that it has not learnt from.

    Returns:
        The judge with both, and its `recall` of the digits, the `precision` of what it chooses and the share of pages
        that are `exact`; the same of what form and neighbours alone find (`recall_before` …).
    """
    odds = [judge.odds(one.evidence) for one in pages]
    kept = [one.evidence.kept for one in pages]
    vouched = [said[one & (page.truth == 1)] for page, said, one in zip(pages, odds, kept, strict=True)]
    threshold = float(np.quantile(np.concatenate(vouched), LOST))

    def sort(margin: float) -> list[list[int]]:
        decided = Judge(judge.networks, threshold, margin)
        return [decided.choose(page.evidence, said) for page, said in zip(pages, odds, strict=True)]

    def further(margin: float) -> Counter:
        return _count(pages, ([i for i in found if not one[i]] for one, found in zip(kept, sort(margin), strict=True)))

    sure = (margin for margin in MARGINS.tolist() if _precision(further(margin)) >= SURE)
    margin = next(sure, float(MARGINS[-1]))
    after, before = _count(pages, sort(margin)), _count(pages, ([*np.flatnonzero(one)] for one in kept))
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
