"""Score the reading on labelled pictures, or on generated pages, with each step switched off in turn."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mnist_app.insight import page_exam
from mnist_app.network.classifier import Classifier
from mnist_app.network.model_store import StoredModel
from mnist_app.reading.front_door import SWITCHES, read_picture
from mnist_app.reading.picture_files import open_picture
from mnist_app.tables import Row

GENERATED = 200  # pages that are read when no pictures are given
NOTHING = "nothing"  # is switched off
NOT_DIGIT = "not_digit"  # the kind of picture whose label is no text to be read


@dataclass(frozen=True)
class Labelled:
    """One picture of a manifest: its path, the digits on it in reading order ("" for none), and its kind."""

    path: Path
    label: str
    kind: str


def read_manifest(path: Path) -> list[Labelled]:
    """Read a CSV with the columns path (relative to the CSV), label and kind.

    Raises:
        ValueError: the file is missing or lacks a column.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise ValueError(f"The manifest {path} cannot be read: {error.strerror}.") from error
    missing = {"path", "label", "kind"} - set(rows[0] if rows else ())
    if missing:
        raise ValueError(f"The manifest {path.name} lacks the columns {', '.join(sorted(missing))}.")
    return [Labelled(path.parent / row["path"], _digits(row), row["kind"]) for row in rows]


def ablate(
    pictures: list[Labelled], classifier: Classifier, advance: Callable[[int], object] = lambda _: None
) -> Iterator[Row]:
    """Read all pictures with every step on, then with each step off in turn.

    Args:
        pictures: what to read; each is decoded once for all its readings.
        classifier: the network.
        advance: called with 1 after each picture.

    Yields:
        A row per switch: `off`, and for each kind of picture how many were read exactly right.
    """
    switches = ("", *SWITCHES)
    right: dict[str, Counter[str]] = {switch: Counter() for switch in switches}
    for labelled in pictures:
        picture = open_picture(labelled.path)
        for switch in switches:
            text = read_picture(picture, classifier, without=frozenset([switch])).text
            right[switch][labelled.kind] += "".join(text.split()) == labelled.label
        advance(1)
    total = Counter(labelled.kind for labelled in pictures)
    for switch in switches:
        kinds = {kind: f"{right[switch][kind]} / {total[kind]}" for kind in sorted(total)}
        yield {"off": SWITCHES.get(switch, NOTHING), **kinds}


def ablate_pages(
    model: StoredModel, pages: int = GENERATED, advance: Callable[[int], object] = lambda _: None
) -> list[Row]:
    """Read generated pages of the exam with every step on, then with each step off in turn.

    Args:
        model: the classifier.
        pages: how many.
        advance: called with 1 after each page.

    Returns:
        A row per switch: `off`, and the figures of `page_exam.summarize` over all pages.
    """
    outcomes = page_exam.take_exam(model, pages, ("", *SWITCHES), advance=advance)
    totals = {switch: page_exam.summarize(read)[0] for switch, read in outcomes.items()}
    shown = ("exact", "read", "false_per_page", "refused")
    return [
        {"off": SWITCHES.get(switch, NOTHING), **{key: row[key] for key in shown}} for switch, row in totals.items()
    ]


def _digits(row: Row) -> str:
    return "" if row["kind"] == NOT_DIGIT else "".join(row["label"].split())
