import shutil
from pathlib import Path

import numpy as np
import pytest

from mnist_app.network import model_store
from mnist_app.network.model_store import Calibration
from mnist_app.settings import MODELS_FOLDER


def write(folder, name, overwrite=False, content="network"):
    with model_store.writing(name, folder, overwrite) as model:
        model.tflite.write_text(content)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_model_appears_when_it_is_complete(tmp_path):
    with model_store.writing("mine", tmp_path) as model:
        model.tflite.write_text("half")
        assert names_in(tmp_path) == [".mine.lock", ".mine.partial"]
    assert model_store.open_model("mine", tmp_path).tflite.read_text() == "half"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_failed_run_leaves_nothing_and_keeps_the_old_model(tmp_path):
    write(tmp_path, "mine", content="old")
    with pytest.raises(TypeError):  # write_text refuses the number when the folder exists already
        write(tmp_path, "mine", overwrite=True, content=404)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert model_store.open_model("mine", tmp_path).tflite.read_text() == "old"


def leave_unfinished(folder, **options):
    """Fail in the middle of a training that has finished an epoch."""
    with pytest.raises(KeyboardInterrupt), model_store.writing("mine", folder, **options) as model:  # noqa: PT012
        model.unfinished.mkdir()
        model.tflite.write_text("half")
        raise KeyboardInterrupt


def test_an_unfinished_training_stays_for_the_next_attempt_and_shows_nowhere(tmp_path):
    leave_unfinished(tmp_path, resume=True)
    assert names_in(tmp_path) == [".mine.partial"]
    with model_store.writing("mine", tmp_path, resume=True) as model:
        assert model.unfinished.exists()
        model.tflite.write_text("network")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["mine", "model.tflite"]


def test_what_is_not_to_be_resumed_is_removed(tmp_path):
    leave_unfinished(tmp_path)
    assert list(tmp_path.iterdir()) == []
    leave_unfinished(tmp_path, resume=True)
    with model_store.writing("mine", tmp_path) as model:
        assert not model.unfinished.exists()


def test_replacing_needs_overwrite(tmp_path):
    write(tmp_path, "mine")
    with pytest.raises(ValueError, match="There is a model 'mine' already"):
        write(tmp_path, "mine")
    write(tmp_path, "mine", overwrite=True, content="new")
    assert model_store.open_model("mine", tmp_path).tflite.read_text() == "new"


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "../up", "a b"])
def test_names_that_are_no_folder(tmp_path, name):
    with pytest.raises(ValueError, match="A model's name"):
        write(tmp_path, name)


def test_the_default_model_is_listed_first(tmp_path):
    for name in ("aaa", model_store.DEFAULT_MODEL, "zzz"):
        (tmp_path / name).symlink_to(MODELS_FOLDER / "swift")
    assert [model.name for model in model_store.list_models(tmp_path)] == [model_store.DEFAULT_MODEL, "aaa", "zzz"]


def test_an_unknown_model_lists_the_known_ones(tmp_path):
    (tmp_path / "mine").symlink_to(MODELS_FOLDER / "swift")
    with pytest.raises(ValueError, match="There is no model 'yours'; there are: mine"):
        model_store.find_model("yours", tmp_path)


def test_a_recipe_is_parsed_once_until_it_is_written(tmp_path, monkeypatch):
    loads, parsed = model_store.json.loads, []
    monkeypatch.setattr(model_store.json, "loads", lambda text: parsed.append(text) or loads(text))
    model = model_store.StoredModel(tmp_path)
    model_store.write_json(tmp_path / "recipe.json", {"epochs": 3})
    model.recipe["epochs"] = 4  # changes the caller's dictionary and no other
    assert [model.recipe["epochs"], model_store.StoredModel(tmp_path).recipe["epochs"]] == [3, 3]
    assert len(parsed) == 1
    model_store.write_json(tmp_path / "recipe.json", {"epochs": 5})
    assert model.recipe == {"epochs": 5}


def test_calibration_is_kept(tmp_path):
    write(tmp_path, "mine")
    model = model_store.open_model("mine", tmp_path)
    with pytest.raises(ValueError, match=r"calibration\.json of the model 'mine' cannot be used: No such file"):
        _ = model.calibration
    model.save_calibration(Calibration(temperature=1.5, unsure=0.9))
    assert model.calibration == Calibration(temperature=1.5, unsure=0.9)
    model_store.write_json(model.folder / "calibration.json", {"temperature": 2.0, "reject": 0.1, "unsure": 0.9})
    assert model.calibration == Calibration(temperature=2.0, unsure=0.9), "what an older version wrote is still read"


@pytest.mark.parametrize("values", [{"temperature": 0.0}, {"temperature": float("nan")}, {"unsure": 2.0}])
def test_a_calibration_that_would_lose_digits_is_refused(values):
    with pytest.raises(ValueError, match=f"{next(iter(values))} must be"):
        Calibration(**values)


def test_history_of_a_run_that_has_not_begun(tmp_path):
    assert model_store.read_history(tmp_path / "history.csv") == []


def test_history_comes_back_and_knows_no_validation_where_there_was_none(tmp_path):
    file = tmp_path / "history.csv"
    file.write_text(f"{','.join(model_store.HISTORY_COLUMNS)}\n1,2,3,4,5,6,7\n2,2,3,,5,6,7\n")
    first, second = model_store.read_history(file)
    assert first == dict(zip(model_store.HISTORY_COLUMNS, range(1, 8), strict=True))
    assert np.isnan(second["val_loss"])


def test_test_outputs_keep_features_to_a_part_in_255(tmp_path):
    rng = np.random.default_rng(0)
    y_prob, features = rng.random((20, 10), dtype=np.float32), 5 * rng.random((20, 3), dtype=np.float32)
    features[:, 1] = 0  # never active
    model = model_store.StoredModel(tmp_path)
    model.save_test_outputs(y_prob, features)
    stored_prob, stored = model.test_outputs()
    np.testing.assert_array_equal(stored_prob, y_prob)
    assert stored.dtype == np.float32
    np.testing.assert_allclose(stored, features, atol=5 / 255 / 2 + 1e-6)


def test_a_model_whose_weights_were_not_kept_is_found_by_another_file(tmp_path):
    (tmp_path / "seed-1").mkdir()
    shutil.copy(MODELS_FOLDER / "swift" / "recipe.json", tmp_path / "seed-1")
    model_store.StoredModel(tmp_path / "seed-1").save_calibration(Calibration(temperature=2.0))
    assert model_store.list_models(tmp_path) == []
    found = model_store.find_model("seed-1", tmp_path, holding="calibration.json")
    assert found.calibration.temperature == 2.0
