import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mnist_app.cli import terminal
from mnist_app.network.watching import MAPPING, Answer

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test turns on."""
    now = [1000.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    return now


def test_time_left_of_a_training_that_goes_on_counts_what_it_does_itself(clock, tmp_path, monkeypatch):
    left = []
    file = tmp_path / "progress.json"
    with terminal.TrainingBar(file) as bar:
        for step, seconds in ((501, 0), (511, 20), (1000, 978)):
            clock[0] += seconds
            bar.update(step, 1000, {"loss": 0.25})
            left.append(bar._bar.current_item)
            assert bar._bar.pos == step
    assert left == ["", "about 16 min 18 s left", "about 0 s left"]
    told = json.loads(file.read_text())
    assert (told["step"], told["steps"], told["loss"]) == (1000, 1000, 0.25)


def test_a_training_tells_its_losses_its_answers_and_what_comes_after_its_last_step(tmp_path):
    file, bar = tmp_path / "progress.json", terminal.TrainingBar(tmp_path / "progress.json")
    bar.answer([Answer(7, 0.5)])
    assert json.loads(file.read_text())["answers"] == [[7, 0.5]]
    for step in range(1, 2001):
        bar.update(step, 2000, {"loss": 1 / step})
    bar.enter(MAPPING)
    told = json.loads(file.read_text())
    assert told["stage"] == MAPPING
    steps = [step for step, _ in told["losses"]]
    assert terminal.MOST_LOSSES / 2 <= len(steps) <= terminal.MOST_LOSSES
    assert set(np.diff(steps)) == {steps[0]}, "equally far apart, from the beginning on"


def test_a_bar_only_where_a_person_watches(monkeypatch, capsys):
    for watched, length, shown in ((False, 3, False), (True, 1, False), (True, 3, True)):
        monkeypatch.setattr(sys.stderr, "isatty", lambda watched=watched: watched)
        with terminal.count_up_to(length, "Reading") as bar:
            bar.update(1)
        assert ("Reading" in capsys.readouterr().err) is shown


def test_a_process_ends_with_its_input():
    code = "import time; from mnist_app.cli.terminal import end_with_input; end_with_input(); print(1, flush=True); "
    process = subprocess.Popen(
        [sys.executable, "-c", code + "time.sleep(60)"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout.readline() == b"1\n"
    assert process.poll() is None
    process.communicate(timeout=10)
    assert process.returncode == 1
