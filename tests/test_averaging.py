import keras
import numpy as np
import pytest

from mnist_app import architectures, averaging, model_store
from mnist_app.classifier import Classifier
from mnist_app.model_store import StoredModel
from mnist_app.settings import TrainingSettings


def write_member(folder, seed, **settings) -> StoredModel:
    """Write an untrained network with two epochs of history."""
    keras.utils.set_random_seed(seed)
    model = StoredModel(folder / f"seed-{seed}")
    model.folder.mkdir()
    network = architectures.build("dropout", 11, 0.5)
    network.save(model.folder / "model.keras")
    network.export(model.tflite, format="litert", verbose=False)
    recipe = TrainingSettings(seed=seed, non_digit_share=0.1).override(**settings).to_dict()
    model_store.write_json(model.folder / "recipe.json", recipe | {"parameters": 1000, "data_sha256": "same"})
    row = dict.fromkeys(model_store.HISTORY_COLUMNS, float(seed))
    model_store.write_history(model.folder / "history.csv", [row, row])
    return model


def test_an_average_says_what_its_members_say_on_average(tmp_path, mnist_test):
    members = [write_member(tmp_path, seed) for seed in (1, 2)]
    joined = StoredModel(tmp_path / "joined")
    joined.folder.mkdir()
    averaging.average(members, joined, averaging.average_recipe(members))

    images = mnist_test[0][:50]
    first, second, both = (Classifier(model.tflite).predict(images, maps=True) for model in (*members, joined))
    np.testing.assert_allclose(both.scores, (first.scores + second.scores) / 2, atol=2e-3)
    np.testing.assert_allclose(both.features, np.hstack([first.features, second.features]), atol=2e-3)
    np.testing.assert_allclose(both.maps, first.maps, atol=2e-3)
    whole = keras.models.load_model(joined.folder / "model.keras")
    assert whole.count_params() == 2 * architectures.build("dropout", 11, 0.5).count_params()
    assert joined.tflite.stat().st_size < 1.1 * members[0].tflite.stat().st_size, "weights in half precision"

    assert joined.recipe["members"] == [{"name": "seed-1", "seed": 1}, {"name": "seed-2", "seed": 2}]
    assert joined.recipe["parameters"] == 2000
    assert [(row["epoch"], row["loss"], row["seconds"]) for row in joined.history] == [(1.5, 1.5, 3.0)] * 2


def test_members_differ_in_their_seed_alone(tmp_path):
    members = [write_member(tmp_path, 1), write_member(tmp_path, 2, epochs=3)]
    with pytest.raises(ValueError, match="these in epochs"):
        averaging.average_recipe(members)
    with pytest.raises(ValueError, match="at least two"):
        averaging.average_recipe(members[:1])


def test_members_that_learnt_from_all_digits_take_the_calibration_of_an_average(tmp_path):
    members = [write_member(tmp_path, s, validation_split=0.0, calibration_from=f"split-{s}") for s in (1, 2)]
    assert averaging.average_recipe(members, "split-average")["calibration_from"] == "split-average"
    with pytest.raises(ValueError, match="calibration_from must name a model"):
        averaging.average_recipe(members)
