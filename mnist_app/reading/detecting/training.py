"""Train the detector on generated pages, watch it, and store it with its recipe."""

import os
import shutil
from collections.abc import Callable
from importlib.metadata import version

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

from mnist_app.digits.generated.kinds import Kind
from mnist_app.digits.generated.windows import BatchStream
from mnist_app.network import callbacks, training
from mnist_app.network.model_store import StoredModel, write_json
from mnist_app.reading.detecting.architecture import HEAT, KINDS, SIZE, build_detector, with_features
from mnist_app.settings import TrainingSettings

STEPS = 500  # batches that count as an epoch: pages never repeat
VALIDATION_BATCHES = 24
VALIDATION_SEED = 2_000_003
KIND_WEIGHTS = (0.5, 3.0, 1.5, 1.5, 1.5, 0.5)  # of `Kind`, in the loss: paper and photos fill most places
HEAT_WEIGHT, SIZE_WEIGHT = 0.2, 0.3
PROCESSES = 1  # that draw pages beside the training: on two cores one keeps up


class Batches(keras.utils.PyDataset):
    """Batches of generated windows; what a batch holds depends on seed, epoch and its place alone."""

    def __init__(self, stream: BatchStream, seed: int) -> None:
        super().__init__()
        self._stream, self._seed = stream, seed
        self.start(1)

    def __len__(self) -> int:
        return STEPS

    def start(self, epoch: int) -> None:
        """Give the batches of an epoch from now on, counted from 1."""
        self._epoch = epoch

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        pictures, targets = self._stream.get(self._seed, self._epoch, index)
        return pictures.astype(np.float32), targets


def detector_loss(targets: tf.Tensor, output: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of the kinds, CenterNet's focal loss of the centres, and the error of the sizes' logarithms."""
    kind, heat, sizes = targets[..., 0], targets[..., 1], targets[..., 2:]
    learnt = kind < KINDS
    labels = tf.where(learnt, tf.cast(kind, tf.int32), 0)
    weight = tf.gather(tf.constant(KIND_WEIGHTS), labels) * tf.cast(learnt, tf.float32)
    entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, output[..., :KINDS])
    kinds = tf.reduce_sum(weight * entropy) / (tf.reduce_sum(weight) + 1.0)
    score = output[..., HEAT]
    prob = tf.sigmoid(score)
    centre = heat > 0.999
    count = tf.reduce_sum(tf.cast(centre, tf.float32)) + 4.0
    missed = (1 - prob) ** 2 * tf.math.log_sigmoid(score)
    invented = (1 - heat) ** 4 * prob**2 * tf.math.log_sigmoid(-score)
    doubtful = tf.cast(learnt, tf.float32)
    centres = -tf.reduce_sum(doubtful * tf.where(centre, missed, invented)) / count
    inside = tf.cast(heat > 0.5, tf.float32)[..., tf.newaxis]
    error = tf.reduce_sum(inside * tf.abs(output[..., SIZE] - sizes)) / (tf.reduce_sum(inside) + 1.0)
    return kinds + HEAT_WEIGHT * centres + SIZE_WEIGHT * error


def accuracy(targets: tf.Tensor, output: tf.Tensor) -> tf.Tensor:
    """Share of the places with ink whose kind is told right: a digit, or none."""
    kind = targets[..., 0]
    inked = tf.cast((kind > Kind.PAPER) & (kind < Kind.PICTURE), tf.float32)
    digit = tf.argmax(output[..., :KINDS], axis=-1) == Kind.DIGIT
    right = tf.cast(digit == (kind == Kind.DIGIT), tf.float32)
    return tf.reduce_sum(right * inked) / (tf.reduce_sum(inked) + 1e-6)


def train_detector(
    settings: TrainingSettings,
    model: StoredModel,
    progress: callbacks.Progress = lambda *_: None,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Train the detector and write `detector.keras`, `detector.tflite`, `recipe.json` and `history.csv`.

    The same settings give the same pages. An interrupted training goes on after its last finished epoch.

    Args:
        settings: epochs, batch size, learning rate, precision, average and seed count; the rest is for classifiers.
        model: the folder to write into; it exists.
        progress: called with step, steps and figures after each step.
        tell: called with a sentence for people.
    """
    keras.utils.set_random_seed(settings.seed)
    keras.mixed_precision.set_dtype_policy(settings.precision)
    network = build_detector()
    keras.mixed_precision.set_dtype_policy("float32")
    network.compile(optimizer=training.make_optimizer(settings, STEPS), loss=detector_loss, metrics=[accuracy])
    recipe = settings.to_dict() | {
        "parameters": network.count_params(),
        "libraries": {name: version(name) for name in training.LIBRARIES},
    }
    if model.unfinished.exists() and model.recipe != recipe:
        tell("An interrupted training of that name had other settings; starting afresh.")
        shutil.rmtree(model.unfinished)
    write_json(model.folder / "recipe.json", recipe)
    if finished := callbacks.restore(network, model.unfinished):
        tell(f"Going on after epoch {finished} of {settings.epochs}.")
    tell("Preparing fonts and pictures …")
    stream, held_back = (
        BatchStream("train", settings.batch_size, PROCESSES),
        BatchStream("validation", settings.batch_size),
    )
    try:
        validation = [held_back.get(VALIDATION_SEED, i) for i in range(VALIDATION_BATCHES)]
        held_back.close()
        batches = Batches(stream, settings.seed)
        network.fit(
            batches,
            validation_data=tuple(np.concatenate(part) for part in zip(*validation, strict=True)),
            validation_batch_size=settings.batch_size,
            initial_epoch=finished,
            epochs=settings.epochs,
            shuffle=False,
            callbacks=[
                callbacks.EpochStart(batches.start),
                callbacks.HistoryFile(model.folder / "history.csv", finished),
                callbacks.StepProgress(progress),
                callbacks.Checkpoint(model.unfinished),
            ],
            verbose=0,
        )
        weights = network.get_weights()
        network = build_detector()
        network.set_weights(weights)
        if settings.average:  # fit() ends with the averaged weights, to which the statistics do not belong
            batches.start(settings.epochs + 1)
            training.reestimate_statistics(network, batches, count=100)
    finally:
        stream.close()
        held_back.close()
    training.store_network(network, model, "detector")
    training.export_network(with_features(network), model.folder / "detector.tflite")
