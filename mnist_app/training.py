"""Train a network, watch it, and store it with its recipe."""

import os
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

from mnist_app import architectures, callbacks, circumstances, datasets, synthesis
from mnist_app.augmentation import AUGMENTATIONS, Augmentation, augment, warp
from mnist_app.classifier import Classifier, load_classifier, softmax
from mnist_app.model_store import StoredModel, find_model, write_json
from mnist_app.settings import CLASSES, DATA_FOLDER, NOT_A_DIGIT, TrainingSettings

FULL_SHARE = 0.6  # of the epochs, at the beginning, that have the augmentation's full strength
LAST_STRENGTH = 0.25  # of the augmentation in the last epoch: what is read in the end is mostly plain writing
TAUGHT = 0.8  # share of a teacher's answer in what is learnt; the label is the rest
CLIP = 1.0  # longest gradient: without it a rare batch of odd digits throws AdamW off course
LOSSES = {
    "sparse": keras.losses.SparseCategoricalCrossentropy,
    "one-hot": keras.losses.CategoricalCrossentropy,
}
# Weights take half the room, which moves a probability by thousandths; LiteRT still computes in single precision.
HALF_PRECISION = {
    "optimizations": [tf.lite.Optimize.DEFAULT],
    "target_spec": {"supported_types": [tf.float16]},
}
LIBRARIES = ("keras", "tensorflow", "numpy", "opencv-python-headless")


class Batches(keras.utils.PyDataset):
    """Shuffled and augmented batches; what a batch holds depends on seed, epoch and its place alone."""

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        settings: TrainingSettings,
        weights: np.ndarray | None = None,
        teacher: Classifier | None = None,
    ) -> None:
        """Keep what batches are made of.

        Args:
            images: `(n, 28, 28)` uint8.
            labels: `(n,)`.
            settings: how they are changed, and the seed.
            weights: `(n,)` float32, what a mistake with each image counts; 1 where None.
            teacher: says what else each image could be.
        """
        super().__init__()
        self._images, self._labels, self._settings = images, labels, settings
        self._weights = np.ones(len(images), np.float32) if weights is None else weights
        self._teacher = teacher
        self.start(1)

    def __len__(self) -> int:
        return -(-len(self._images) // self._settings.batch_size)

    def start(self, epoch: int) -> None:
        """Give the batches of an epoch from now on, counted from 1."""
        self._epoch = epoch
        self._order = np.random.default_rng([self._settings.seed, self._epoch]).permutation(len(self._images))
        strength = augmentation_strength(self._epoch, self._settings.epochs)
        self._augmentation = AUGMENTATIONS[self._settings.augmentation].gentler(strength)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        size = self._settings.batch_size
        chosen = self._order[index * size : (index + 1) * size]
        rng = np.random.default_rng([self._settings.seed, self._epoch, index])
        weights = self._weights[chosen]
        images = augment(self._images[chosen], self._augmentation, rng)
        if share := self._settings.circumstance_share:
            elsewhere = rng.random(len(chosen)) < share
            images[elsewhere] = meet_circumstances(self._images[chosen[elsewhere]], self._augmentation, rng)
            weights = np.where(elsewhere, weights * np.float32(self._settings.circumstance_weight), weights)
        targets = as_targets(self._labels[chosen], self._settings)
        if self._teacher:
            targets = (1 - TAUGHT) * targets + TAUGHT * softmax(self._teacher.predict(images).scores)
        return datasets.to_input(images), targets, weights


def find_teacher(settings: TrainingSettings) -> Classifier | None:
    """The network that the settings name as teacher; None where they name none.

    Small networks that learn what a large one says of the very same augmented images, for long, come near to it (Beyer
    et al. 2022, arXiv 2106.05237).

    Raises:
        ValueError: it tells other classes apart, or there is no such model.
    """
    if not settings.teacher:
        return None
    model = find_model(settings.teacher)
    classes = TrainingSettings.from_dict(model.recipe).classes
    if classes != settings.classes:
        raise ValueError(f"teacher must give {settings.classes} scores, but {settings.teacher!r} gives {classes}.")
    return load_classifier(model)


def meet_circumstances(images: np.ndarray, augmentation: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """Warp images `(n, 28, 28)` uint8 as hands do, then show them in other circumstances, not in bad light."""
    return circumstances.meet(warp(images, augmentation, rng) if len(images) else images, rng)


def augmentation_strength(epoch: int, epochs: int) -> float:
    """Share of the augmentation's strength that an epoch has: all at first, then less from epoch to epoch.

    Of two networks that had learnt from 55,000 digits, one trained like this misread 14 of the 5,000 others, and one
    with half the strength in the last few epochs alone 18, which may be chance.

    Args:
        epoch: counted from 1; later ones than the last count as the last.
        epochs: how many there are.
    """
    full = round(FULL_SHARE * epochs)
    return float(np.interp(epoch, [full, max(epochs, full + 1)], [1.0, LAST_STRENGTH]))


def train(
    settings: TrainingSettings,
    model: StoredModel,
    progress: callbacks.Progress = lambda *_: None,
    data: Path = DATA_FOLDER,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Train a network on MNIST and write `model.keras`, `model.tflite`, `recipe.json` and `history.csv`.

    The same settings give the same numbers on the same machine, interrupted or not: where the folder holds the state of
    an interrupted training with the same recipe, that one goes on after its last finished epoch.

    Args:
        settings: how to train.
        model: the folder to write into; it exists.
        progress: called with step, steps and `{"loss": …, "accuracy": …}` after each step.
        data: the folder with the four IDX files.
        tell: called with a sentence for people where a training goes on, or cannot.
    """
    keras.utils.set_random_seed(settings.seed)
    tf.config.experimental.enable_op_determinism()
    (x, y), test = datasets.load_mnist(data)
    (x_train, y_train), kept = datasets.split_validation(x, y, settings.validation_split)
    x_val, y_val = test if settings.validate_on == "test" else kept
    x_train, y_train, weights = with_synthetic(x_train, y_train, settings)
    batches = Batches(x_train, y_train, settings, weights, find_teacher(settings))
    network = architectures.build(settings.architecture, settings.classes, settings.dropout, settings.precision)
    trained = keras.Model(network.input, network.outputs[0])  # only the scores have a loss
    trained.compile(
        optimizer=make_optimizer(settings, len(batches)),
        loss=LOSSES[settings.loss](from_logits=True),
        metrics=["accuracy"],
    )
    recipe = settings.to_dict() | {
        "parameters": network.count_params(),
        "data_sha256": datasets.checksum(data),
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    if model.unfinished.exists() and model.recipe != recipe:
        tell("An interrupted training of that name had other settings; starting afresh.")
        shutil.rmtree(model.unfinished)
    write_json(model.folder / "recipe.json", recipe)
    if finished := callbacks.restore(trained, model.unfinished):
        tell(f"Going on after epoch {finished} of {settings.epochs}.")
    trained.fit(
        batches,
        validation_data=(datasets.to_input(x_val), as_targets(y_val, settings)) if len(x_val) else None,
        validation_batch_size=1000,
        initial_epoch=finished,
        epochs=settings.epochs,
        shuffle=False,  # Batches shuffles by itself, the same way in every run
        callbacks=[
            callbacks.EpochStart(batches.start),
            callbacks.HistoryFile(model.folder / "history.csv", finished),
            callbacks.StepProgress(progress),
            callbacks.Checkpoint(model.unfinished),  # last, so that a state never lacks its row of the history
        ],
        verbose=0,
    )
    if settings.precision != "float32":
        weights = network.get_weights()
        network = architectures.build(settings.architecture, settings.classes, settings.dropout)
        network.set_weights(weights)
    if settings.average:  # fit() ends with the averaged weights, to which the statistics do not belong
        batches.start(settings.epochs + 1)
        reestimate_statistics(network, batches)
    store_network(network, model)


def store_network(network: keras.Model, model: StoredModel, name: str = "model") -> None:
    """Write `model.keras` and `model.tflite`, both with weights rounded to half precision, which changes `network`.

    Args:
        network: what was trained.
        model: the folder to write into.
        name: of the two files.
    """
    fold_normalisation(network)
    network.set_weights([weights.astype(np.float16).astype(weights.dtype) for weights in network.get_weights()])
    network.save(model.folder / f"{name}.keras")
    export_network(network, model.folder / f"{name}.tflite")


def export_network(network: keras.Model, path: Path) -> None:
    """Write a network for LiteRT, its weights in half precision."""
    network.export(path, format="litert", verbose=False, **HALF_PRECISION)


def fold_normalisation(network: keras.Model) -> None:
    """Move every batch normalisation's scale into the convolution before it; what the network answers stays the same.

    LiteRT's converter would do so, too, but after the rounding, and round once more: the two files would differ.

    Args:
        network: changed in place; a convolution before a batch normalisation has no bias.
    """
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            convolution = layer.input._keras_history.operation
            (kernel,), (gamma, beta, mean, variance) = convolution.get_weights(), layer.get_weights()
            scale = gamma / np.sqrt(variance + layer.epsilon)
            convolution.set_weights([kernel * scale])
            neutral = np.full_like(variance, 1 - layer.epsilon)
            layer.set_weights([np.ones_like(gamma), beta - mean * scale, np.zeros_like(mean), neutral])


def as_targets(labels: np.ndarray, settings: TrainingSettings) -> np.ndarray:
    """Bring labels `(n,)` into the form that the loss wants: as they are, or `(n, classes)` float32 one-hot."""
    return np.eye(settings.classes, dtype=np.float32)[labels] if settings.loss == "one-hot" else labels


def with_synthetic(
    images: np.ndarray, labels: np.ndarray, settings: TrainingSettings
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Append the synthetic digits and non-digits that the settings ask for.

    Args:
        images: `(n, 28, 28)` uint8 training digits.
        labels: `(n,)` their labels.
        settings: how many to add, what they count, and the seed.

    Returns:
        Images, labels and weights `(m,)` float32; a non-digit has the label `NOT_A_DIGIT`. Digits as other writers
        write them come last, and the others do not depend on them.
    """
    rng = np.random.default_rng([settings.seed, 1])
    shares = settings.synthetic_share, settings.non_digit_share, settings.style_share
    digits, others, habits = (round(len(images) * share) for share in shares)
    parts = [(images, labels)]
    if digits:
        drawn = rng.integers(0, 10, digits)
        parts.append((synthesis.draw_digits(drawn, rng), drawn))
    if others:
        parts.append((synthesis.draw_non_digits(others, rng), np.full(others, NOT_A_DIGIT)))
    if habits:
        written, drawn = synthesis.draw_habits(habits, np.random.default_rng([settings.seed, 2]))
        parts.append((drawn, written))
    images, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    weights = np.ones(len(images), np.float32)
    weights[len(images) - habits :] = settings.style_weight
    return images, labels.astype(np.int32), weights


def reestimate_statistics(network: keras.Model, batches: keras.utils.PyDataset, count: int = 200) -> None:
    """Estimate the means and variances of batch normalisation anew, for the weights that the network has now.

    Dropout is off meanwhile, as it will be when the network is used (Li et al. 2018, arXiv 1801.05134).

    Args:
        network: changed in place.
        batches: training batches.
        count: how many of them are used, at most.
    """
    normalisations = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    dropouts = {layer: layer.rate for layer in network.layers if isinstance(layer, keras.layers.Dropout)}
    momenta = [layer.momentum for layer in normalisations]
    for layer in dropouts:
        layer.rate = 0
    for i in range(min(count, len(batches))):
        for layer in normalisations:
            layer.momentum = i / (i + 1)  # so that every batch counts the same
        network(batches[i][0], training=True)
    for layer, rate in dropouts.items():
        layer.rate = rate
    for layer, momentum in zip(normalisations, momenta, strict=True):
        layer.momentum = momentum


def make_optimizer(settings: TrainingSettings, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """The optimizer that the settings name, with their schedule."""
    rate = settings.learning_rate
    if settings.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=rate / 100,
            warmup_target=rate,
            warmup_steps=steps_per_epoch,
            decay_steps=steps_per_epoch * max(1, settings.epochs - 1),
        )
    average = {"use_ema": True, "ema_momentum": settings.average} if settings.average else {}
    if settings.optimizer == "adamw":
        return keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay, global_clipnorm=CLIP, **average)
    return keras.optimizers.Adam(rate, **average)


def keras_calls(model: StoredModel) -> dict[str, Callable[[np.ndarray], object]]:
    """Load the Keras network and return the usual ways to call it on `(n, 28, 28, 1)` float32, by name."""
    network = keras.models.load_model(model.folder / "model.keras")
    return {
        "Keras predict": lambda x: network.predict(x, verbose=0),
        "Keras model(x)": lambda x: network(x, training=False),
        "tf.function": tf.function(lambda x: network(x, training=False)),
    }


def compare_with_keras(model: StoredModel, y_prob: np.ndarray, data: Path = DATA_FOLDER) -> dict[str, float]:
    """Run the test digits through the Keras network and compare with what LiteRT said.

    Args:
        model: a trained folder.
        y_prob: `(n, 10)` LiteRT's probabilities of the test digits.
        data: the folder with the four IDX files.

    Returns:
        `keras_accuracy`, and `keras_difference`: the largest difference of a probability.
    """
    _, (x_test, y_test) = datasets.load_mnist(data)
    scores = keras.models.load_model(model.folder / "model.keras").predict(datasets.to_input(x_test), verbose=0)[0]
    expected = softmax(scores[:, :CLASSES] / model.calibration.temperature)
    return {
        "keras_accuracy": float((expected.argmax(axis=1) == y_test).mean()),
        "keras_difference": float(np.abs(expected - y_prob).max()),
    }
