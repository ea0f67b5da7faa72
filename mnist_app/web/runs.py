"""Trainings that the web app starts: one child process at a time, watched through the files that it writes.

Training needs TensorFlow and every processor core for minutes. In a process of its own it leaves the web server small
and answering, and can be cancelled at any moment.
"""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from mnist_app.digits.datasets import IMAGES, LABELS, to_idx
from mnist_app.network.fine_tuning import NOT_KEPT, Lesson, fine_settings
from mnist_app.network.model_store import check_free, check_name, discard, partial_folder, read_history
from mnist_app.network.pace import Pace
from mnist_app.network.watching import Answer
from mnist_app.settings import MODELS_FOLDER, PACKAGE, TrainingSettings

LOG_LINES = 15
FIGURES = ("loss", "accuracy")
LEAST_FREE = 1_100_000_000  # bytes of the disk: what a training writes leaves 1 GB
NICENESS = 10  # training takes what the web server leaves, so that pages stay quick


class Run:
    """One training in a child process.

    Attributes:
        name: of the model that it makes.
        settings: how it trains.
        owner: key of the visitor who started it.
    """

    def __init__(
        self,
        name: str,
        settings: TrainingSettings,
        command: list[str],
        folder: Path,
        *,
        lesson: Lesson | None = None,
        owner: str = "",
    ) -> None:
        """Start a training.

        Args:
            name: of the model that it makes.
            settings: how it trains.
            command: to which are added two options and, as an argument, the folder with the lesson's digits.
            folder: where models are written.
            lesson: digits that are only for this training.
            owner: who started it.
        """
        self.name, self.settings, self.owner = name, settings, owner
        self._folder, self._partial = folder, partial_folder(name, folder)
        self._scratch = tempfile.TemporaryDirectory(prefix="mnist-run-")
        self._progress_file, self._log = (Path(self._scratch.name) / file for file in ("progress.json", "log.txt"))
        if lesson:
            (Path(self._scratch.name) / IMAGES).write_bytes(to_idx(lesson.images))
            (Path(self._scratch.name) / LABELS).write_bytes(to_idx(lesson.labels.astype(np.uint8)))
            command = [*command, self._scratch.name]
        self._pace, self._start = Pace(), time.monotonic()
        self._cancelled = False
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--progress-file", str(self._progress_file), "--with-parent"],
                cwd=PACKAGE.parent,
                stdin=subprocess.PIPE,  # nothing is sent: it ends when this process does, and then the training ends
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the server's terminal is the server's: it then cancels by itself
            )
        if hasattr(os, "setpriority"):  # not on Windows
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICENESS)

    @property
    def state(self) -> str:
        """One of "starting", "training", "finishing", "done", "declined", "failed", "cancelled"."""
        if self._cancelled:
            return "cancelled"
        if (code := self._process.poll()) is not None:
            return {0: "done", NOT_KEPT: "declined"}.get(code, "failed")
        step, steps, _ = self.progress
        return "starting" if not step else "training" if step < steps else "finishing"

    @property
    def running(self) -> bool:
        return self.state in ("starting", "training", "finishing")

    @property
    def told(self) -> dict[str, Any]:
        """All that the training tells of itself: step, steps, loss, accuracy, losses, answers, stage; nothing yet."""
        with suppress(FileNotFoundError):
            return json.loads(self._progress_file.read_text(encoding="utf-8"))
        return {}

    @property
    def progress(self) -> tuple[int, int, dict[str, float]]:
        """Step, steps of the whole run, and the latest figures; zeros before the first step."""
        told = self.told
        return told.get("step", 0), told.get("steps", 0), {name: told[name] for name in FIGURES if name in told}

    @property
    def losses(self) -> list[tuple[int, float]]:
        """Steps, and the mean loss of their epoch until then."""
        return self.told.get("losses", [])

    @property
    def answers(self) -> list[Answer]:
        """What the network makes of the digits of `watching` now; none before it is there."""
        return [Answer(*answer) for answer in self.told.get("answers", [])]

    @property
    def stage(self) -> str:
        """What goes on after the last step: "" while the network is stored, then `MEASURING`, then `MAPPING`."""
        return self.told.get("stage", "")

    @property
    def seconds(self) -> float:
        """How long ago it was started."""
        return time.monotonic() - self._start

    @property
    def seconds_left(self) -> float | None:
        """Time that the remaining steps need at the speed seen so far; None before that can be told."""
        step, steps, _ = self.progress
        return self._pace.seconds_left(step, steps)

    @property
    def history(self) -> list[dict[str, float]]:
        """The epochs so far, as in `history.csv`; none before the first step, for what lies there may be another's."""
        if not self.progress[0]:
            return []
        for folder in (self._partial, self._folder / self.name):
            with suppress(FileNotFoundError):  # renamed between a look and the reading
                if rows := read_history(folder / "history.csv"):
                    return rows
        return []

    @property
    def log_tail(self) -> str:
        """The last lines that the training printed."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LOG_LINES:])

    def cancel(self) -> None:
        """End the training and remove what it has written; nothing happens where it has ended already."""
        if self._process.poll() is None:
            self._cancelled = True
            self._process.kill()  # at once, whatever it is doing; what it would tidy up is tidied here
            self._process.communicate()  # waits for its end, and closes what led to it
            discard(self.name, self._folder)


def flags(settings: TrainingSettings) -> list[str]:
    """Tell `train` these settings: all that it has an option for."""
    values, table = settings.to_dict(), settings.table()
    return [f"--{name.replace('_', '-')}={value}" for name, value in values.items() if table[name].option]


class Runs:
    """The latest training of this server; there is at most one at a time."""

    def __init__(self, folder: Path = MODELS_FOLDER, program: tuple[str, ...] = ("-m", "mnist_app")) -> None:
        """Keep trainings that write into `folder`; `program` is what Python is told to run."""
        self.latest: Run | None = None
        self._folder, self._program = folder, program
        self._lock = Lock()
        atexit.register(self.cancel)  # no training outlives the server unseen

    @property
    def busy(self) -> bool:
        return self.latest is not None and self.latest.running

    def start(self, recipe: str, name: str, settings: TrainingSettings, owner: str = "") -> Run:
        """Start training a new model.

        Args:
            recipe: a name in `recipes.RECIPES`; decides the architecture.
            name: of the new model.
            settings: all other settings.
            owner: key of the visitor who starts it.

        Returns:
            The run, which is also `latest` from now on.

        Raises:
            ValueError: the name is not allowed or taken, another training is running, or the disk is nearly full.
            OSError: the process cannot be started.
        """
        return self._start(name, settings, ["train", "--recipe", recipe, *flags(settings)], owner=owner)

    def fine_tune(self, lesson: Lesson, name: str, owner: str = "") -> Run:
        """Start training a network further with one person's digits; raises what `start` does."""
        command = ["fine-tune", "--model", lesson.base.name]
        return self._start(name, fine_settings(lesson.base), command, owner=owner, lesson=lesson)

    def _start(
        self, name: str, settings: TrainingSettings, command: list[str], *, owner: str, lesson: Lesson | None = None
    ) -> Run:
        with self._lock:
            if self.latest is not None and self.latest.running:
                raise ValueError(f"{self.latest.name!r} is being trained; only one network can be at a time.")
            if (self._folder / check_name(name)).exists():
                raise ValueError(f"There is a network {name!r} already; choose another name.")
            check_free(name, self._folder)
            if (free := shutil.disk_usage(self._folder).free) < LEAST_FREE:
                raise ValueError(
                    f"Only {free / 1e9:.1f} GB of the disk are free; a training starts where there are "
                    f"{LEAST_FREE / 1e9:.1f} GB."
                )
            command = [sys.executable, *self._program, *command, "--name", name]
            self.latest = Run(name, settings, command, self._folder, lesson=lesson, owner=owner)
            return self.latest

    def cancel(self) -> None:
        """End the running training, if there is one."""
        if self.latest is not None:
            self.latest.cancel()


SERVER = Runs()  # all sessions of a server see the same one
