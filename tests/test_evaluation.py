import json

import numpy as np
import pytest

from mnist_app import evaluation, model_store


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
