import keras
import numpy as np
import pytest

from mnist_app import architectures, averaging, evaluation, model_store, network
from mnist_app.classifier import Classifier
from mnist_app.model_store import StoredModel
from mnist_app.settings import TrainingSettings


def write_member(folder, seed, **settings) -> StoredModel:
    """Write an untrained network with two epochs of history."""
    keras.utils.set_random_seed(seed)
    model = StoredModel(folder / f"seed-{seed}")
    model.folder.mkdir()
    untrained = architectures.build("dropout", 11, 0.5)
    untrained.save(model.folder / "model.keras")
    untrained.export(model.tflite, format="litert", verbose=False)
    recipe = TrainingSettings(seed=seed, non_digit_share=0.1).override(**settings).to_dict()
    parameters = untrained.count_params()
    model_store.write_json(model.folder / "recipe.json", recipe | {"parameters": parameters, "data_sha256": "same"})
    row = dict.fromkeys(model_store.HISTORY_COLUMNS, float(seed)) | {"val_loss": float("nan")}
    model_store.write_history(model.folder / "history.csv", [row, row])
    return model


def test_an_average_says_what_its_members_say_on_average(tmp_path, mnist_test):
    members = [write_member(tmp_path, seed) for seed in (1, 2)]
    joined = StoredModel(tmp_path / "joined")
    joined.folder.mkdir()
    averaging.average(members, joined)

    images = mnist_test[0][:50]
    first, second, both = (Classifier(model.tflite).predict(images, maps=True) for model in (*members, joined))
    np.testing.assert_allclose(both.scores, (first.scores + second.scores) / 2, atol=2e-3)
    assert np.abs(first.scores - second.scores).max() > 0.1
    np.testing.assert_allclose(both.features, first.features, atol=2e-3)
    np.testing.assert_allclose(both.maps, first.maps, atol=2e-3)
    assert joined.tflite.stat().st_size < 1.1 * members[0].tflite.stat().st_size, "weights in half precision"

    assert joined.recipe["members"] == ["seed-1", "seed-2"]
    assert joined.recipe["parameters"] == 2 * members[0].recipe["parameters"]
    assert network.layers(joined) == network.layers(members[0])
    assert [(row["epoch"], row["loss"], row["seconds"]) for row in joined.history] == [(1.5, 1.5, 3.0)] * 2
    assert np.isnan(joined.history[0]["val_loss"])


def test_members_are_different_networks_by_the_same_recipe(tmp_path):
    first, other = write_member(tmp_path, 1), write_member(tmp_path, 2, epochs=3)
    for members, message in (
        ([first, other], "'seed-1' and 'seed-2' have different recipes: epochs"),
        ([first], "at least two"),
        ([first, first], "another seed"),
    ):
        with pytest.raises(ValueError, match=message):
            averaging.average_recipe(members)


def test_no_member_has_learnt_from_digits_that_calibrate_the_average(tmp_path):
    on_all = write_member(tmp_path, 1, validation_split=0.0, calibration_from="seed-2")
    on_some = write_member(tmp_path, 2)
    assert averaging.average_recipe([on_all, on_some])["calibration_from"] == "seed-2"
    with pytest.raises(ValueError, match="'seed-1' has learnt from digits that 'seed-2' kept"):
        averaging.average_recipe([on_some, on_all])


def test_an_average_is_no_seed_itself(tmp_path):
    on_all = {"validation_split": 0.0, "calibration_from": "split"}
    for seed, accuracy in ((1, 0.98), (2, 0.96)):
        member = write_member(tmp_path, seed, **on_all)
        model_store.write_json(member.folder / "metrics.json", {"accuracy": accuracy})
    joined = StoredModel(tmp_path / "joined")
    joined.folder.mkdir()
    members = [StoredModel(tmp_path / f"seed-{seed}") for seed in (1, 2)]
    model_store.write_json(joined.folder / "recipe.json", averaging.average_recipe(members))
    model_store.write_json(joined.folder / "metrics.json", {"accuracy": 0.5})
    summary = evaluation.summarize_seeds(joined)
    assert (summary["seeds"], summary["seeds_accuracy"]) == (2, pytest.approx(0.97))
