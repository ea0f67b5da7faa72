"""Measure a stored model on MNIST's test digits, once, and store what every evaluation page needs."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mnist_app.digits.datasets import load_mnist
from mnist_app.metrics import summarize
from mnist_app.network.classifier import load_classifier
from mnist_app.network.model_store import StoredModel, list_models, write_json
from mnist_app.reading.front_door import read_picture
from mnist_app.settings import DATA_FOLDER, differing_settings


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
    model.save_test_outputs(**arrays)
    return metrics


def summarize_seeds(model: StoredModel) -> dict[str, float]:
    """Say how networks by a model's recipe scatter that learnt from all training digits and differ in their seed alone.

    Args:
        model: one of them, or one that kept some digits for validation. Of the others, recipe and metrics are enough,
            without weights.

    Returns:
        `seeds`, how many there are, and mean and standard deviation of their accuracies; nothing where there is one.
    """
    stored = list_models(model.folder.parent, holding="metrics.json")
    seeds = [one for one in stored if not one.recipe["validation_split"]]
    accuracies = [one.metrics["accuracy"] for one in seeds if not differing_settings(model.recipe, one.recipe)]
    if len(accuracies) < 2:
        return {}
    return {
        "seeds": len(accuracies),
        "seeds_accuracy": float(np.mean(accuracies)),
        "seeds_deviation": float(np.std(accuracies, ddof=1)),
    }


def evaluate_on_canvas(model: StoredModel, data: Path = DATA_FOLDER) -> dict[str, float]:
    """Read every test digit as a drawing, enlarged tenfold and off-centre, in three polarities: is anything lost?

    Args:
        model: a trained folder.
        data: the folder with the four IDX files.

    Returns:
        The share read right for each kind of canvas, named after it.
    """
    classifier = load_classifier(model)
    _, (x_test, y_test) = load_mnist(data)
    places = np.random.default_rng(0).integers(0, 120, (len(x_test), 2))
    right = dict.fromkeys(CANVASES, 0)
    for image, label, place in zip(x_test, y_test, places, strict=True):
        ink = draw_off_centre(image, *place)
        for name, paint in CANVASES.items():
            right[name] += read_picture(paint(ink), classifier, drawn=True).text == str(label)
    return {name: count / len(x_test) for name, count in right.items()}


def draw_off_centre(image: np.ndarray, x: int, y: int) -> np.ndarray:
    """Enlarge a `(28, 28)` image tenfold and put it at (x, y), each 0 to 120, on `(400, 400)` uint8."""
    canvas = np.zeros((400, 400), np.uint8)
    canvas[y : y + 280, x : x + 280] = cv2.resize(image, (280, 280), interpolation=cv2.INTER_CUBIC)
    return canvas


# How ink `(h, w)` uint8 becomes a picture.
CANVASES = {
    "canvas_white_on_black": lambda ink: cv2.cvtColor(ink, cv2.COLOR_GRAY2RGB),
    "canvas_black_on_white": lambda ink: cv2.cvtColor(255 - ink, cv2.COLOR_GRAY2RGB),
    "canvas_colour_on_transparent": lambda ink: cv2.merge(
        [np.full_like(ink, level) for level in (200, 30, 60)] + [ink]
    ),
}
