import keras
import numpy as np
import pytest

from mnist_app.digits import writers
from mnist_app.digits.datasets import to_input
from mnist_app.network import architectures, fine_tuning, model_store, training
from mnist_app.network.classifier import Classifier, load_classifier
from mnist_app.network.fine_tuning import Lesson
from mnist_app.settings import TrainingSettings


@pytest.fixture(scope="module")
def hand() -> tuple[np.ndarray, np.ndarray]:
    """One person's digits: images and labels."""
    labels, images = writers.write(6, 5_000_012, elsewhere=True)
    return images, labels


def test_every_third_digit_of_a_class_is_held_back():
    labels = np.array([1, 1, 7, 1, 7, 7, 1, 1, 1])
    assert np.flatnonzero(fine_tuning.hold_back(labels)).tolist() == [3, 5, 8]
    assert not fine_tuning.hold_back(np.array([1, 1, 2, 3])).any()


def test_a_persons_digits_are_a_share_of_what_is_learnt_but_never_all(hand):
    images, labels = hand
    copied, of = fine_tuning.repeat(Lesson(model_store.find_model(), images, labels), beside=2400)
    assert len(copied) == len(of) == 600
    assert (np.bincount(of) == 60).all()
    few = Lesson(model_store.find_model(), images[:1], labels[:1])
    assert len(fine_tuning.repeat(few, beside=2400)[0]) == fine_tuning.MOST_COPIES


def test_settings_are_the_networks_own_but_gentle():
    settings = fine_tuning.fine_settings(model_store.find_model("swift"))
    recipe = TrainingSettings.from_dict(model_store.find_model("swift").recipe)
    assert (settings.architecture, settings.classes, settings.loss) == (
        recipe.architecture,
        recipe.classes,
        recipe.loss,
    )
    assert settings.validation_split == recipe.validation_split  # what calibrates has still not been learnt
    assert settings.learning_rate < recipe.learning_rate
    assert not settings.teacher
    assert fine_tuning.fine_settings(model_store.find_model("minimal")).augmentation == "gentle"


@pytest.mark.parametrize("name", ["swift", "minimal"])
def test_a_network_that_goes_on_begins_with_what_it_knew(name, mnist_test):
    model = model_store.find_model(name)
    settings = fine_tuning.fine_settings(model)
    network = architectures.build(settings.architecture, settings.classes, settings.dropout)
    training.go_on_from(model, network)
    scores = network.predict(to_input(mnist_test[0][:50]), verbose=0)[0]
    np.testing.assert_allclose(scores, load_classifier(model).predict(mnist_test[0][:50]).scores, atol=0.05)
    assert not any(layer.trainable for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization))


def test_a_hand_is_learnt_and_the_rest_is_remembered(hand, monkeypatch, tmp_path, mnist_test):
    monkeypatch.setattr(fine_tuning, "REPLAYED", 1500)
    base, (images, labels) = model_store.find_model("dropout"), hand
    held = fine_tuning.hold_back(labels)
    tuned = model_store.StoredModel(tmp_path)
    lesson = Lesson(base, images[~held], labels[~held])
    training.train(fine_tuning.fine_settings(base).override(epochs=2), tuned, lesson=lesson)
    assert (tuned.recipe["goes_on_from"], tuned.recipe["own_digits"]) == ("dropout", 40)

    def read_right(model: model_store.StoredModel, images: np.ndarray, labels: np.ndarray) -> int:
        return (Classifier(model.tflite).predict(images).y_prob.argmax(axis=1) == labels).sum()

    assert read_right(tuned, images[held], labels[held]) > read_right(base, images[held], labels[held])
    some = mnist_test[0][:2000], mnist_test[1][:2000]
    assert read_right(tuned, *some) > read_right(base, *some) - 10


def test_the_gate_counts_what_neither_has_learnt(hand, monkeypatch, tmp_path):
    images, labels = hand
    model = model_store.find_model("dropout")
    gate = fine_tuning.judge(model, model, images, labels)
    assert gate.own == 60
    assert gate.own_before == gate.own_after > 0
    assert gate.mnist_before == gate.mnist_after == model.metrics["errors"]
    assert not gate.opens
