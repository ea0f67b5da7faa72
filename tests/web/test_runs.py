import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from mnist_app.digits.datasets import IMAGES, LABELS
from mnist_app.network import model_store
from mnist_app.network.fine_tuning import Lesson
from mnist_app.network.model_store import find_model
from mnist_app.network.recipes import RECIPES
from mnist_app.web import runs as runs_module
from mnist_app.web.runs import Run, Runs

ROOT = Path(__file__).parents[2]
SETTINGS = RECIPES["dropout"].settings.override(epochs=2, learning_rate=0.005)

# Stands for `python -m mnist_app train`: takes its options and writes what it writes, with a step when it is told to.
TRAINING = """
import json, sys, time
from pathlib import Path

folder = Path(sys.argv[1])
options = dict(zip((part.split("=")[0] for part in sys.argv), sys.argv))
name = sys.argv[sys.argv.index("--name") + 1]
progress = Path(sys.argv[sys.argv.index("--progress-file") + 1])

def wait_for(file):
    while not (folder / file).exists():
        time.sleep(0.01)

def tell(step):
    partial = progress.with_suffix(".partial")
    partial.write_text(json.dumps({"step": step, "steps": 100, "loss": 0.5, "accuracy": 0.75,
        "losses": [[step, 0.5]], "answers": [[7, 0.5]], "stage": "measuring" if step == 100 else ""}))
    partial.replace(progress)

print("options", options.get("--epochs"), options.get("--learning-rate"), options.get("--architecture"))
if name == "failing":
    sys.exit("No memory left")
if name == "no-better":
    print(sorted(file.name for file in Path(sys.argv[-4]).iterdir()))
    sys.exit(3)
hidden = folder / f".{name}.partial"
hidden.mkdir()
(hidden / "history.csv").write_text("epoch,loss\\n1,0.25\\n")
tell(10)
wait_for("go on")
tell(60)
wait_for("finish")
tell(100)
wait_for("end")
hidden.rename(folder / name)
"""


@pytest.fixture
def runs(tmp_path):
    script = tmp_path / "training.py"
    script.write_text(TRAINING)
    models = tmp_path / "models"
    models.mkdir()
    runs = Runs(models, (str(script), str(models)))
    yield runs
    runs.cancel()


def wait_until(condition) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def models_of(runs: Runs) -> Path:
    return runs._folder


def start(runs: Runs, name: str = "mine") -> Run:
    run = runs.start("dropout", name, SETTINGS)
    wait_until(lambda: run.state != "starting")
    return run


def test_a_fine_tuning_is_given_the_digits_and_may_decline(runs):
    lesson = Lesson(find_model("minimal"), np.zeros((4, 28, 28), np.uint8), np.array([1, 1, 1, 2]))
    run = runs.fine_tune(lesson, "no-better")
    wait_until(lambda: not run.running)
    assert run.state == "declined"
    assert f"'{IMAGES}', '{LABELS}'" in run.log_tail
    assert not list(models_of(runs).iterdir())


def test_a_run_is_watched_from_start_to_end(runs):
    models = models_of(runs)
    run = start(runs)
    assert run.state == "training"
    assert run.running
    assert run.progress == (10, 100, {"loss": 0.5, "accuracy": 0.75})
    assert (run.losses, run.answers, run.stage) == ([[10, 0.5]], [(7, 0.5)], "")
    assert run.seconds_left is None, "one look does not tell the speed"
    assert run.history == [{"epoch": 1.0, "loss": 0.25}]

    (models / "go on").touch()
    wait_until(lambda: run.progress[0] == 60)
    first = run._pace._first[0]
    assert run.seconds_left == pytest.approx((time.monotonic() - first) / 50 * 40, rel=0.1)

    (models / "finish").touch()
    wait_until(lambda: run.state == "finishing")
    (models / "end").touch()
    wait_until(lambda: not run.running)
    assert run.state == "done"
    assert not runs.busy
    assert run.history == [{"epoch": 1.0, "loss": 0.25}], "read from the finished model"
    assert "options --epochs=2 --learning-rate=0.005 None" in run.log_tail


def test_only_one_run_at_a_time_and_the_others_follow_in_order(runs, monkeypatch):
    monkeypatch.setattr(runs_module, "MOST_WAITING", 2)
    run = start(runs)
    assert runs.start("dropout", "second", SETTINGS, "a") is None
    assert runs.start("dropout", "third", SETTINGS, "b") is None
    for name, owner, message in (
        ("second", "c", "'second' waits already"), ("fourth", "b", "One of your"), ("fifth", "c", "2 trainings wait"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=message):
            runs.start("dropout", name, SETTINGS, owner)
    assert (runs.latest, [order.name for order in runs.waiting]) == (run, ["second", "third"])
    run.cancel()
    wait_until(lambda: runs.latest.name == "second" and runs.latest.state == "training")
    runs.withdraw(runs.waiting[0])
    runs.latest.cancel()
    time.sleep(0.1)
    assert not runs.busy


def test_what_waits_and_cannot_be_started_lets_the_next_go_first(runs):
    run = start(runs)
    runs.start("dropout", "taken", SETTINGS, "a")
    runs.start("dropout", "next", SETTINGS, "b")
    (models_of(runs) / "taken").mkdir()
    run.cancel()
    wait_until(lambda: runs.latest.name == "next")
    assert not runs.waiting


def test_a_cancelled_run_ends_and_leaves_nothing(runs):
    run = start(runs)
    run.cancel()
    assert run.state == "cancelled"
    assert run._process.poll() is not None
    assert list(models_of(runs).iterdir()) == []
    assert start(runs, "next").running


def test_of_the_real_command_nothing_is_left_either(tmp_path):
    runs = Runs(tmp_path, ("-c", LONG, str(tmp_path)))
    run = runs.start("dropout", "mine", SETTINGS)
    wait_until(lambda: (tmp_path / ".mine.partial").exists())
    run.cancel()
    assert list(tmp_path.iterdir()) == []


def test_cancelling_what_has_ended_changes_nothing(runs):
    models = models_of(runs)
    for file in ("go on", "finish", "end"):
        (models / file).touch()
    run = runs.start("dropout", "mine", SETTINGS)
    wait_until(lambda: not run.running)
    runs.cancel()
    assert run.state == "done"
    assert (models / "mine").is_dir()


def test_a_failed_run_says_why(runs):
    left = models_of(runs) / ".failing.partial"  # of an interrupted training of that name: not this run's
    left.mkdir()
    (left / "history.csv").write_text("epoch,loss\n9,0.125\n")
    run = runs.start("dropout", "failing", SETTINGS)
    wait_until(lambda: not run.running)
    assert run.state == "failed"
    assert run.log_tail.endswith("No memory left")
    assert run.history == []


@pytest.mark.parametrize(
    ("name", "message"), [("taken", "already"), ("../up", "name starts with"), ("", "name starts")]
)
def test_names_that_cannot_be_used(runs, name, message):
    (models_of(runs) / "taken").mkdir()
    with pytest.raises(ValueError, match=message):
        runs.start("dropout", name, SETTINGS)
    assert runs.latest is None


def test_the_command_line_takes_every_option(tmp_path):
    """The real one, with a recipe that does not exist: it complains of that and of nothing before it."""
    run = Runs(tmp_path).start("no-such-recipe", "mine", SETTINGS)
    wait_until(lambda: not run.running)
    assert run.state == "failed"
    assert "recipe must be one of" in run.log_tail


def test_a_nearly_full_disk_takes_no_training(runs, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_050_000_000))
    with pytest.raises(ValueError, match=r"Only 1.1 GB of the disk are free; a training starts where there are 1.1 GB"):
        runs.start("dropout", "mine", SETTINGS)
    assert runs.latest is None


def test_a_run_is_its_starters(runs):
    assert runs.start("dropout", "mine", SETTINGS, "the key").owner == "the key"


# The real command, with another folder of models and a training that only takes long.
LONG = """
import sys, time
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from mnist_app.cli.commands import app
from mnist_app.network import model_store

model_store.writing = partial(model_store.writing, folder=Path(sys.argv[1]))
sys.modules["mnist_app.network.training"] = SimpleNamespace(train=lambda *_: time.sleep(120))
app(sys.argv[2:])
"""
SERVER = """
import sys, time
from pathlib import Path
from mnist_app.network.recipes import RECIPES
from mnist_app.web.runs import Runs

runs = Runs(Path(sys.argv[1]), ("-c", sys.argv[2], sys.argv[1]))
runs.start("dropout", "mine", RECIPES["dropout"].settings)
time.sleep(120)
"""


def is_free(folder: Path) -> bool:
    try:
        model_store.check_free("mine", folder)
    except ValueError:
        return False
    return True


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_a_training_ends_with_its_server_and_until_then_its_name_is_taken(tmp_path):
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(tmp_path), LONG], cwd=ROOT)
    wait_until(lambda: (tmp_path / ".mine.partial").exists())
    with pytest.raises(ValueError, match="A model 'mine' is just being trained"):
        Runs(tmp_path).start("dropout", "mine", SETTINGS)  # as another server would
    server.send_signal(signal.SIGKILL)
    server.wait()
    killed = time.monotonic()
    wait_until(lambda: is_free(tmp_path))
    assert time.monotonic() - killed < 10
