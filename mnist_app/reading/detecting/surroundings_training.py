"""Train the network that looks at the surroundings of candidates."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from mnist_app.network.training import export_network, fold_normalisation
from mnist_app.reading.detecting.surroundings import CHANNELS, FILE, SEEN, SIDE, Surroundings

EPOCHS, BATCH = 6, 256
LEARNING_RATE, WEIGHT_DECAY, DROPOUT = 2e-3, 1e-2, 0.3
SHIFT = 2  # pixels by which views are moved while it learns


def build_surroundings() -> keras.Model:
    """Five convolutions, 62,000 weights, from `(n, 32, 32, 3)` float32, 0 to 255, to `(n, 24)`."""
    views = keras.Input((SIDE, SIDE, CHANNELS))
    x = layers.Rescaling(1 / 128.0, -1.0)(views)
    for filters, stride in ((16, 2), (24, 1), (32, 2), (32, 1), (48, 2)):
        x = layers.Conv2D(filters, 3, stride, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.97)(x))
    return keras.Model(views, layers.Dense(SEEN, "relu")(layers.Flatten()(x)), name="surroundings")


def train_surroundings(
    views: Sequence[np.ndarray], truths: Sequence[np.ndarray], folder: Path, epochs: int = EPOCHS
) -> Surroundings:
    """Train on the candidates of many pages to tell whole digits from all else, and write `surroundings.tflite`.

    Args:
        views: for each page `(n, 32, 32, 3)` uint8.
        truths: for each page `(n,)`, 1, 0, or negative where a candidate is not learnt from.
        folder: where the file goes.
        epochs: how often each candidate is seen.
    """
    keras.utils.set_random_seed(0)
    # Pages full of pieces must not drown those with a single digit.
    weight = np.concatenate([np.full(len(one), max(len(one), 1) ** -0.5) for one in truths])
    x, truth = np.concatenate(views), np.concatenate(truths)
    x, truth, weight = (part[truth >= 0] for part in (x, truth, weight))
    weight /= weight.mean()
    seen = build_surroundings()
    learning = layers.Dense(1)(layers.Dropout(DROPOUT)(seen.output))
    network = keras.Model(seen.input, learning)
    steps = -(-len(x) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, epochs * steps, 0.0, warmup_target=LEARNING_RATE, warmup_steps=epochs * steps // 20
    )
    network.compile(
        keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY, clipnorm=1.0),
        keras.losses.BinaryCrossentropy(from_logits=True),
    )
    data = tf.data.Dataset.from_generator(
        lambda: _batches(x, truth, weight, epochs),
        output_signature=(
            tf.TensorSpec((None, SIDE, SIDE, CHANNELS)),
            tf.TensorSpec((None,)),
            tf.TensorSpec((None,)),
        ),
    )
    network.fit(data.prefetch(4), steps_per_epoch=steps, epochs=epochs, shuffle=False, verbose=0)
    fold_normalisation(seen)
    export_network(seen, folder / FILE)
    return Surroundings(folder / FILE)


def _batches(
    x: np.ndarray, truth: np.ndarray, weight: np.ndarray, epochs: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(0)
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for first in range(0, len(order), BATCH):
            chosen = order[first : first + BATCH]
            moved = np.roll(x[chosen], rng.integers(-SHIFT, SHIFT + 1, 2), axis=(1, 2)).astype(np.float32)
            yield moved, truth[chosen].astype(np.float32), weight[chosen].astype(np.float32)
