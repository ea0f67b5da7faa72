"""Train a network, watch it, and store it with its recipe."""

import os
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

from mnist_app.digits import datasets
from mnist_app.network import architectures, callbacks, snapshots, stages, watching
from mnist_app.network.batches import Batches, as_targets, with_synthetic
from mnist_app.network.classifier import Classifier, load_classifier, softmax
from mnist_app.network.fine_tuning import Lesson, choose_replayed, repeat
from mnist_app.network.model_store import StoredModel, find_model, write_json
from mnist_app.settings import CLASSES, DATA_FOLDER, TrainingSettings

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


def train(
    settings: TrainingSettings,
    model: StoredModel,
    progress: callbacks.Progress = lambda *_: None,
    data: Path = DATA_FOLDER,
    tell: Callable[[str], None] = lambda _: None,
    *,
    lesson: Lesson | None = None,
    watchers: Sequence[keras.callbacks.Callback] = (),
    answers: Callable[[list[watching.Answer]], None] | None = None,
) -> None:
    """Train a network on MNIST; write `model.keras`, `model.tflite`, `stages.tflite`, `recipe.json` and `history.csv`.

    The same settings give the same numbers on the same machine, interrupted or not: where the folder holds the state of
    an interrupted training with the same recipe, that one goes on after its last finished epoch.

    Args:
        settings: how to train.
        model: the folder to write into; it exists.
        progress: called with step, steps and `{"loss": …, "accuracy": …}` after each step.
        data: the folder with the four IDX files.
        tell: called with a sentence for people where a training goes on, or cannot.
        lesson: a network to go on from, and one person's digits that are mixed in; begins anew where None.
        watchers: further callbacks.
        answers: called about once a second with what the network makes of the test digits of `watching`.
    """
    keras.utils.set_random_seed(settings.seed)
    tf.config.experimental.enable_op_determinism()
    (x, y), test = datasets.load_mnist(data)
    (x_train, y_train), kept = datasets.split_validation(x, y, settings.validation_split)
    x_val, y_val = test if settings.validate_on == "test" else kept
    if lesson:
        x_train, y_train = choose_replayed(x_train, y_train, settings.seed)
    x_train, y_train, weights = with_synthetic(x_train, y_train, settings)
    if lesson:
        own = repeat(lesson, len(x_train))
        x_train, y_train = (np.concatenate(both) for both in zip((x_train, y_train), own, strict=True))
        weights = np.concatenate([weights, np.ones(len(own[1]), np.float32)])
    batches = Batches(x_train, y_train, settings, weights, find_teacher(settings), settled=lesson is not None)
    untrained = partial(architectures.build, settings.architecture, settings.classes, settings.dropout)
    network = untrained(settings.precision, to_train=True)
    if lesson:
        go_on_from(lesson.base, network)
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
    if lesson:
        recipe |= {"goes_on_from": lesson.base.name, "own_digits": len(lesson.labels)}
    if model.unfinished.exists() and model.recipe != recipe:
        tell("An interrupted training of that name had other settings; starting afresh.")
        shutil.rmtree(model.unfinished)
    write_json(model.folder / "recipe.json", recipe)
    if finished := callbacks.restore(trained, model.unfinished):
        tell(f"Going on after epoch {finished} of {settings.epochs}.")
    if answers:
        shown = np.take(test[0], watching.NUMBERS, axis=0, mode="clip")  # other data may have fewer
        watchers = [*watchers, callbacks.SampleAnswers(datasets.to_input(shown), answers)]
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
            *watchers,
            callbacks.Checkpoint(model.unfinished),  # last, so that a state never lacks its row of the history
        ],
        verbose=0,
    )
    weights = network.get_weights()
    network = untrained()
    network.set_weights(weights)
    if settings.average:  # fit() ends with the averaged weights, to which the statistics do not belong
        batches.start(settings.epochs + 1)
        reestimate_statistics(network, batches)
    store_network(network, model)
    export_stages(network, model)


def go_on_from(base: StoredModel, network: keras.Model) -> None:
    """Give a network the weights of a stored one; its batch normalisations keep their statistics from then on.

    A stored network's are folded into its convolutions: what a batch says of itself no longer belongs to them.

    Args:
        base: of the same architecture.
        network: changed in place, before it is compiled.
    """
    network.set_weights(keras.models.load_model(base.folder / "model.keras").get_weights())
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def train_snapshots(
    settings: TrainingSettings,
    model: StoredModel,
    progress: callbacks.Progress = lambda *_: None,
    data: Path = DATA_FOLDER,
) -> None:
    """Train a network of the architecture that `snapshots` knows, and keep nothing but its weights after some epochs.

    Args:
        settings: its recipe's; it is trained for as many epochs as are shown.
        model: the folder to write into; what it holds stays.
        progress: as in `train`.
        data: the folder with the four IDX files.
    """
    kept = callbacks.KeepWeights(snapshots.EPOCHS)
    with TemporaryDirectory() as folder:
        longer = settings.override(epochs=max(snapshots.EPOCHS))
        train(longer, StoredModel(Path(folder)), progress, data, watchers=[kept])
    snapshots.store(model, kept.weights)


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


def export_stages(network: keras.Model, model: StoredModel) -> None:
    """Write `stages.tflite`, which gives the maps of every stage.

    Args:
        network: as it is stored.
        model: the folder to write into; it holds `model.keras`.
    """
    outputs = [network.get_layer(stage.layer).output for stage in stages.list_stages(model)]
    export_network(keras.Model(network.input, outputs), model.folder / stages.FILE)


def export_stages_again(model: StoredModel) -> None:
    """Write `stages.tflite` of a network that was trained before there was such a file."""
    export_stages(keras.models.load_model(model.folder / "model.keras"), model)


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
