import shutil
from pathlib import Path

import pytest

from mnist_app.network import model_files, model_store
from mnist_app.network.classifier import load_classifier
from mnist_app.settings import MODELS_FOLDER
from tests.broken_folders import KINDS

CASES = [(file, kind) for file, kinds in KINDS.items() for kind in kinds]


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder of models with a copy of `minimal`."""
    shutil.copytree(MODELS_FOLDER / "minimal", tmp_path / "minimal")
    return tmp_path


@pytest.mark.parametrize("path", sorted(MODELS_FOLDER.glob("*")), ids=lambda path: path.name)
def test_every_folder_here_is_sound(path):
    checks = model_files.DETECTOR if path.name == "detector" else None
    assert model_files.find_fault(path, ["recipe.json"], checks) == ""


@pytest.mark.parametrize(("file", "kind"), CASES)
def test_a_broken_folder_is_named_with_its_file_and_not_listed(folder, file, kind):
    KINDS[file][kind](folder / "minimal")
    ((name, reason),) = model_store.list_broken(folder).items()
    assert name == "minimal"
    assert reason.startswith(file)
    assert reason.endswith(".")
    assert "\n" not in reason
    assert model_store.list_models(folder) == []
    if file != "model.tflite":
        with pytest.raises(ValueError, match=f"The model 'minimal' cannot be used: {file}"):
            model_store.find_model("minimal", folder)


@pytest.mark.parametrize(
    ("file", "kind"), [case for case in CASES if case[0] in ("calibration.json", "digit_test.npz", "model.tflite")]
)
def test_what_reads_digits_is_not_loaded_from_a_broken_file(folder, file, kind):
    """Also where nobody has looked into the folder before: no answer is silently another one."""
    KINDS[file][kind](folder / "minimal")
    with pytest.raises(ValueError, match=f"{file} of the model 'minimal' cannot be used"):
        load_classifier(model_store.StoredModel(folder / "minimal"))


def test_a_link_that_leads_nowhere_and_a_name_that_is_none_are_faults(folder):
    (folder / "minimal" / "notes.txt").symlink_to(folder / "nothing")
    shutil.copytree(MODELS_FOLDER / "swift", folder / "![x](http:")
    broken = model_store.list_broken(folder)
    assert broken["minimal"] == "No such file or directory."
    assert broken["![x](http:"].startswith("A model's name starts with")
    assert model_store.list_models(folder) == []


def test_files_that_nobody_knows_are_left_alone(folder):
    (folder / "minimal" / "stages.tflite").write_text("of a later program")
    assert [model.name for model in model_store.list_models(folder)] == ["minimal"]


def test_a_folder_is_looked_into_once_until_one_of_its_files_is_written(folder, monkeypatch):
    find_fault, looked = model_files.find_fault, []
    monkeypatch.setattr(model_files, "find_fault", lambda *asked: looked.append(asked) or find_fault(*asked))
    for _ in range(3):
        model_store.list_models(folder)
        model_store.list_broken(folder)
    assert len(looked) == 1
    KINDS["metrics.json"]["cut"](folder / "minimal")
    assert list(model_store.list_broken(folder)) == ["minimal"]
    assert len(looked) == 2
