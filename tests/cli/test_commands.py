import errno
import json
import os
import runpy
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from mnist_app.cli import commands, predict
from mnist_app.digits import datasets, kaggle, writers
from mnist_app.digits.generated import sources
from mnist_app.insight import ablation, inside, map_and_labels, page_exam, robustness
from mnist_app.insight.documents import Report
from mnist_app.network import fine_tuning, model_store, personal, recipes, stages, training
from mnist_app.reading import front_door
from mnist_app.reading.detecting import fitting
from mnist_app.settings import DATA_FOLDER

ROOT = Path(__file__).parents[2]


def run(*arguments):
    return CliRunner().invoke(commands.app, [str(argument) for argument in arguments])


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


def test_evaluate_draws_a_missing_map(tmp_path, monkeypatch):
    model = model_store.StoredModel(shutil.copytree(model_store.find_model("minimal").folder, tmp_path / "minimal"))
    drawn = []
    monkeypatch.setattr(model_store, "find_model", lambda _: model)
    monkeypatch.setattr(map_and_labels, "store", lambda *arguments: drawn.append(arguments))
    assert run("evaluate").exit_code == 0
    assert not drawn
    (model.folder / map_and_labels.FILE).unlink()
    assert run("evaluate").exit_code == 0
    assert drawn == [(model, DATA_FOLDER)]


def test_evaluate_under_corruptions(small_mnist, monkeypatch):
    families = {name: robustness.CORRUPTIONS[name] for name in ("shear", "spatter")}
    monkeypatch.setattr(robustness, "CORRUPTIONS", families)
    arguments = "evaluate", "--model", "flagship", "--corruptions", "--data", small_mnist, "--format"
    printed = json.loads(run(*arguments, "json").stdout)
    shear, spatter = printed["per_family"]
    assert (shear["family"], shear["seen"], shear["digits"]) == ("shear", True, 200)
    assert not spatter["seen"]
    assert printed["corruptions"] == pytest.approx((shear["accuracy"] + spatter["accuracy"]) / 2)
    assert printed["corruptions_seen"] == shear["accuracy"]
    assert printed["corruptions_unseen"] == spatter["accuracy"]
    assert {"accuracy", "loss", "ece", "per_class"} <= set(printed)
    lines = [line.split(",") for line in run(*arguments, "csv").stdout.splitlines()]
    assert [line[0] for line in lines[:4]] == ["family", "shear", "spatter", "corruptions"]
    assert float(lines[3][3]) == printed["corruptions"]
    assert "corruptions_unseen" in run(*arguments, "table").stdout


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


def test_a_calibration_that_cannot_be_taken_over_is_refused_before_training():
    nowhere = run("train", "--name", "mine", "--validation-split", "0")
    another = run("train", "--name", "mine", "--validation-split", "0", "--calibration-from", "flagship")
    assert (nowhere.exit_code, another.exit_code) == (2, 2)
    assert "calibration_from must name a model" in nowhere.output
    assert "'flagship' has another recipe" in another.output
    assert "architecture" in another.output


def test_help_starts_without_tensorflow():
    code = "import sys, mnist_app.cli.commands; print('tensorflow' in sys.modules, 'keras' in sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.split() == ["False", "False"]


def test_the_package_is_a_program(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["mnist_app", "--help"])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module("mnist_app", run_name="__main__")
    assert stopped.value.code == 0
    assert "predict" in capsys.readouterr().out


def test_kaggles_training_table_trains_a_network_that_answers_its_test_table(mnist_test, tmp_path, monkeypatch):
    images, labels = mnist_test[0][:1400], mnist_test[1][:1400]
    rows = np.column_stack([labels, images.reshape(len(images), -1)])
    np.savetxt(tmp_path / "train.csv", rows, "%d", ",", header=",".join(kaggle.LABELLED), comments="")
    monkeypatch.setattr(model_store, "writing", partial(model_store.writing, folder=tmp_path / "models"))
    result = run("train", "--recipe", "kaggle", "--epochs", 8, "--batch-size", 32, "--data", tmp_path)
    assert result.exit_code == 0, result.output
    model = model_store.find_model("kaggle", tmp_path / "models")
    assert f"kaggle: {model.metrics['accuracy']:.2%} of the test digits right" in result.stdout
    assert model.metrics["accuracy"] > 0.85
    assert sum(row["support"] for row in model.metrics["per_class"]) == 200, "the last seventh serves to test"
    assert (model.folder / map_and_labels.FILE).exists()


def test_a_submission_to_kaggle(mnist_test, tmp_path):
    images, labels = mnist_test[0][:30], mnist_test[1][:30]
    test, submission = tmp_path / "test.csv", tmp_path / "submission.csv"
    rows = [kaggle.PIXELS, *images.reshape(30, -1).tolist()]
    test.write_text("\n".join(",".join(map(str, row)) for row in rows))
    result = run("predict", test, "--format", "kaggle", "-o", submission)
    assert (result.exit_code, result.stdout) == (0, "")
    expected = [f"{i},{label}" for i, label in enumerate(labels, 1)]
    assert submission.read_text().splitlines() == ["ImageId,Label", *expected]
    assert run("predict", test, "--format", "kaggle").stdout == submission.read_text()


def test_a_wrong_table_for_kaggle_is_one_sentence(tmp_path):
    (tmp_path / "test.csv").write_text("a,b\n1,2\n")
    for paths, message in (
        ([tmp_path / "test.csv"], "test.csv, line 1: this is no header"),
        ([tmp_path / "none.csv"], "No such file"),
        ([tmp_path / "test.csv"] * 2, "one test.csv, not 2 files"),
    ):
        result = run("predict", *paths, "--format", "kaggle", "-o", tmp_path / "submission.csv")
        assert result.exit_code == 2
        assert message in result.output
        assert not (tmp_path / "submission.csv").exists()


def test_answers_are_written_to_a_file(pictures, tmp_path):
    for format, start in (("csv", "path,text"), ("json", '{"path"'), ("table", "path ")):
        result = run("predict", pictures / "b two.png", "--format", format, "-o", tmp_path / "answers")
        assert (result.exit_code, result.stdout) == (0, "")
        assert (tmp_path / "answers").read_text().startswith(start)


def test_predict_goes_on_after_an_interruption(pictures, tmp_path, monkeypatch):
    read, seen = front_door.read_picture, []

    def interrupt(picture, *rest, **options):
        seen.append(picture)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return read(picture, *rest, **options)

    monkeypatch.setattr(predict, "read_picture", interrupt)
    asked = ["predict", pictures, "--model", "dropout", "--format", "csv", "-o", tmp_path / "answers"]
    ended = run(*asked)
    assert ended.exit_code != 0
    assert "What was answered (1) is kept" in ended.stderr
    assert not (tmp_path / "answers").exists()
    assert run(*asked).exit_code == 1  # one is broken
    assert len(seen) == 3
    answers = (tmp_path / "answers").read_text().splitlines()
    assert [line.split(",")[1] for line in answers] == ["text", "7", "2", ""]
    assert list(tmp_path.glob("*.unfinished")) == []


def test_report_names_what_it_writes(tmp_path, monkeypatch):
    monkeypatch.setattr("mnist_app.insight.report.build", lambda *_: Report("Nothing", []))
    result = run("report", "--model", "dropout", "-o", tmp_path / "report")
    assert result.stdout.splitlines() == [str(tmp_path / "report" / name) for name in ("report.html", "report.md")]
    assert run("report", "--model", "nothing").exit_code == 2


def test_evaluate_adds_what_is_asked_for(small_mnist, monkeypatch):
    rows = [{"family": "all", "exact": 0.5}]
    monkeypatch.setattr(page_exam, "store_pages", lambda model, advance: rows)
    arguments = "evaluate", "--model", "swift", "--data", small_mnist, "--pages", "--format"
    printed = json.loads(run(*arguments, "json", "--keras", "--canvas").stdout)
    assert printed["keras_accuracy"] == printed["accuracy"]
    assert printed["keras_difference"] < 1e-3
    canvases = {name: value for name, value in printed.items() if name.startswith("canvas_")}
    assert len(canvases) == 3
    assert min(canvases.values()) > printed["accuracy"] - 0.03
    assert printed["pages"] == rows
    assert run(*arguments, "csv").stdout.splitlines() == ["family,exact", "all,0.5"]


def test_inside_writes_what_the_page_shows(tmp_path, monkeypatch):
    model = model_store.StoredModel(shutil.copytree(model_store.find_model("minimal").folder, tmp_path / "minimal"))
    monkeypatch.setattr(model_store, "find_model", lambda _: model)
    favourites = inside.load_favourites(model)
    for name in (stages.FILE, inside.FILE):
        (model.folder / name).unlink()
    assert run("inside", "--model", "minimal").exit_code == 0
    assert (model.folder / stages.FILE).exists()
    assert [found.tolist() for found in inside.load_favourites(model)] == [found.tolist() for found in favourites]


def test_inside_trains_the_smallest_network_to_keep_it_on_the_way(monkeypatch):
    from mnist_app.network import training

    trained = []
    monkeypatch.setattr(training, "train_snapshots", lambda settings, model, _: trained.append((settings, model.name)))
    assert run("inside", "--epochs").exit_code == 0
    assert trained == [(recipes.RECIPES["minimal"].settings, "minimal")]


def test_ablation_reads_pictures_or_generated_pages(pictures, monkeypatch):
    (pictures / "all.csv").write_text("path,label,kind\na seven.png,7,drawn\nb two.png,1,drawn\n")
    first, *others = json.loads(run("ablation", pictures / "all.csv", "--model", "swift", "--format", "json").stdout)
    assert first == {"off": "nothing", "drawn": "1 / 2"}
    assert len(others) == len(ablation.SWITCHES)
    monkeypatch.setattr(ablation, "ablate_pages", lambda model, advance: [{"off": model.name, "read": 0.5}])
    assert run("ablation", "--format", "csv").stdout.splitlines() == ["off,read", f"{model_store.DEFAULT_MODEL},0.5"]
    assert run("ablation", pictures / "none.csv").exit_code == 2


def test_sources_lists_what_is_here_and_how_to_get_the_rest(monkeypatch):
    monkeypatch.setattr(sources, "missing_sources", lambda: list(sources.SOURCES[:1]))
    result = run("sources", "--format", "csv")
    header, first, *others = (line.split(",") for line in result.stdout.splitlines())
    assert (header[-1], first[0], first[-1]) == ("here", "tuxpaint-stamps-default", "no")
    assert {line[-1] for line in others} == {"yes"}
    assert "apt-get download tuxpaint-stamps-default\n" in result.stderr
    monkeypatch.setattr(sources, "missing_sources", list)
    assert run("sources").stderr == ""


def test_the_detector_is_trained_then_its_judge(tmp_path, monkeypatch):
    from mnist_app.reading.detecting import training

    def train_detector(settings, model, progress, tell):
        (model.folder / "detector.tflite").write_text(f"{settings.epochs} epochs")
        progress(1, 1, {"loss": 0.5})

    def store_judge(model, classifier, advance):
        assert classifier.name == model_store.DEFAULT_MODEL
        (model.folder / "judge.npz").write_text((model.folder / "detector.tflite").read_text())
        return {"precision": 0.876}

    monkeypatch.setattr(training, "train_detector", train_detector)
    monkeypatch.setattr(fitting, "store_judge", store_judge)
    monkeypatch.setattr(sources, "missing_sources", lambda: list(sources.SOURCES[:3]))
    monkeypatch.setattr(model_store, "writing", partial(model_store.writing, folder=tmp_path))
    result = run("train", "--recipe", "detector", "--name", "mine", "--epochs", 3)
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("mine: of what it takes for a digit on generated pages, 87.6% are.\n")
    assert f"3 of {len(sources.SOURCES)} packages" in result.stderr
    assert (tmp_path / "mine" / "judge.npz").read_text() == "3 epochs"


def fine_tune(monkeypatch, tmp_path, misread_after: int) -> Result:
    """Run `fine-tune` on sixty digits, with a training that changes nothing and a judge that says this."""
    labels, images = writers.write(6, 5_000_012)
    (tmp_path / datasets.IMAGES).write_bytes(datasets.to_idx(images))
    (tmp_path / datasets.LABELS).write_bytes(datasets.to_idx(labels.astype(np.uint8)))
    folder = tmp_path / "models"
    base = model_store.StoredModel(shutil.copytree(model_store.find_model("minimal").folder, folder / "minimal"))
    monkeypatch.setattr(model_store, "find_model", lambda *_, **__: base)
    monkeypatch.setattr(model_store, "writing", partial(model_store.writing, folder=folder))
    copy = partial(shutil.copytree, base.folder, dirs_exist_ok=True)
    monkeypatch.setattr(training, "train", lambda settings, model, *_, **__: copy(model.folder))
    gate = personal.Gate(20, 5, misread_after, 10_000, 100, 101)
    monkeypatch.setattr(fine_tuning, "judge", lambda base, tuned, images, labels: replace(gate, own=len(labels)))
    monkeypatch.setattr(map_and_labels, "store", lambda *_: None)
    return run("fine-tune", tmp_path, "--model", "minimal", "--name", "mine")


def test_a_network_that_reads_a_hand_better_is_kept(monkeypatch, tmp_path):
    result = fine_tune(monkeypatch, tmp_path, misread_after=1)
    assert result.exit_code == 0
    assert "Of 20 of your digits that it did not learn from, it misreads 1 (before: 5)" in result.stdout
    assert (tmp_path / "models" / "mine" / "model.tflite").exists()


def test_a_network_that_reads_a_hand_no_better_is_not_kept(monkeypatch, tmp_path):
    result = fine_tune(monkeypatch, tmp_path, misread_after=5)
    assert result.exit_code == fine_tuning.NOT_KEPT
    assert "So it is not kept" in result.stderr
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["minimal"]


def test_fine_tuning_needs_some_digits_to_judge_by(tmp_path):
    (tmp_path / datasets.IMAGES).write_bytes(datasets.to_idx(np.zeros((2, 28, 28), np.uint8)))
    (tmp_path / datasets.LABELS).write_bytes(datasets.to_idx(np.zeros(2, np.uint8)))
    result = run("fine-tune", tmp_path)
    assert result.exit_code == 2
    assert "at least 3 digits of one class" in result.stderr
    assert "No such file" in run("fine-tune", tmp_path / "nowhere").stderr


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("/dev/full", "No space left"),
        (".", "Is a directory"),
        ("below/a file", "Not a directory"),
        ("no/one", "No such"),
    ],
)
def test_results_that_cannot_be_written_are_one_sentence_and_leave_nothing(pictures, tmp_path, place, said):
    (tmp_path / "below").touch()
    before = sorted(tmp_path.rglob("*"))
    for format in ("csv", "json"):
        result = run("predict", pictures / "b two.png", "--format", format, "-o", tmp_path / place)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"Error: {said}")
        assert result.stderr.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("arguments", [["predict", "a seven.png"], ["sources"], ["--help"]])
def test_a_full_disk_below_the_output_is_one_sentence(pictures, arguments):
    """In a process of its own: what Python does at its end belongs to it."""
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "mnist_app", *arguments], cwd=ROOT if arguments[0] != "predict" else pictures,
            env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert ended.returncode == 2
    assert [line for line in ended.stderr.splitlines() if "INFO" not in line] == ["Error: No space left on device."]


def fill_the_disk(monkeypatch, after: int) -> None:
    """Have the file system say that it is full, from the so many-th file on that is opened to write."""
    open_, opened = Path.open, []

    def fail(path: Path, mode: str = "r", *rest: object, **options: object):
        opened.append(path) if "w" in mode else None
        if "w" in mode and len(opened) > after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return open_(path, mode, *rest, **options)

    monkeypatch.setattr(Path, "open", fail)


def test_a_report_that_does_not_fit_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("mnist_app.insight.report.build", lambda *_: Report("Nothing", []))
    fill_the_disk(monkeypatch, after=1)
    result = run("report", "-o", tmp_path / "report")
    assert result.exit_code == 2
    assert result.stderr == f"Error: The report cannot be written to {tmp_path / 'report'}: No space left on device.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_training_that_finds_no_room_says_so_and_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(model_store, "writing", partial(model_store.writing, folder=tmp_path / "file" / "models"))
    result = run("train", "--name", "mine")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: Not a directory: ")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_figures_that_find_no_room_leave_the_old_ones(tmp_path, monkeypatch):
    model = model_store.StoredModel(tmp_path)
    (tmp_path / page_exam.FILE).write_text("old")
    monkeypatch.setattr(page_exam, "take_exam", lambda *_, **__: {"": [page_exam.Outcome("rows", 10, 9, 8, 0)]})
    fill_the_disk(monkeypatch, after=0)
    with pytest.raises(OSError, match="No space left"):
        page_exam.store_pages(model)
    assert (tmp_path / page_exam.FILE).read_text() == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / page_exam.FILE]
