"""Train the judge of candidates on examples from generated pages."""

import os
from collections.abc import Sequence

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from mnist_app.reading.detecting.detector import FEATURES
from mnist_app.reading.detecting.evidence import OWN, Evidence
from mnist_app.reading.detecting.judge import FURTHEST, ROUNDS, Judge, JudgeNetwork, with_surroundings
from mnist_app.reading.detecting.surroundings import SEEN, Surroundings

NETWORKS, EPOCHS, BATCH = 3, 20, 32  # batches are of pages
LEARNING_RATE, WEIGHT_DECAY, DROPOUT = 2e-3, 1e-2, 0.15
FORGOTTEN = 0.3  # share of the pages on which what one of the two networks sees is not told
WIDE, STATE = 64, 32  # units of the first layer, and of every other one


class Network(keras.Model):
    """The network that `JudgeNetwork` runs with NumPy, on the candidates of several pages at once."""

    def __init__(self, mean: np.ndarray, scale: np.ndarray) -> None:
        super().__init__()
        self.mean, self.scale = mean, scale
        self.drop = layers.Dropout(DROPOUT)
        names = [("own1", WIDE), ("own2", STATE)]
        names += [(f"{name}{i}", STATE) for i in range(ROUNDS) for name in ("neighbours", "rivals", "state")]
        self.dense = {name: layers.Dense(units, "relu", name=name) for name, units in names}
        self.odds = layers.Dense(1, name="odds")

    def call(self, batch: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        own = tf.clip_by_value((batch["own"] - self.mean) / self.scale, -FURTHEST, FURTHEST)
        if training:
            own = _forget(own, batch["page"])
        state = self.dense["own2"](self.dense["own1"](self.drop(own, training=training)))
        for i in range(ROUNDS):
            heard = [part for name in ("neighbours", "rivals") for part in self._hear(f"{name}{i}", state, batch, name)]
            mark = batch["mark"][:, tf.newaxis]
            page = tf.math.segment_sum(state * mark, batch["page"])
            page /= tf.maximum(tf.math.segment_sum(mark, batch["page"]), 1.0)
            state = self.dense[f"state{i}"](tf.concat([state, *heard, tf.gather(page, batch["page"])], axis=1))
        return self.odds(state)[:, 0]

    def _hear(self, name: str, state: tf.Tensor, batch: dict[str, tf.Tensor], which: str) -> list[tf.Tensor]:
        valid = batch[f"{which}.valid"]
        there = tf.gather(state, batch[f"{which}.index"])
        said = self.dense[name](tf.concat([there, batch[f"{which}.beside"]], axis=2)) * valid[..., tf.newaxis]
        count = tf.maximum(tf.reduce_sum(valid, axis=1, keepdims=True), 1.0)
        return [tf.reduce_sum(said, axis=1) / count, tf.reduce_max(said, axis=1)]

    def weights_by_name(self) -> dict[str, np.ndarray]:
        """What a `JudgeNetwork` is made of."""
        dense = [*self.dense.values(), self.odds]
        named = {f"{one.name}.{part}": getattr(one, part).numpy() for one in dense for part in ("kernel", "bias")}
        return named | {"mean": self.mean, "scale": self.scale}


def _forget(own: tf.Tensor, page: tf.Tensor) -> tf.Tensor:
    """Keep the detector's features, or the classifier's, from some pages: the judge must not lean on either alone."""
    parts = tf.split(own, [len(OWN), FEATURES, own.shape[1] - len(OWN) - FEATURES - SEEN, SEEN], axis=1)
    chances = tf.random.uniform((tf.reduce_max(page) + 1, 2))
    told = tf.gather(tf.cast(chances > FORGOTTEN, tf.float32), page)
    return tf.concat([parts[0], parts[1] * told[:, :1], parts[2] * told[:, 1:], parts[3]], axis=1)


def stack(pages: Sequence[Evidence]) -> dict[str, np.ndarray]:
    """The candidates of several pages as one batch; each page's candidates know one another only."""
    counts = [len(one.own) for one in pages]
    starts = np.cumsum([0, *counts[:-1]])
    batch = {
        "own": np.concatenate([one.own for one in pages]).astype(np.float32),
        "mark": np.concatenate([one.mark for one in pages]),
        "page": np.repeat(np.arange(len(pages), dtype=np.int32), counts),
    }
    for name in ("neighbours", "rivals"):
        others = [getattr(one, name) for one in pages]
        batch[f"{name}.index"] = np.concatenate([one.index + s for one, s in zip(others, starts, strict=True)])
        batch[f"{name}.valid"] = np.concatenate([one.valid for one in others])
        batch[f"{name}.beside"] = np.concatenate([one.beside for one in others])
    return batch


def train_judge(
    pages: Sequence[Evidence],
    truths: Sequence[np.ndarray],
    surroundings: Surroundings,
    networks: int = NETWORKS,
    epochs: int = EPOCHS,
) -> Judge:
    """Train a judge; its threshold is still 0.

    Args:
        pages: what is known of the candidates of each page.
        truths: for each page `(n,)`, 1, 0, or negative where a candidate is not learnt from.
        surroundings: a trained network.
        networks: whose mean the judge is.
        epochs: how often each page is seen.
    """
    pages = [with_surroundings(page, surroundings) for page in pages]
    return Judge(tuple(_train(pages, truths, seed, epochs) for seed in range(networks)), surroundings)


def _train(pages: Sequence[Evidence], truths: Sequence[np.ndarray], seed: int, epochs: int) -> JudgeNetwork:
    own = np.concatenate([one.own for one in pages])
    mean, scale = own.mean(axis=0, dtype=np.float64), own.std(axis=0, dtype=np.float64) + 1e-3
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    network = Network(mean.astype(np.float32), scale.astype(np.float32))
    steps = epochs * -(-len(pages) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps, 0.0, warmup_target=LEARNING_RATE, warmup_steps=steps // 20
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY, clipnorm=1.0)

    @tf.function(reduce_retracing=True)
    def step(batch: dict[str, tf.Tensor], truth: tf.Tensor, weight: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            odds = network(batch, training=True)
            loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=truth, logits=odds)
            loss = tf.reduce_sum(loss * weight) / tf.reduce_sum(weight)
        optimizer.apply(tape.gradient(loss, network.trainable_variables), network.trainable_variables)
        return loss

    for _ in range(epochs):
        order = rng.permutation(len(pages))
        for first in range(0, len(order), BATCH):
            chosen = order[first : first + BATCH]
            truth = np.concatenate([truths[i] for i in chosen])
            # Pages full of pieces must not drown those with a single digit.
            weight = np.concatenate([np.full(len(truths[i]), len(truths[i]) ** -0.5) for i in chosen]) * (truth >= 0)
            batch = {name: tf.constant(array) for name, array in stack([pages[i] for i in chosen]).items()}
            step(batch, tf.constant(np.maximum(truth, 0), tf.float32), tf.constant(weight, tf.float32))
    return JudgeNetwork(network.weights_by_name())
