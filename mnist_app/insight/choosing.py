"""Three sets of digits to choose a network by: MNIST's own kept digits, other hands as drawn, other hands as scanned.

None of them is a test set, and nothing is trained on any of them. The habits of other hands are drawn with skeletons
that are held back (`other_hands`), clean and in each of the `circumstances`; the third set is scikit-learn's
`load_digits`, 1,797 digits of 8 x 8 pixels by 13 writers from Turkey (Alpaydin and Kaynak 1998), enlarged and read as
any other picture is.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from sklearn.datasets import load_digits

from mnist_app import tables
from mnist_app.digits.circumstances import CIRCUMSTANCES, show
from mnist_app.digits.datasets import load_mnist
from mnist_app.digits.skeletons.other_hands import HABITS
from mnist_app.digits.synthesis import draw_habit
from mnist_app.files import write_whole
from mnist_app.insight.slices import judge
from mnist_app.metrics import wilson_interval
from mnist_app.network.classifier import Classifier, load_classifier
from mnist_app.network.model_store import StoredModel
from mnist_app.reading.front_door import read_picture
from mnist_app.settings import CLASSES, DATA_FOLDER

FILE = "styles.csv"
KEPT = 5000  # of MNIST's training digits, the last ones
EACH, SEED = 200, 3_000_017  # digits of each habit, and the seed of the first
SHARED = 10  # every how many-th of these is also shown in each circumstance
SCANNED, MARGIN = 160, 24  # pixels of an enlarged scan's side, and of the paper around it
SCANS = {"smooth": cv2.INTER_CUBIC, "blocky": cv2.INTER_NEAREST}
DIGITS = KEPT + len(HABITS) * EACH * (SHARED + len(CIRCUMSTANCES)) // SHARED + len(SCANS) * 1797  # of all three sets

MNIST, HANDS, ELSEWHERE, LOAD_DIGITS = "mnist", "other hands", "circumstances", "load_digits"
CHOICE = "choice"
# What a percent of each set counts in the figure to choose by, settled before any training was judged by it. A percent
# of MNIST is 50 digits, where networks differ by 5; of the other sets they differ by 5 % and more. So a tenth of a
# percent of MNIST is worth as much as a percent of the drawn hands, half of it for those in other circumstances, or of
# the scans: about what chance makes of each.
WEIGHTS = {MNIST: 10, HANDS: 0.5, ELSEWHERE: 0.5, LOAD_DIGITS: 1}


def measure(
    model: StoredModel, data: Path = DATA_FOLDER, each: int = EACH, advance: Callable[[int], object] = lambda _: None
) -> list[tables.Row]:
    """Read all three sets.

    Args:
        model: a trained folder.
        data: the folder with the four IDX files.
        each: digits of each habit.
        advance: called with the number of digits after each part.

    Returns:
        Rows of set, style, digits, accuracy and, where any is misread, what digit they are mostly taken for. The first
        row's accuracy is the figure to choose by. It and MNIST's are None where the network was trained on some of
        MNIST's last 5,000 digits.
    """
    classifier, rows = load_classifier(model), []

    def add(name: str, style: str, y_true: np.ndarray, y_pred: np.ndarray) -> None:
        right = y_pred == y_true
        taken_for = np.bincount(y_pred[~right & (y_pred >= 0)], minlength=CLASSES)
        rows.append(
            {
                "set": name,
                "style": style,
                "digits": len(y_true),
                "accuracy": float(right.mean()),
                "mostly_taken_for": int(taken_for.argmax()) if taken_for.any() else None,
            }
        )
        advance(len(y_true))

    (x, y), _ = load_mnist(data)
    if round(len(x) * model.recipe["validation_split"]) >= KEPT:
        add(MNIST, "", y[-KEPT:], classifier.predict(x[-KEPT:]).y_prob.argmax(axis=1))
    written = [draw_habit(habit, each, SEED + i, held=True) for i, habit in enumerate(HABITS)]
    for habit, images in zip(HABITS, written, strict=True):
        y_pred = classifier.predict(images).y_prob.argmax(axis=1)
        add(HANDS, f"{habit.digit} {habit.name}", np.full(each, habit.digit), y_pred)
    some = np.concatenate([images[::SHARED] for images in written])
    y_some = np.repeat([habit.digit for habit in HABITS], len(some) // len(HABITS))
    for i, one in enumerate(CIRCUMSTANCES):
        rng = np.random.default_rng([SEED, i])
        shown = np.stack([show(image, [one.change], rng) for image in some])
        add(ELSEWHERE, one.name, y_some, classifier.predict(shown).y_prob.argmax(axis=1))
    for style in SCANS:
        add(LOAD_DIGITS, style, *read_scans(classifier, style))
    return [_choose(rows), *rows]


def read_scans(classifier: Classifier, style: str, step: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Read scikit-learn's digits as pictures of their own, enlarged from 8 x 8 pixels.

    Args:
        classifier: the network.
        style: how they are enlarged, a key of `SCANS`.
        step: every how many-th is read.

    Returns:
        True digits and read ones, each `(n,)`; -1 where none was found.
    """
    scans, y_true = load_digits(return_X_y=True)
    read = [read_picture(enlarge_scan(scan, style), classifier, digits="one").text for scan in scans[::step]]
    return y_true[::step], np.array([int(text or -1) for text in read])


def enlarge_scan(scan: np.ndarray, style: str) -> np.ndarray:
    """Turn one of scikit-learn's digits `(64,)`, ink 0 to 16, into a picture `(208, 208, 3)` uint8, dark on white."""
    ink = np.rint(scan.reshape(8, 8) * (255 / 16)).astype(np.uint8)
    large = cv2.resize(ink, (SCANNED, SCANNED), interpolation=SCANS[style])
    return cv2.cvtColor(255 - np.pad(large, MARGIN), cv2.COLOR_GRAY2RGB)


def store_styles(
    model: StoredModel, data: Path = DATA_FOLDER, advance: Callable[[int], object] = lambda _: None
) -> list[tables.Row]:
    """Read all three sets and keep the rows of `measure` beside the model."""
    rows = measure(model, data, advance=advance)
    write_whole(model.folder / FILE, tables.to_csv(rows))
    return rows


def load_styles(model: StoredModel) -> list[tables.Row]:
    """Read `styles.csv` as `measure` returned it; an empty list where the model has none."""
    return tables.read_csv(model.folder / FILE, {"digits": int, "accuracy": float, "mostly_taken_for": int})


def hand_slices(rows: list[tables.Row]) -> list[tables.Row]:
    """The drawn hands and circumstances among rows of `measure` as slices with their intervals, the weakest first."""
    drawn = [row for row in rows if row["set"] in (HANDS, ELSEWHERE)]
    counts = [(round(row["accuracy"] * row["digits"]), row["digits"]) for row in drawn]
    of_all = sum(right for right, _ in counts), sum(total for _, total in counts)
    found = []
    for row, (right, total) in zip(drawn, counts, strict=True):
        interval = wilson_interval(right, total)
        found.append(
            {"slice": row["style"], "digits": total, "misread": total - right}
            | {"accuracy": interval.value, "low": interval.low, "high": interval.high}
            | {"verdict": judge(right, total, *of_all), "mostly_taken_for": row["mostly_taken_for"]}
        )
    return sorted(found, key=lambda row: row["high"])


def _choose(rows: list[tables.Row]) -> tables.Row:
    """The row of the figure to choose by: the weighted mean of the sets, each the mean of its rows."""
    parts = {name: [row["accuracy"] for row in rows if row["set"] == name] for name in WEIGHTS}
    known = all(parts.values())
    means = [np.mean(part) for part in parts.values()] if known else []
    return {
        "set": CHOICE,
        "style": "",
        "digits": sum(row["digits"] for row in rows),
        "accuracy": float(np.average(means, weights=list(WEIGHTS.values()))) if known else None,
        "mostly_taken_for": None,
    }
