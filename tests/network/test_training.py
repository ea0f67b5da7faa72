import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_app.digits import datasets
from mnist_app.insight import evaluation
from mnist_app.network import architectures, calibration, model_store, snapshots, stages, training
from mnist_app.network.classifier import Classifier, load_classifier
from mnist_app.settings import TrainingSettings

QUICK = TrainingSettings(
    epochs=2, batch_size=64, augmentation="gentle", synthetic_share=0.1, non_digit_share=0.1, average=0.8
)


@pytest.fixture(scope="module")
def trained(small_mnist, tmp_path_factory):
    """A network trained for two short epochs, watched, and the steps that its progress reported."""
    folder, steps, answers = tmp_path_factory.mktemp("models"), [], []
    with model_store.writing("quick", folder) as model:
        training.train(QUICK, model, lambda *step: steps.append(step), small_mnist, answers=answers.append)
        calibration.calibrate(model, small_mnist)
        evaluation.store_evaluation(model, small_mnist)
    assert len(answers) >= 2, "before the first step and after the last"
    assert answers[0] != answers[1], "each is told once"
    assert {len(each) for each in answers} == {10}
    return model_store.find_model("quick", folder), steps


def test_folder_holds_what_others_rely_on(trained):
    model, _ = trained
    names = {path.name for path in model.folder.iterdir()}
    assert names >= {"model.keras", "model.tflite", "recipe.json", "history.csv", "metrics.json", "test_outputs.npz"}
    assert names >= {"calibration.json", "digit_test.npz", "stages.tflite"}
    assert TrainingSettings.from_dict(model.recipe) == QUICK
    assert {"parameters", "data_sha256", "libraries"} <= set(model.recipe)
    assert list(model.history[0]) == list(model_store.HISTORY_COLUMNS)
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


def without_seconds(model):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in model.history]


def test_same_seed_same_numbers(trained, small_mnist, tmp_path):
    model, _ = trained
    with model_store.writing("again", tmp_path) as again:
        training.train(QUICK, again, data=small_mnist)
    assert without_seconds(model_store.open_model("again", tmp_path)) == without_seconds(model)


def interrupt(settings, folder, data, step):
    """Train the model "mine" and interrupt it at a step."""

    def stop(at, *_):
        if at == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), model_store.writing("mine", folder, resume=True) as model:
        training.train(settings, model, stop, data)


def train_again(settings, folder, data):
    """Give the same command again; returns the model, its first step, and what was said."""
    steps, told = [], []
    with model_store.writing("mine", folder, resume=True) as model:
        training.train(settings, model, lambda *step: steps.append(step), data, told.append)
    return model_store.open_model("mine", folder), steps, told


def test_an_interrupted_training_goes_on_as_if_nothing_had_happened(trained, small_mnist, tmp_path):
    whole, steps = trained
    total = steps[-1][1]
    interrupt(QUICK, tmp_path, small_mnist, total // 2 + 3)
    model, steps, told = train_again(QUICK, tmp_path, small_mnist)
    assert told == ["Going on after epoch 1 of 2."]
    assert [step for step, *_ in steps] == list(range(total // 2 + 1, total + 1))
    assert without_seconds(model) == without_seconds(whole)
    images = datasets.load_mnist(small_mnist)[1][0]
    scores, expected = (Classifier(m.tflite).predict(images).scores for m in (model, whole))
    np.testing.assert_array_equal(scores, expected)
    assert not model.unfinished.exists()


def test_a_training_killed_while_it_is_stored_goes_on_with_storing(trained, small_mnist, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("No space left")

    monkeypatch.setattr(training, "reestimate_statistics", fail)
    with pytest.raises(OSError, match="No space"):
        train_again(QUICK, tmp_path, small_mnist)
    monkeypatch.undo()
    model, steps, told = train_again(QUICK, tmp_path, small_mnist)
    assert told == ["Going on after epoch 2 of 2."]
    assert steps == []
    assert without_seconds(model) == without_seconds(trained[0])
    images = datasets.load_mnist(small_mnist)[1][0]
    scores, expected = (Classifier(m.tflite).predict(images).scores for m in (model, trained[0]))
    np.testing.assert_array_equal(scores, expected)


def test_with_other_settings_an_interrupted_training_starts_afresh(small_mnist, tmp_path):
    settings = QUICK.override(synthetic_share=0.0, non_digit_share=0.0)
    interrupt(settings, tmp_path, small_mnist, 10)
    model, steps, told = train_again(settings.override(epochs=1), tmp_path, small_mnist)
    assert told == ["An interrupted training of that name had other settings; starting afresh."]
    assert steps[0][0] == 1
    assert [row["epoch"] for row in model.history] == [1]


def test_interrupted_in_the_first_epoch_nothing_is_left(small_mnist, tmp_path):
    interrupt(QUICK, tmp_path, small_mnist, 1)
    assert list(tmp_path.iterdir()) == []


def test_without_validation_digits_the_calibration_is_taken_over(trained, small_mnist, tmp_path):
    source, _ = trained
    settings = QUICK.override(validation_split=0.0, calibration_from="quick", epochs=1)
    with model_store.writing("all", tmp_path) as model:
        training.train(settings, model, data=small_mnist)
        assert calibration.calibrate(model, small_mnist, source) == source.calibration
        evaluation.store_evaluation(model, small_mnist)
    model = model_store.find_model("all", tmp_path)
    assert np.isnan(model.history[0]["val_accuracy"])
    assert model.history[0]["accuracy"] > 0
    np.testing.assert_array_equal(model.digit_test.weights, source.digit_test.weights)
    assert (model.digit_test.means != source.digit_test.means).any()


def test_keras_and_litert_agree(trained, small_mnist):
    model, _ = trained
    metrics, arrays = evaluation.evaluate(model, small_mnist)
    compared = training.compare_with_keras(model, arrays["y_prob"], small_mnist)
    assert compared["keras_difference"] < 1e-3
    assert compared["keras_accuracy"] == metrics["accuracy"]


def test_the_stages_are_those_of_the_network(trained, small_mnist):
    images = datasets.load_mnist(small_mnist)[1][0][:5]
    found = stages.Stages(trained[0]).run(images)
    assert [maps.shape[1:] for maps in found] == [(26, 26, 32), (13, 13, 32), (11, 11, 64), (5, 5, 64)]
    expected = load_classifier(trained[0]).predict(images, maps=True).maps
    np.testing.assert_allclose(found[2], expected, atol=1e-4)
    before = (trained[0].folder / stages.FILE).read_bytes()
    (trained[0].folder / stages.FILE).unlink()
    training.export_stages_again(trained[0])
    assert len((trained[0].folder / stages.FILE).read_bytes()) == pytest.approx(len(before), rel=0.01)
    np.testing.assert_allclose(stages.Stages(trained[0]).run(images)[3], found[3], atol=1e-5)


def test_weights_are_kept_on_the_way(small_mnist, tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots, "EPOCHS", (0, 1, 3))
    settings = TrainingSettings(architecture="minimal", dropout=0.0, batch_size=32)
    training.train_snapshots(settings, model_store.StoredModel(tmp_path), data=small_mnist)
    assert [path.name for path in tmp_path.iterdir()] == [snapshots.FILE]
    found = snapshots.load(model_store.StoredModel(tmp_path))
    assert found.epochs == (0, 1, 3)
    accuracies = [snapshot.accuracy for snapshot in found.snapshots]
    assert accuracies[0] < 0.35 < accuracies[1] <= accuracies[2] + 0.05


def test_folding_the_normalisation_leaves_the_answers():
    network = architectures.build("flagship", 11, 0.3)
    rng = np.random.default_rng(0)
    network.set_weights(
        [rng.normal(0, 0.1, w.shape) if w.ndim > 1 else rng.uniform(0.5, 1.5, w.shape) for w in network.get_weights()]
    )
    images = rng.random((5, 28, 28, 1), np.float32)
    before = network.predict(images, verbose=0)
    training.fold_normalisation(network)
    for after, expected in zip(network.predict(images, verbose=0), before, strict=True):
        np.testing.assert_allclose(after, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            assert (layer.moving_mean.numpy() == 0).all()


def test_the_default_network_gives_the_same_probabilities_in_keras_and_litert(small_mnist):
    model = model_store.find_model()
    y_prob = load_classifier(model).predict(datasets.load_mnist(small_mnist)[1][0]).y_prob
    assert training.compare_with_keras(model, y_prob, small_mnist)["keras_difference"] < 1e-3


def test_a_network_with_eleven_scores_knows_non_digits(trained, small_mnist):
    model, _ = trained
    outputs = load_classifier(model).predict(datasets.load_mnist(small_mnist)[1][0])
    assert outputs.y_prob.shape == (200, 10)
    assert ((outputs.digit_prob > 0) & (outputs.digit_prob < 1)).all()


def test_weights_move_the_loss(small_mnist, tmp_path):
    settings = QUICK.override(epochs=1, style_share=0.5, circumstance_share=0.5, non_digit_share=0.0)
    losses = []
    for weight in (1.0, 4.0):
        with model_store.writing(f"w{weight:.0f}", tmp_path) as model:
            changed = settings.override(style_weight=weight, circumstance_weight=weight)
            training.train(changed, model, data=small_mnist)
            losses.append(model.history[0]["loss"])
    assert losses[1] > 1.5 * losses[0]


def test_a_teacher_tells_the_same_classes_apart():
    settings = TrainingSettings(loss="one-hot", teacher="flagship")
    with pytest.raises(ValueError, match="teacher must give 10 scores, but 'flagship' gives 11"):
        training.find_teacher(settings)
    assert training.find_teacher(settings.override(non_digit_share=0.4)) is not None
    assert training.find_teacher(TrainingSettings()) is None


def test_the_fused_normalisation_trains_as_keras_own_layer_does():
    x = np.random.default_rng(0).normal(1, 2, (64, 5, 5, 3)).astype(np.float32)
    own, fused = keras.layers.BatchNormalization(), architectures.FusedNormalization()
    answers, slopes = [], []
    for layer in (own, fused):
        layer.build(x.shape)
        layer.set_weights([np.array(row, np.float32) for row in ([1, 2, 3], [0.1, 0.2, 0.3], [0, 1, 2], [1, 2, 3])])
        with tf.GradientTape() as tape:
            answer = layer(x, training=True)
            loss = tf.reduce_sum(answer**3)
        answers.append(answer.numpy())
        slopes.append(tape.gradient(loss, layer.trainable_variables))
    np.testing.assert_allclose(*answers, atol=1e-5)
    for one, other in zip(*slopes, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4)
    for one, other in zip(own.get_weights(), fused.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3)  # the fused variance divides by n - 1
    np.testing.assert_allclose(own(x, training=False), fused(x, training=False), rtol=1e-3, atol=1e-5)


def test_the_fused_normalisation_keeps_its_statistics_when_it_is_not_to_learn():
    x = np.random.default_rng(0).normal(1, 2, (8, 5, 5, 3)).astype(np.float32)
    layer = architectures.FusedNormalization(trainable=False)
    layer.build(x.shape)
    before = [weights.copy() for weights in layer.get_weights()]
    np.testing.assert_array_equal(layer(x, training=True), layer(x, training=False))
    for one, other in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_network_to_train_normalises_by_the_fused_kernel_and_one_to_store_by_keras_own():
    for precision in ("mixed_bfloat16", "float32"):
        to_train, to_store = (
            {type(layer) for layer in architectures.build("flagship", 11, 0.3, precision, to_train=each).layers}
            for each in (True, False)
        )
        assert architectures.FusedNormalization in to_train
        assert keras.layers.BatchNormalization not in to_train
        assert architectures.FusedNormalization not in to_store
