"""Whenever a process is killed that writes models, a complete one is there afterwards."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_app.network import model_store

ROOT = Path(__file__).parents[2]


class Killed(BaseException):
    """Stands for the end of the process."""


def write(folder: Path, content: str, unfinished: bool = False) -> None:
    with model_store.writing("mine", folder, overwrite=True, resume=True) as model:
        if unfinished:
            model.unfinished.mkdir()
            (model.unfinished / "1.weights.h5").write_text(content)
        for file in (model.tflite, model.folder / "history.csv"):
            file.write_text(content)


def kill_at(monkeypatch, step: int) -> list[str]:
    """Have the process end in place of the so many-th change of names or removal; returns what was called."""
    calls: list[str] = []

    def until_then(name: str, do: Callable) -> Callable:
        def call(*arguments, **options):
            calls.append(name)
            if len(calls) >= step:
                raise Killed
            return do(*arguments, **options)

        return call

    for name in ("rename", "unlink", "rmdir"):
        monkeypatch.setattr(os, name, until_then(name, getattr(os, name)))
    return calls


def found(folder: Path) -> str:
    """What the one model that is there holds, all of it of the same training."""
    model = model_store.open_model("mine", folder)
    (content,) = {path.read_text() for path in model.folder.iterdir()}
    return content


@pytest.mark.parametrize("old", [True, False])
def test_at_whatever_step_of_the_publishing_the_process_ends_the_finished_model_is_found(tmp_path, monkeypatch, old):
    steps = 0
    while True:
        steps += 1
        folder = tmp_path / str(steps)
        if old:
            write(folder, "old")
        with monkeypatch.context() as patched:
            calls = kill_at(patched, steps)
            try:
                write(folder, "new", unfinished=True)
            except Killed:
                pass
            else:
                break
        if steps > 1:  # the first step says that the training is finished
            assert found(folder) == "new"
        elif old:
            assert found(folder) == "old"
        write(folder, "next")
        assert found(folder) == "next"
        assert [path.name for path in folder.iterdir()] == ["mine"]
    assert steps > (8 if old else 4), calls


def test_before_it_is_finished_the_old_model_stays_and_the_training_can_go_on(tmp_path, monkeypatch):
    write(tmp_path, "old")
    with monkeypatch.context() as patched:
        kill_at(patched, 1)
        with pytest.raises(Killed):
            write(tmp_path, "new", unfinished=True)
    assert found(tmp_path) == "old"
    with model_store.writing("mine", tmp_path, overwrite=True, resume=True) as model:
        assert (model.unfinished / "1.weights.h5").read_text() == "new"


def test_what_is_being_published_is_left_to_whoever_does_it(tmp_path):
    write(tmp_path, "old")
    with model_store.writing("mine", tmp_path, overwrite=True) as model:
        (tmp_path / "mine").rename(tmp_path / ".mine.old")  # as between the two steps
        model.tflite.write_text("new")
        model_store.list_models(tmp_path)
        assert (tmp_path / ".mine.old").exists()
    assert found(tmp_path) == "new"


KILLS = """
import os, random, signal, sys, time
from pathlib import Path
from mnist_app.network import model_store

folder, rng = Path(sys.argv[1]), random.Random(0)

def write(number):
    with model_store.writing("mine", folder, overwrite=True, resume=True) as model:
        model.unfinished.mkdir(exist_ok=True)
        for path in (model.tflite, model.folder / "history.csv", model.unfinished / "weights"):
            path.write_text(str(number))

write(0)
number, during = 0, 0
for kill in range(100):
    out, into = os.pipe()
    child = os.fork()
    if not child:
        while True:
            number += 1
            write(number)
            os.write(into, b"%d " % number)
    os.close(into)
    time.sleep(rng.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    told = os.read(out, 1 << 20).split()
    os.close(out)
    confirmed = int(told[-1]) if told else number
    during += any(path.suffix in (".finished", ".old") for path in folder.iterdir())
    model = model_store.open_model("mine", folder)
    (content,) = {path.read_text() for path in model.folder.iterdir() if path.is_file()}
    assert confirmed <= int(content) <= confirmed + 1, (kill, confirmed, content)
    number = int(content)
print(number, during)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_hundred_real_kills_lose_nothing_that_was_finished(tmp_path):
    ended = subprocess.run([sys.executable, "-c", KILLS, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    published, during = map(int, ended.stdout.split())
    assert published > 100
    assert during > 5, "kills must hit the publishing itself"
