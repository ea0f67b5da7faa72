"""Time how fast networks learn on this machine, beside plain Keras in the same run."""

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from keras import layers

from mnist_app.digits import datasets
from mnist_app.network import architectures, training
from mnist_app.network.model_store import StoredModel
from mnist_app.network.recipes import RECIPES
from mnist_app.settings import DATA_FOLDER, TrainingSettings
from mnist_app.tables import Row

GOAL = 0.99  # share of the validation digits read right
PLAIN_EPOCHS = 20  # at most, of the plain example
ROUNDS = 3  # in each of which every training has its turn
SMALL = "dropout"  # the network whose images per second are compared


def run(rounds: int = ROUNDS, data: Path = DATA_FOLDER) -> list[Row]:
    """Time the recipe `quick` to its end and Keras's own example to the same goal, and count images per second.

    Validation digits judge, the same 5,000 for all. What is timed begins with a network without any learning and ends
    with the last epoch; loading TensorFlow is no part of it.

    Args:
        rounds: how many times each is timed; they take turns, so that a slow moment hits all of them.
        data: the folder with the four IDX files.

    Returns:
        Rows as those of `benchmark.run`, with `lowest` and `highest` of the rounds; shares are medians, too.
    """
    quick = RECIPES["quick"].settings
    exact = RECIPES[SMALL].settings.override(epochs=2, validation_split=quick.validation_split)
    found: dict[str, list[tuple[float, float]]] = {"quick": [], "plain": []}
    speeds: dict[str, list[float]] = {"fit": [], "ours": [], "rough": []}
    for seed in range(rounds):
        found["quick"].append(_learn(quick.override(seed=seed), data)[1:])
        found["plain"].append(_plain_example(seed, quick.validation_split, data))
        speeds["fit"].append(_plain_fit(exact, data))
        speeds["ours"].append(_learn(exact, data)[0])
        speeds["rough"].append(_learn(exact.override(precision="mixed_bfloat16"), data)[0])
    seconds = {name: [one for one, _ in timed] for name, timed in found.items()}
    plain, fit = f"Keras's example, to {GOAL:.0%} of the validation digits", f"images a second, {SMALL}, plain fit"
    return [
        _row("recipe quick, to its end", seconds["quick"], "s", plain, seconds["plain"]),
        _row("recipe quick, validation digits read right", [100 * share for _, share in found["quick"]], "%"),
        _row(plain, seconds["plain"], "s", plain, seconds["plain"]),
        _row(f"{plain}, read right", [100 * share for _, share in found["plain"]], "%"),
        _row(fit, speeds["fit"], "images/s", fit, speeds["fit"]),
        _row(f"images a second, {SMALL}, train", speeds["ours"], "images/s", fit, speeds["fit"]),
        _row(
            f"images a second, {SMALL}, train --precision mixed_bfloat16",
            speeds["rough"],
            "images/s",
            fit,
            speeds["fit"],
        ),
    ]


def _learn(settings: TrainingSettings, data: Path) -> tuple[float, float, float]:
    """Images per second of the last epoch, seconds of all epochs, and the share of validation digits read right."""
    with TemporaryDirectory() as folder:
        model = StoredModel(Path(folder))
        training.train(settings, model, data=data)
        history = model.history
    (images, _), _ = datasets.split_validation(*datasets.load_mnist(data)[0], settings.validation_split)
    return (
        len(images) / history[-1]["seconds"],
        sum(row["seconds"] for row in history),
        history[-1]["val_accuracy"],
    )


def _plain_example(seed: int, validation_split: float, data: Path) -> tuple[float, float]:
    """Seconds, and share read right, of the network and training of keras.io/examples/vision/mnist_convnet."""
    keras.utils.set_random_seed(seed)
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    learnt, kept = _arrays(validation_split, data)
    seconds, right = 0.0, 0.0
    for _ in range(PLAIN_EPOCHS):
        start = perf_counter()
        history = network.fit(*learnt, batch_size=128, epochs=1, validation_data=kept, verbose=0).history
        seconds, right = seconds + perf_counter() - start, history["val_accuracy"][-1]
        if right >= GOAL:
            break
    return seconds, right


def _plain_fit(settings: TrainingSettings, data: Path) -> float:
    """Images per second of Keras's `fit` with the network and batch size of the settings, in the last epoch."""
    keras.utils.set_random_seed(settings.seed)
    built = architectures.build(settings.architecture, settings.classes, settings.dropout)
    network = keras.Model(built.input, built.outputs[0])
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    network.compile(loss=loss, optimizer="adam", metrics=["accuracy"])
    learnt, kept = _arrays(settings.validation_split, data)
    ends = [perf_counter()]
    tell = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: ends.append(perf_counter()))
    network.fit(
        *learnt,
        batch_size=settings.batch_size,
        epochs=settings.epochs,
        validation_data=kept,
        validation_batch_size=1000,
        callbacks=[tell],
        verbose=0,
    )
    return len(learnt[0]) / [end - start for start, end in pairwise(ends)][-1]


def _arrays(validation_split: float, data: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Digits to learn from, and those kept aside, each as images `(n, 28, 28, 1)` and one-hot labels, float32."""
    parts = datasets.split_validation(*datasets.load_mnist(data)[0], validation_split)
    return [(datasets.to_input(x), np.eye(10, dtype=np.float32)[y]) for x, y in parts]


def _row(
    what: str, values: Sequence[float], unit: str, reference: str | None = None, others: Sequence[float] = ()
) -> Row:
    middle = float(np.median(values))
    return {
        "what": what,
        "median": middle,
        "unit": unit,
        "ratio": middle / float(np.median(others)) if others else None,
        "reference": reference,
        "lowest": min(values),
        "highest": max(values),
    }
