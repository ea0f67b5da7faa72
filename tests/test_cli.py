import json
import subprocess
import sys

import cv2
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from mnist_app import cli, model_store


def run(*arguments):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


@pytest.fixture
def pictures(tmp_path, mnist_test):
    """A folder with a 7, a 2, and a text file that is called a picture."""
    for i, name in enumerate(("a seven.png", "b two.png")):
        Image.fromarray(255 - cv2.resize(mnist_test[0][i], (280, 280))).save(tmp_path / name)
    (tmp_path / "c broken.png").write_text("no picture")
    return tmp_path


def test_predict_prints_one_json_object_per_path_in_order(pictures):
    result = run("predict", pictures / "c broken.png", pictures / "b two.png", "--format", "json")
    broken, two = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 1
    assert broken["error"].startswith("This is not a picture")
    assert (broken["text"], broken["digits"]) == ("", [])
    assert (two["text"], two["error"]) == ("2", None)
    assert set(two["digits"][0]) == {"label", "confidence", "box", "probabilities"}
    assert len(two["digits"][0]["probabilities"]) == 10


def test_predict_takes_folders_and_prints_csv_and_table(pictures):
    (pictures / "c broken.png").unlink()
    result = run("predict", pictures, "--format", "csv")
    assert result.exit_code == 0
    assert [line.split(",")[1] for line in result.stdout.splitlines()] == ["text", "7", "2"]
    assert "a seven.png" in run("predict", pictures).stdout


def test_predict_one_digit(pictures):
    result = run("predict", pictures / "a seven.png", "--digits", "one", "--format", "json")
    assert json.loads(result.stdout)["text"] == "7"


def test_a_blank_picture_and_an_empty_folder(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    Image.fromarray(np.full((60, 60), 255, np.uint8)).save(tmp_path / "blank.png")
    blank, folder = map(
        json.loads, run("predict", tmp_path / "blank.png", empty, "--format", "json").stdout.splitlines()
    )
    assert (blank["text"], blank["error"]) == ("", None)
    assert folder["error"].startswith("The folder holds no picture")


def test_evaluate(monkeypatch):
    result = run("evaluate", "--format", "json", "--min-accuracy", "0.99")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["accuracy"] >= 0.99
    assert run("evaluate", "--min-accuracy", "0.9999").exit_code == 1


def test_unknown_names_are_one_sentence():
    for arguments in (("evaluate", "--model", "nothing"), ("train", "--recipe", "nothing")):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "Traceback" not in result.output
        assert "nothing" in result.output


def test_train_refuses_a_taken_name_before_it_starts():
    result = run("train", "--name", model_store.DEFAULT_MODEL)
    assert result.exit_code == 2
    assert "already" in result.output


def test_help_starts_without_tensorflow():
    code = "import sys, mnist_app.cli; print('tensorflow' in sys.modules, 'keras' in sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.split() == ["False", "False"]
    assert "predict" in run("--help").stdout
