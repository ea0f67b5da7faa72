import json

import numpy as np
import pytest

from mnist_app.insight import evaluation
from mnist_app.network import model_store
from mnist_app.reading.front_door import read_picture
from mnist_app.settings import TrainingSettings


@pytest.mark.parametrize("name", [model.name for model in model_store.list_models()])
def test_stored_figures_are_those_of_the_stored_network(name):
    model = model_store.find_model(name)
    metrics, arrays = evaluation.evaluate(model)
    assert metrics["errors"] == model.metrics["errors"]
    assert metrics["accuracy"] == pytest.approx(model.metrics["accuracy"])
    np.testing.assert_allclose(arrays["y_prob"], model.test_outputs()[0], atol=1e-3)


def test_the_default_model_reads_99_percent():
    assert model_store.find_model().metrics["accuracy"] >= 0.99


def test_metrics_are_plain_json():
    metrics = model_store.find_model().metrics
    assert json.loads(json.dumps(metrics)) == metrics
    assert {"accuracy", "loss", "errors", "ece", "parameters", "train_seconds", "per_class"} <= set(metrics)


def write_metrics(folder, name, accuracy, data="MNIST", **settings):
    (folder / name).mkdir()
    recipe = TrainingSettings(**settings).to_dict() | {"data_sha256": data, "parameters": 1}
    model_store.write_json(folder / name / "recipe.json", recipe)
    metrics = model_store.find_model("minimal").metrics | {"accuracy": accuracy}
    model_store.write_json(folder / name / "metrics.json", metrics)


def test_seeds_are_summarized_without_their_weights(tmp_path):
    on_all = {"validation_split": 0.0, "calibration_from": "split"}
    for seed, accuracy in enumerate((0.996, 0.997, 0.998)):
        write_metrics(tmp_path, f"seed-{seed}", accuracy, seed=seed, **on_all)
    write_metrics(tmp_path, "split", 0.5)
    write_metrics(tmp_path, "other", 0.5, epochs=1, **on_all)
    write_metrics(tmp_path, "on other digits", 0.5, data="Kaggle", **on_all)
    for name in ("seed-1", "split"):
        summary = evaluation.summarize_seeds(model_store.StoredModel(tmp_path / name))
        assert summary == {"seeds": 3, "seeds_accuracy": pytest.approx(0.997), "seeds_deviation": pytest.approx(0.001)}
    assert evaluation.summarize_seeds(model_store.StoredModel(tmp_path / "other")) == {}


@pytest.mark.parametrize("name", ["flagship-14-0", "flagship-0"])
def test_three_seeds_of_the_flagship_are_kept(name):
    summary = evaluation.summarize_seeds(model_store.find_model(name, holding="metrics.json"))
    assert summary["seeds"] >= 3
    assert 0.99 < summary["seeds_accuracy"] < 1


@pytest.mark.parametrize("name", evaluation.CANVASES)
def test_drawings_of_test_digits_are_read_as_the_digits_are(name, mnist_test, classifier):
    """A sample; `evaluate --canvas` reads all 10,000."""
    x, y = mnist_test[0][::100], mnist_test[1][::100]
    own = (classifier.predict(x).y_prob.argmax(axis=1) == y).sum()
    paint = evaluation.CANVASES[name]
    texts = [read_picture(paint(evaluation.draw_off_centre(image, 20, 90)), classifier).text for image in x]
    assert sum(text == str(label) for text, label in zip(texts, y, strict=True)) >= own - 1


def test_each_kind_of_canvas_has_the_share_of_digits_that_are_read_right(mnist_test, monkeypatch):
    """Of twenty drawings one has a wrong label."""
    x, y = mnist_test[0][:20], mnist_test[1][:20].copy()
    y[3] = (y[3] + 1) % 10
    monkeypatch.setattr(evaluation, "load_mnist", lambda _: (None, (x, y)))
    shares = evaluation.evaluate_on_canvas(model_store.find_model())
    assert shares == dict.fromkeys(evaluation.CANVASES, 0.95)
