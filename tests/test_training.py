import gzip
import struct

import numpy as np
import pytest

from mnist_app import calibration, datasets, evaluation, model_store, training
from mnist_app.classifier import load_classifier
from mnist_app.settings import NOT_A_DIGIT, TrainingSettings

QUICK = TrainingSettings(
    epochs=2, batch_size=64, augmentation="gentle", synthetic_share=0.1, non_digit_share=0.1, average=0.8
)


@pytest.fixture(scope="module")
def small_mnist(tmp_path_factory):
    """The first 600 training and 200 test digits as IDX files."""
    folder = tmp_path_factory.mktemp("mnist")
    (x_train, y_train), (x_test, y_test) = datasets.load_mnist()
    for name, array in (
        ("x_train", x_train[:600]),
        ("y_train", y_train[:600]),
        ("x_test", x_test[:200]),
        ("y_test", y_test[:200]),
    ):
        magic = datasets.IMAGES_MAGIC if name[0] == "x" else datasets.LABELS_MAGIC
        header = struct.pack(f">{1 + array.ndim}I", magic, *array.shape)
        (folder / datasets.FILES[name]).write_bytes(gzip.compress(header + array.tobytes()))
    return folder


@pytest.fixture(scope="module")
def trained(small_mnist, tmp_path_factory):
    """A network trained for two short epochs, and the steps that its progress reported."""
    folder, steps = tmp_path_factory.mktemp("models"), []
    with model_store.writing("quick", folder) as model:
        training.train(QUICK, model, lambda *step: steps.append(step), small_mnist)
        calibration.calibrate(model, small_mnist)
        evaluation.store_evaluation(model, small_mnist)
    return model_store.find_model("quick", folder), steps


def test_folder_holds_what_others_rely_on(trained):
    model, _ = trained
    names = {path.name for path in model.folder.iterdir()}
    assert names >= {"model.keras", "model.tflite", "recipe.json", "history.csv", "metrics.json", "test_outputs.npz"}
    assert names >= {"calibration.json", "digit_test.npz"}
    assert TrainingSettings.from_dict(model.recipe) == QUICK
    assert {"parameters", "data_sha256", "libraries"} <= set(model.recipe)
    assert list(model.history[0]) == list(training.HISTORY_COLUMNS)
    assert [row["epoch"] for row in model.history] == [1, 2]
    y_prob, features = model.test_outputs()
    assert y_prob.shape == (200, 10)
    assert features.shape == (200, 128)


def test_it_learns(trained):
    model, _ = trained
    first, last = model.history
    assert last["loss"] < first["loss"]
    assert last["val_accuracy"] > 0.3


def test_progress_counts_every_step(trained):
    _, steps = trained
    assert [step for step, *_ in steps] == list(range(1, len(steps) + 1))
    assert {total for _, total, _ in steps} == {len(steps)}
    assert {"loss", "accuracy"} <= set(steps[-1][2])


def test_same_seed_same_numbers(trained, small_mnist, tmp_path):
    model, _ = trained
    with model_store.writing("again", tmp_path) as again:
        training.train(QUICK, again, data=small_mnist)
    again = model_store.find_model("again", tmp_path)
    without_time = [{k: v for k, v in row.items() if k != "seconds"} for row in again.history]
    assert without_time == [{k: v for k, v in row.items() if k != "seconds"} for row in model.history]


def test_keras_and_litert_agree(trained, small_mnist):
    model, _ = trained
    metrics, arrays = evaluation.evaluate(model, small_mnist)
    compared = training.compare_with_keras(model, arrays["y_prob"], small_mnist)
    assert compared["keras_difference"] < 1e-3
    assert compared["keras_accuracy"] == metrics["accuracy"]


def test_a_network_with_eleven_scores_knows_non_digits(trained, small_mnist):
    model, _ = trained
    outputs = load_classifier(model).predict(datasets.load_mnist(small_mnist)[1][0])
    assert outputs.y_prob.shape == (200, 10)
    assert ((outputs.digit_prob > 0) & (outputs.digit_prob < 1)).all()


def test_synthetic_images_are_added():
    images, labels = np.zeros((50, 28, 28), np.uint8), np.zeros(50, np.uint8)
    added, added_labels = training.with_synthetic(images, labels, QUICK)
    assert len(added) == len(added_labels) == 60
    assert (added_labels == NOT_A_DIGIT).sum() == 5
    assert (added[50:].reshape(10, -1).max(axis=1) > 0).all()


def test_batches_cover_every_image_once(small_mnist):
    (x, y), _ = datasets.load_mnist(small_mnist)
    batches = training.Batches(x, y, TrainingSettings(batch_size=100))
    first = np.concatenate([batches[i][1] for i in range(len(batches))])
    assert sorted(first) == sorted(y)
    batches.on_epoch_end()
    assert (np.concatenate([batches[i][1] for i in range(len(batches))]) != first).any()
