"""Train the judge on generated pages, choose its threshold on others, and store it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from mnist_app.digits.generated.pages import PageMaker, contact_sheet
from mnist_app.digits.generated.sources import PARTS, Part
from mnist_app.network.model_store import StoredModel, write_json
from mnist_app.reading.detecting.judge import Judge
from mnist_app.reading.detecting.judge_examples import Example, draw_examples
from mnist_app.reading.detecting.search import choose

PAGES: dict[Part, int] = {"validation": 3000, "train": 7000}  # that the judge learns from
ALONE = 3  # how often the judge sees those with a single digit: such pictures people send most
OTHERS, THRESHOLD_PAGES = 100_000, 3000  # from which number on, and how many the threshold is chosen on
ALL_PAGES = sum(PAGES.values()) + THRESHOLD_PAGES
THRESHOLDS = np.arange(-4, 6, 0.25)  # that are tried


def store_judge(
    model: StoredModel, classifier: StoredModel, advance: Callable[[int], object] = lambda _: None
) -> dict[str, float]:
    """Train the judge of a detector's findings, and write it with its figures and a contact sheet of each part.

    The files are `judge.npz`, `surroundings.tflite`, `metrics.json` and `pages-PART.jpg`.

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
    """Train the judge on pages of both parts that are learnt from, then choose its threshold on others.

    What looks at surroundings for it is written beside the detector.

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
    from mnist_app.reading.detecting.judge_training import train_judge  # both take seconds to import, in each process
    from mnist_app.reading.detecting.surroundings_training import train_surroundings

    def draw(part: Part, numbers: range) -> list[Example]:
        return draw_examples(part, numbers, detector, classifier, advance=advance)

    learnt = [one for part, count in pages.items() for one in draw(part, range(count))]
    truths = [one.truth for one in learnt]
    surroundings = train_surroundings([one.evidence.views for one in learnt], truths, detector.parent)
    learnt += (ALONE - 1) * [one for one in learnt if one.wanted == 1]
    judge = train_judge([one.evidence for one in learnt], [one.truth for one in learnt], surroundings)
    judge, metrics = set_threshold(judge, draw("validation", range(OTHERS, OTHERS + THRESHOLD_PAGES)))
    return judge, metrics | {"candidates": sum(map(len, truths))}


def set_threshold(judge: Judge, pages: list[Example]) -> tuple[Judge, dict[str, float]]:
    """Choose a judge's threshold: that at which most pages are exact, those with and without digits counted alike.

    Args:
        judge: a trained one.
        pages: that it has not learnt from.

    Returns:
        The judge with its threshold, and its `recall` of the digits, the `precision` of what it chooses, the share of
        pages with digits that are `exact` and the share of those without that are `refused`.
    """
    odds = [judge.odds(one.evidence) for one in pages]

    def figures(threshold: float) -> dict[str, float]:
        chosen = [choose(said, page.evidence.overlap, threshold) for page, said in zip(pages, odds, strict=True)]
        return _figures(pages, chosen)

    tried = {threshold: figures(threshold) for threshold in THRESHOLDS.tolist()}
    best = max(tried, key=lambda threshold: tried[threshold]["exact"] + tried[threshold]["refused"])
    return replace(judge, threshold=best), tried[best]


def _figures(pages: list[Example], chosen: list[list[int]]) -> dict[str, float]:
    counts: Counter = Counter()
    for page, indices in zip(pages, chosen, strict=True):
        truth = page.truth[indices]
        right, wrong = len(set(page.owner[indices][truth == 1])), int(np.count_nonzero(truth == 0))
        exact, held = right == page.wanted and not wrong, page.wanted > 0
        counts.update(wanted=page.wanted, right=right, wrong=wrong)
        counts.update(held=held, exact=exact and held, refused=exact and not held)
    return {
        "recall": counts["right"] / max(counts["wanted"], 1),
        "precision": counts["right"] / max(counts["right"] + counts["wrong"], 1),
        "exact": counts["exact"] / max(counts["held"], 1),
        "refused": counts["refused"] / max(len(pages) - counts["held"], 1),
    }
