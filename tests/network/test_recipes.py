import numpy as np
import pytest

from mnist_app.digits import datasets
from mnist_app.insight import evaluation
from mnist_app.network import calibration, model_store, recipes, training
from mnist_app.network.architectures import ARCHITECTURES, build
from mnist_app.network.classifier import Classifier
from mnist_app.settings import TrainingSettings

# Worked out by hand: (filter's pixels x channels + 1) x filters of each convolution, (inputs + 1) x units of each dense
# layer, and, for "flagship", 4 for each batch-normalised channel in place of its bias.
PARAMETERS = {
    "dropout": (9 + 1) * 32 + (9 * 32 + 1) * 64 + (1600 + 1) * 128 + (128 + 1) * 10,
    "minimal": (9 + 1) * 32 + (13 * 13 * 32 + 1) * 64 + (64 + 1) * 10,
    "validated": (9 + 1) * 32 + (9 * 32 + 1) * 64 + (9 * 64 + 1) * 64 + (5 * 5 * 64 + 1) * 64 + (64 + 1) * 10,
    "kaggle": (25 + 1) * 16 + (25 * 16 + 1) * 32 + (4 * 4 * 32 + 1) * 128 + (128 + 1) * 10,
    "double-conv": (9 + 1) * 64 + (9 * 64 + 1) * 32 + (12 * 12 * 32 + 1) * 10,
    "flagship": 736_875,
    "swift": 74_939,
    "quick": 96_778,
}


@pytest.fixture(scope="module")
def trained(small_mnist, tmp_path_factory):
    """Every recipe, trained for one epoch of three steps; made when first asked for."""
    folder, made = tmp_path_factory.mktemp("models"), {}

    def train(name: str) -> model_store.StoredModel:
        if name not in made:
            settings = recipes.find_recipe(name).settings.override(epochs=1, batch_size=200)
            with model_store.writing(name, folder) as model:
                training.train(settings, model, data=small_mnist)
            made[name] = model_store.open_model(name, folder)
        return made[name]

    return train


def test_the_classic_network_has_the_parameters_that_its_rows_add_up_to():
    assert PARAMETERS["dropout"] == 225_034


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_recipe_builds_with_the_right_parameters(name):
    settings = recipes.find_recipe(name).settings
    network = build(settings.architecture, settings.classes, settings.dropout)
    assert network.count_params() == PARAMETERS[name]
    scores, features, maps = network.output_shape
    assert scores == (None, settings.classes)
    assert len(features) == 2
    assert features[1] <= 300  # stored for 10,000 digits
    assert len(maps) == 4


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_recipe_trains(name, trained, small_mnist):
    model = trained(name)
    assert model.history[0]["loss"] > 0
    assert np.isfinite(model.history[0]["val_loss"])
    outputs = Classifier(model.tflite).predict(datasets.load_mnist(small_mnist)[1][0])
    assert outputs.y_prob.shape == (200, 10)
    np.testing.assert_allclose(outputs.y_prob.sum(axis=1), 1, rtol=1e-5)


def test_double_conv_is_validated_on_the_test_digits_and_calibrated_on_others(trained, small_mnist):
    model = trained("double-conv")
    assert calibration.calibrate(model, small_mnist).temperature > 0
    metrics, arrays = evaluation.evaluate(model, small_mnist)
    assert model.history[-1]["val_accuracy"] == pytest.approx(metrics["accuracy"])
    assert arrays["features"].shape == (200, 288)


def test_one_hot_labels_give_the_same_loss(trained, small_mnist, tmp_path):
    one_hot = trained("dropout")
    settings = TrainingSettings.from_dict(one_hot.recipe)
    assert settings.loss == "one-hot"
    with model_store.writing("sparse", tmp_path) as model:
        training.train(settings.override(loss="sparse"), model, data=small_mnist)
        sparse = model.history
    for figure in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert one_hot.history[0][figure] == pytest.approx(sparse[0][figure], abs=1e-4)


def test_every_architecture_has_a_recipe():
    assert {recipe.settings.architecture for recipe in recipes.RECIPES.values()} == set(ARCHITECTURES)


def test_claims_are_those_of_the_recipe_whose_name_and_network_a_model_has():
    claim = recipes.claim_of("double-conv", "double-conv")
    assert claim.accuracy == 0.9815
    assert claim.epochs[-1] == (10, 0.9941, 0.9815, 0.1006)
    assert recipes.claim_of("double-conv", "dropout") is None
    assert recipes.claim_of("mine", "double-conv") is None
    assert recipes.claim_of("flagship", "flagship") is None


def test_unknown_names_list_the_known_ones():
    with pytest.raises(ValueError, match="recipe must be one of quick, dropout.*not 'nothing'"):
        recipes.find_recipe("nothing")
    with pytest.raises(ValueError, match="architecture must be one of dropout.*not 'nothing'"):
        build("nothing", 10, 0.5)
