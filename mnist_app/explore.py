"""Compute once what the pages Evaluation and Errors need beside the test probabilities, and store it with the model."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app import doubtful, embedding, tables
from mnist_app.augmentation import AUGMENTATIONS, Augmentation
from mnist_app.classifier import Classifier, load_classifier
from mnist_app.corruptions import BENCHMARK, CORRUPTIONS, SEVERITIES, corrupt
from mnist_app.datasets import load_mnist
from mnist_app.metrics import self_confidence, wilson_interval
from mnist_app.model_store import StoredModel, list_models
from mnist_app.settings import DATA_FOLDER, TrainingSettings

EXPLORE = "explore.npz"
ROWS = "corruptions.csv"
DOUBTFUL = 200  # stored of each set
WORST = 12  # digits stored of each family and severity
STEP = 5  # severities other than the benchmark's are measured on every fifth digit
OnFamily = Callable[[str, int], None]  # is called with a family of corruptions and a severity
MEASUREMENTS = len(CORRUPTIONS) * len(SEVERITIES)


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

    def to_rows(self, labels: np.ndarray) -> list[tables.Row]:
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


@dataclass(frozen=True)
class Explore:
    """What `store_explore` stored.

    Attributes:
        points: `(10000, 2)` float32, the test digits' places on the map.
        test, train: the most doubtful labels.
    """

    points: np.ndarray
    test: Doubtful
    train: Doubtful


def store_explore(model: StoredModel, data: Path = DATA_FOLDER, seed: int = 0) -> None:
    """Write `explore.npz` into the model's folder: map and doubtful labels.

    Training digits are judged out of fold by `doubtful.second_opinion` alone, since the network has learnt their
    labels. Test digits are judged by it and by the best network in the folder: a weak one doubts what it misreads.

    Args:
        model: a trained folder with `test_outputs.npz`.
        data: the folder with the four IDX files.
        seed: of the map and the second opinion.
    """
    (x_train, y_train), (x_test, y_test) = load_mnist(data)
    y_prob, features = model.test_outputs()
    train_prob, test_prob = doubtful.second_opinion(x_train, y_train, x_test, seed=seed)
    judges = [y_prob, *(other.test_outputs()[0] for other in list_models(model.folder.parent) if other != model)]
    judges = [judged for judged in judges if len(judged) == len(y_test)]  # not those measured on other test digits
    best = max(judges, key=lambda judged: np.log(self_confidence(y_test, judged) + 1e-9).mean())  # least loss
    judged_test = (best + test_prob) / 2
    arrays: dict[str, Any] = {"points": embedding.embed(features, seed)}
    for name, y_true, judged in (("test", y_test, judged_test), ("train", y_train, train_prob)):
        arrays |= {f"{name} {key}": values for key, values in vars(_most_doubtful(y_true, judged)).items()}
    # Half precision is a 0.1 % step: no page shows more.
    arrays = {key: v.astype(np.float16) if v.dtype == np.float32 else v for key, v in arrays.items()}
    np.savez_compressed(model.folder / EXPLORE, **arrays)


def load_explore(model: StoredModel) -> Explore | None:
    """Read `explore.npz`; None where the model has none."""
    path = model.folder / EXPLORE
    if not path.exists():
        return None
    with np.load(path) as stored:
        arrays = {key: v.astype(np.float32) if v.dtype == np.float16 else v for key, v in stored.items()}

    def under(prefix: str) -> dict[str, np.ndarray]:
        return {key.removeprefix(prefix): v for key, v in arrays.items() if key.startswith(prefix)}

    return Explore(arrays["points"], Doubtful(**under("test ")), Doubtful(**under("train ")))


def evaluate_corruptions(
    classifier: Classifier,
    images: np.ndarray,
    labels: np.ndarray,
    severities: tuple[int, ...] = SEVERITIES,
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
    (model.folder / ROWS).write_text(tables.to_csv(rows), encoding="utf-8")
    return rows


def load_corruptions(model: StoredModel) -> list[tables.Row]:
    """Read `corruptions.csv` as `evaluate_corruptions` returned it; an empty list where the model has none."""
    path = model.folder / ROWS
    if not path.exists():
        return []
    types: dict[str, Callable[[str], Any]] = {
        "severity": int,
        "seen": "True".__eq__,
        "digits": int,
        "accuracy": float,
        "low": float,
        "high": float,
    }
    with path.open(newline="", encoding="utf-8") as file:
        return [{key: types.get(key, str)(value) for key, value in row.items()} for row in csv.DictReader(file)]


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


def _most_doubtful(y_true: np.ndarray, y_prob: np.ndarray) -> Doubtful:
    first = doubtful.rank_doubtful(y_true, y_prob)[:DOUBTFUL]
    issues = doubtful.find_label_issues(y_true, y_prob)
    return Doubtful(
        first.astype(np.uint16),
        self_confidence(y_true, y_prob)[first].astype(np.float32),
        y_prob[first].argmax(axis=1).astype(np.uint8),
        issues[first],
    )
