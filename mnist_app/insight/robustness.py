"""How a network reads spoilt digits: measured under every corruption, kept with the model, and summed up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app import tables
from mnist_app.digits.augmentation import AUGMENTATIONS, Augmentation
from mnist_app.digits.corruptions import BENCHMARK, CORRUPTIONS, SEVERITIES, corrupt
from mnist_app.digits.datasets import load_mnist
from mnist_app.files import write_whole
from mnist_app.metrics import wilson_interval
from mnist_app.network.classifier import Classifier, load_classifier
from mnist_app.network.model_store import StoredModel
from mnist_app.settings import TrainingSettings

FILE = "corruptions.csv"
WORST = 12  # digits stored of each family and severity
STEP = 5  # severities other than the benchmark's are measured on every fifth digit
OnFamily = Callable[[str, int], None]  # is called with a family of corruptions and a severity
MEASUREMENTS = len(CORRUPTIONS) * len(SEVERITIES)


def evaluate_corruptions(
    classifier: Classifier,
    images: np.ndarray,
    labels: np.ndarray,
    severities: tuple[int, ...] = SEVERITIES,
    *,
    augmentation: Augmentation = AUGMENTATIONS["none"],
    on_family: OnFamily = lambda family, severity: None,
) -> list[tables.Row]:
    """Measure a network under every family of corruption.

    Args:
        classifier: the network.
        images: `(n, 28, 28)` uint8.
        labels: `(n,)`.
        severities: which; 3, the paper's, is measured on all images and the others on every fifth.
        augmentation: what the network was trained with: decides which families it has seen.
        on_family: called before each family and severity.

    Returns:
        Rows with family, severity, seen, digits (how many were measured), accuracy and its 95 % interval low and high,
        and worst: "index:predicted" of up to twelve digits read wrong, the most confident first. `corrupt` with such an
        index makes the corrupted image anew.
    """
    rows = []
    for name, corruption in CORRUPTIONS.items():
        for severity in severities:
            on_family(name, severity)
            indices = np.arange(0, len(images), 1 if severity == BENCHMARK else STEP)
            y_true = labels[indices]
            y_prob = classifier.predict(corrupt(images[indices], name, severity, indices=indices)).y_prob
            y_pred = y_prob.argmax(axis=1)
            interval = wilson_interval(int((y_pred == y_true).sum()), len(y_true))
            wrong = [i for i in np.argsort(-y_prob.max(axis=1), kind="stable") if y_pred[i] != y_true[i]]
            rows.append(
                {
                    "family": name,
                    "severity": severity,
                    "seen": corruption.seen_by(augmentation),
                    "digits": len(indices),
                    "accuracy": interval.value,
                    "low": interval.low,
                    "high": interval.high,
                    "worst": " ".join(f"{indices[i]}:{y_pred[i]}" for i in wrong[:WORST]),
                }
            )
    return rows


def measure_corruptions(model: StoredModel, data: Path, on_family: OnFamily) -> list[tables.Row]:
    """Measure a model on the test digits, by `evaluate_corruptions`; its recipe says which families it has seen."""
    _, (x_test, y_test) = load_mnist(data)
    augmentation = AUGMENTATIONS[TrainingSettings.from_dict(model.recipe).augmentation]
    classifier = load_classifier(model)
    return evaluate_corruptions(classifier, x_test, y_test, augmentation=augmentation, on_family=on_family)


def store_corruptions(model: StoredModel, data: Path, on_family: OnFamily) -> list[tables.Row]:
    """Measure a model under every corruption, write `corruptions.csv` into its folder, and return the rows."""
    rows = measure_corruptions(model, data, on_family)
    write_whole(model.folder / FILE, tables.to_csv(rows))
    return rows


def load_corruptions(model: StoredModel) -> list[tables.Row]:
    """Read `corruptions.csv` as `evaluate_corruptions` returned it; an empty list where the model has none."""
    types: dict[str, Callable[[str], Any]] = {"severity": int, "seen": "True".__eq__, "digits": int}
    return tables.read_csv(model.folder / FILE, types | dict.fromkeys(("accuracy", "low", "high"), float))


def worst_digits(row: tables.Row) -> list[tuple[int, int]]:
    """The worst digits of a row of `evaluate_corruptions`: pairs of index and predicted digit."""
    return [(int(index), int(read)) for index, read in (pair.split(":") for pair in row["worst"].split())]


def benchmark_rows(rows: list[tables.Row]) -> list[tables.Row]:
    """Family, seen, digits, accuracy and its interval at the paper's severity, from rows of `evaluate_corruptions`."""
    kept = ("family", "seen", "digits", "accuracy", "low", "high")
    return [{key: row[key] for key in kept} for row in rows if row["severity"] == BENCHMARK]


def summarize_corruptions(rows: list[tables.Row]) -> dict[str, float | None]:
    """Mean accuracy at the paper's severity: over all families, those seen in training, the others, and the lowest."""
    at = benchmark_rows(rows)

    def mean(accuracies: list[float]) -> float | None:
        return sum(accuracies) / len(accuracies) if accuracies else None

    return {
        "corruptions": mean([row["accuracy"] for row in at]),
        "corruptions_seen": mean([row["accuracy"] for row in at if row["seen"]]),
        "corruptions_unseen": mean([row["accuracy"] for row in at if not row["seen"]]),
        "corruptions_lowest": min((row["accuracy"] for row in at), default=None),
    }
