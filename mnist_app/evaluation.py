"""Measure a stored model on MNIST's test digits, once, and store what every evaluation page needs."""

from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.classifier import load_classifier
from mnist_app.datasets import load_mnist
from mnist_app.metrics import summarize
from mnist_app.model_store import StoredModel, write_json
from mnist_app.settings import DATA_FOLDER


def evaluate(model: StoredModel, data: Path = DATA_FOLDER) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Classify the 10,000 test digits.

    Args:
        model: a trained folder.
        data: the folder with the four IDX files.

    Returns:
        What `metrics.json` and `test_outputs.npz` hold: the figures, and `y_prob (n, 10)`, `features (n, d)`.
    """
    _, (x_test, y_test) = load_mnist(data)
    outputs = load_classifier(model).predict(x_test)
    metrics = summarize(y_test, outputs.y_prob) | {
        "parameters": model.recipe["parameters"],
        "train_seconds": round(sum(epoch["seconds"] for epoch in model.history), 1),
    }
    return metrics, {"y_prob": outputs.y_prob, "features": outputs.features}


def store_evaluation(model: StoredModel, data: Path = DATA_FOLDER) -> dict[str, Any]:
    """Evaluate a model and write `metrics.json` and `test_outputs.npz` into its folder; return the figures."""
    metrics, arrays = evaluate(model, data)
    write_json(model.folder / "metrics.json", metrics)
    # Half precision halves the file; features only serve distances, which that does not change visibly.
    np.savez_compressed(
        model.folder / "test_outputs.npz", y_prob=arrays["y_prob"], features=arrays["features"].astype(np.float16)
    )
    return metrics
