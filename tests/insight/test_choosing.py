import json

import numpy as np
import pytest
from typer.testing import CliRunner

from mnist_app.cli import commands
from mnist_app.digits.skeletons.other_hands import HABITS
from mnist_app.insight import choosing
from mnist_app.insight.choosing import ELSEWHERE, HANDS, LOAD_DIGITS, MNIST, WEIGHTS
from mnist_app.network import model_store
from mnist_app.network.classifier import load_classifier
from mnist_app.network.model_store import StoredModel, write_json


def rows_of(rows, name):
    return [row["accuracy"] for row in rows if row["set"] == name]


@pytest.fixture
def short(monkeypatch):
    """Every thirtieth scan."""
    read = choosing.read_scans
    monkeypatch.setattr(choosing, "read_scans", lambda classifier, style: read(classifier, style, 30))


def test_one_figure_weighs_the_three_sets(short):
    advanced = []
    first, *rows = choosing.measure(model_store.find_model("dropout"), each=5, advance=advanced.append)
    assert [row["style"] for row in rows if row["set"] == HANDS] == [f"{habit.digit} {habit.name}" for habit in HABITS]
    assert [row["style"] for row in rows if row["set"] == LOAD_DIGITS] == ["smooth", "blocky"]
    assert len(rows_of(rows, ELSEWHERE)) == 6
    sets = {name: np.mean(rows_of(rows, name)) for name in WEIGHTS}
    assert first["set"] == "choice"
    drawn = (sets[HANDS] + sets[ELSEWHERE]) / 2
    assert first["accuracy"] == pytest.approx((10 * sets[MNIST] + drawn + sets[LOAD_DIGITS]) / 12)
    assert sets[MNIST] > 0.98
    assert sum(advanced) == first["digits"] == 5000 + 5 * len(HABITS) + 6 * len(HABITS) + 2 * 60
    for row in rows:
        assert (row["mostly_taken_for"] is None) == (row["accuracy"] == 1)


def test_what_was_trained_on_does_not_count(short, tmp_path):
    model = model_store.find_model("dropout")
    for path in model.folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "recipe.json").unlink()
    write_json(tmp_path / "recipe.json", model.recipe | {"validation_split": 1 / 60})
    first, *rows = choosing.measure(StoredModel(tmp_path), each=2)
    assert rows_of(rows, MNIST) == []
    assert first["accuracy"] is None


def test_a_scan_becomes_a_picture_with_a_margin():
    scan = np.zeros(64)
    scan[9:14] = 16
    smooth, blocky = (choosing.enlarge_scan(scan, style) for style in ("smooth", "blocky"))
    assert smooth.shape == blocky.shape == (208, 208, 3)
    assert set(np.unique(blocky)) == {0, 255}
    assert len(np.unique(smooth)) > 20
    assert (blocky[44:64, 44:144] == 0).all()
    assert (blocky == 0).sum() == 3 * 20 * 100


def test_scans_are_read_through_the_front_door(classifier):
    y_true, y_pred = choosing.read_scans(classifier, "smooth", 20)
    assert len(y_true) == len(y_pred) == 90
    assert (y_true == y_pred).mean() > 0.85


def test_a_blank_scan_is_no_digit(monkeypatch):
    monkeypatch.setattr(choosing, "load_digits", lambda return_X_y: (np.zeros((2, 64)), np.array([1, 2])))
    network = load_classifier(model_store.find_model("dropout"))
    assert choosing.read_scans(network, "blocky")[1].tolist() == [-1, -1]


def test_the_command_prints_the_sets_and_keeps_them_beside_the_model(monkeypatch):
    model = model_store.find_model("dropout")
    monkeypatch.setattr(choosing, "store_styles", lambda stored, *_: [{"set": "choice", "name": stored.name}])
    result = CliRunner().invoke(commands.app, ["evaluate", "--model", "dropout", "--styles", "--format", "json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["styles"] == [{"set": "choice", "name": model.name}]


def test_rows_are_kept(monkeypatch, tmp_path):
    monkeypatch.setattr(choosing, "measure", lambda model, data, advance: [{"set": "mnist", "accuracy": 0.5}])
    choosing.store_styles(StoredModel(tmp_path))
    assert (tmp_path / "styles.csv").read_text() == "set,accuracy\nmnist,0.5\n"


def test_kept_rows_come_back_as_they_were(monkeypatch, tmp_path, short):
    rows = choosing.measure(model_store.find_model("dropout"), each=2)
    monkeypatch.setattr(choosing, "measure", lambda model, data, advance: rows)
    assert choosing.load_styles(StoredModel(tmp_path)) == []
    choosing.store_styles(StoredModel(tmp_path))
    assert choosing.load_styles(StoredModel(tmp_path)) == rows


def test_hands_are_slices_with_the_weakest_first():
    row = {"set": HANDS, "style": "1 with a curl", "digits": 200, "accuracy": 0.9, "mostly_taken_for": 7}
    weaker = row | {"set": ELSEWHERE, "style": "a thick pen", "accuracy": 0.5, "mostly_taken_for": None}
    first, second = choosing.hand_slices([row | {"set": MNIST}, row, weaker])
    assert (first["slice"], first["misread"], first["mostly_taken_for"]) == ("a thick pen", 100, None)
    assert (second["slice"], second["misread"], second["accuracy"]) == ("1 with a curl", 20, 0.9)
    assert second["low"] < 0.9 < second["high"]
