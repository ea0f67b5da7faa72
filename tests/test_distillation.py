import keras
import numpy as np
import pytest

from mnist_app import architectures, datasets, distillation, evaluation, model_store, training
from mnist_app.classifier import load_classifier
from mnist_app.settings import TrainingSettings

SETTINGS = TrainingSettings(
    architecture="kaggle", loss="one-hot", epochs=1, batch_size=32, learning_rate=1e-4, validation_split=0.2
)


@pytest.fixture(scope="module")
def teachers(small_mnist, tmp_path_factory):
    """A folder with two short trainings that differ in their seed."""
    folder = tmp_path_factory.mktemp("models")
    for name, seed in (("first", 1), ("second", 2)):
        with model_store.writing(name, folder) as model:
            training.train(SETTINGS.override(seed=seed, learning_rate=1e-3), model, data=small_mnist)
    return folder


def test_a_student_comes_nearer_to_what_its_teachers_say_together(teachers, small_mnist):
    settings = SETTINGS.override(teachers="first, second", epochs=2)
    with model_store.writing("student", teachers, overwrite=True) as model:
        training.train(settings, model, data=small_mnist)
    images = datasets.load_mnist(small_mnist)[0][0]
    wanted = distillation.ask([model_store.find_model(name, teachers) for name in ("first", "second")])(images)
    first, student = (
        load_classifier(model_store.find_model(name, teachers)).predict(images).scores for name in ("first", "student")
    )
    assert np.abs(student - wanted).mean() < 0.8 * np.abs(first - wanted).mean()
    history = model_store.find_model("student", teachers).history
    assert 0 < history[-1]["val_loss"] < 2.3, "that of the labels, in nats, as for every other network"


def test_the_loss_is_0_for_the_teachers_own_scores_and_grows_with_the_distance():
    network = architectures.build("kaggle", 10, 0.0)
    student = distillation.Student(network.input, network.outputs[0])
    student.compile(loss=keras.losses.CategoricalCrossentropy(from_logits=True))
    scores = np.random.default_rng(0).normal(0, 5, (8, 10)).astype(np.float32)
    losses = [float(student.compute_loss(y=scores, y_pred=scores + shift * np.arange(10))) for shift in (0, 0.5, 1)]
    assert losses[0] == pytest.approx(0, abs=1e-5)
    assert losses[0] < losses[1] < losses[2]
    likelihoods = [np.exp(scores[i, i]) / np.exp(scores[i]).sum() for i in range(8)]
    validated = student.compute_loss(y=np.eye(10, dtype=np.float32)[:8], y_pred=scores, training=False)
    assert float(validated) == pytest.approx(-np.log(likelihoods).mean(), rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"teachers": "nobody"}, "There is no model 'nobody'; there are: first, second"),
        ({"teachers": "first", "non_digit_share": 0.1}, "'first' scores 10 classes; its student 11"),
        ({"teachers": "second,first", "architecture": "minimal"}, "'second' must have the architecture"),
        ({"teachers": "first", "validation_split": 0.5}, "'first' has learnt from digits that its student is"),
    ],
)
def test_who_cannot_teach_is_named(teachers, changes, complaint):
    with pytest.raises(ValueError, match=complaint):
        distillation.find_teachers(SETTINGS.override(**changes), teachers)


def test_the_seeds_beside_a_student_are_its_teachers(tmp_path):
    for name, accuracy, teacher_names in (("a", 0.99, ""), ("b", 0.97, ""), ("student", 0.995, "a,b")):
        (tmp_path / name).mkdir()
        settings = SETTINGS.override(validation_split=0.0, calibration_from="split", seed=ord(name[0]))
        recipe = settings.override(teachers=teacher_names).to_dict() | {"data_sha256": "same"}
        model_store.write_json(tmp_path / name / "recipe.json", recipe)
        model_store.write_json(tmp_path / name / "metrics.json", {"accuracy": accuracy})
    summary = evaluation.summarize_seeds(model_store.StoredModel(tmp_path / "student"))
    assert (summary["seeds"], summary["seeds_accuracy"]) == (2, pytest.approx(0.98))
