"""Trainings that the web app starts: one child process at a time, watched through the files it writes; others wait.

Training needs TensorFlow and every processor core for minutes. In a process of its own it leaves the web server small
and answering, and can be cancelled at any moment.
"""

import atexit
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import numpy as np

from mnist_app.digits.datasets import IMAGES, LABELS, to_idx
from mnist_app.network.fine_tuning import NOT_KEPT, Lesson, fine_settings
from mnist_app.network.model_store import check_free, check_name, discard, partial_folder, read_history
from mnist_app.network.pace import Pace
from mnist_app.network.watching import Answer
from mnist_app.settings import MODELS_FOLDER, PACKAGE, TrainingSettings

LOG = logging.getLogger("mnist_app")
LOG_LINES = 15
FIGURES = ("loss", "accuracy")
MOST_WAITING = 5  # trainings, each another visitor's
LEAST_FREE = 1_100_000_000  # bytes of the disk: what a training writes leaves 1 GB
NICENESS = 10  # training takes what the web server leaves, so that pages stay quick


@dataclass(frozen=True, eq=False)
class Order:
    """A training that somebody asked for.

    Attributes:
        name: of the model that it makes.
        settings: how it trains.
        command: what the program is told to do, but for the name.
        owner: key of the visitor who asked for it.
        lesson: digits that are only for this training.
    """

    name: str
    settings: TrainingSettings
    command: tuple[str, ...]
    owner: str = ""
    lesson: Lesson | None = None


class Run:
    """One training in a child process.

    Attributes:
        name: of the model that it makes.
        settings: how it trains.
        owner: key of the visitor who started it.
    """

    def __init__(self, order: Order, program: tuple[str, ...], folder: Path) -> None:
        """Start a training.

        Args:
            order: what to train.
            program: what Python is told to run.
            folder: where models are written.
        """
        self.name, self.settings, self.owner = order.name, order.settings, order.owner
        self._folder, self._partial = folder, partial_folder(order.name, folder)
        command = [sys.executable, *program, *order.command, "--name", order.name]
        self._scratch = tempfile.TemporaryDirectory(prefix="mnist-run-")
        self._progress_file, self._log = (Path(self._scratch.name) / file for file in ("progress.json", "log.txt"))
        if order.lesson:
            (Path(self._scratch.name) / IMAGES).write_bytes(to_idx(order.lesson.images))
            (Path(self._scratch.name) / LABELS).write_bytes(to_idx(order.lesson.labels.astype(np.uint8)))
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

    def wait(self) -> None:
        """Wait for its end, however it comes."""
        self._process.wait()

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
    """The trainings of this server: one at a time; others wait in the order in which they were asked for.

    Attributes:
        latest: the one that is running, or ended last.
        waiting: those after it.
    """

    def __init__(self, folder: Path = MODELS_FOLDER, program: tuple[str, ...] = ("-m", "mnist_app")) -> None:
        """Keep trainings that write into `folder`; `program` is what Python is told to run."""
        self.latest: Run | None = None
        self.waiting: list[Order] = []
        self._folder, self._program = folder, program
        self._lock = Lock()
        atexit.register(self.cancel)  # no training outlives the server unseen

    @property
    def busy(self) -> bool:
        return self.latest is not None and self.latest.running

    def start(self, recipe: str, name: str, settings: TrainingSettings, owner: str = "") -> Run | None:
        """Start training a new model, or have it wait for those before it.

        Args:
            recipe: a name in `recipes.RECIPES`; decides the architecture.
            name: of the new model.
            settings: all other settings.
            owner: key of the visitor who asks for it.

        Returns:
            The run, which is also `latest` from now on; None where it waits.

        Raises:
            ValueError: the name is not allowed or taken, too many wait, or the disk is nearly full.
            OSError: the process cannot be started.
        """
        return self._take(Order(name, settings, ("train", "--recipe", recipe, *flags(settings)), owner))

    def fine_tune(self, lesson: Lesson, name: str, owner: str = "") -> Run | None:
        """Start training a network further with one person's digits; waits and raises as `start` does."""
        command = ("fine-tune", "--model", lesson.base.name)
        return self._take(Order(name, fine_settings(lesson.base), command, owner, lesson))

    def withdraw(self, order: Order) -> None:
        """Let a training wait no longer; nothing happens where its turn has come."""
        with self._lock, suppress(ValueError):
            self.waiting.remove(order)

    def cancel(self) -> None:
        """End the running training, if there is one, and start none of those that wait."""
        self.waiting.clear()
        if self.latest is not None:
            self.latest.cancel()

    def _take(self, order: Order) -> Run | None:
        with self._lock:
            self._check(order)
            if not self.busy and not self.waiting:
                return self._run(order)
            if order.name in [order.name for order in self.waiting]:
                raise ValueError(f"A training of {order.name!r} waits already; choose another name.")
            if order.owner in [order.owner for order in self.waiting]:
                raise ValueError("One of your trainings waits already.")
            if len(self.waiting) >= MOST_WAITING:
                raise ValueError(f"{MOST_WAITING} trainings wait already; come back when some have ended.")
            self.waiting.append(order)
            return None

    def _check(self, order: Order) -> None:
        if (self._folder / check_name(order.name)).exists():
            raise ValueError(f"There is a network {order.name!r} already; choose another name.")
        check_free(order.name, self._folder)
        if (free := shutil.disk_usage(self._folder).free) < LEAST_FREE:
            raise ValueError(
                f"Only {free / 1e9:.1f} GB of the disk are free; a training starts where there are "
                f"{LEAST_FREE / 1e9:.1f} GB."
            )

    def _run(self, order: Order) -> Run:
        self.latest = run = Run(order, self._program, self._folder)
        Thread(target=self._follow, args=[run], daemon=True).start()
        return run

    def _follow(self, run: Run) -> None:
        """Start the next training when this one has ended; one that cannot be started any more is left out."""
        run.wait()
        with self._lock:
            while self.waiting and not self.busy:
                order = self.waiting.pop(0)
                try:
                    self._check(order)
                    self._run(order)
                except (ValueError, OSError) as error:
                    LOG.warning("The training of %s, which waited, could not be started: %s", order.name, error)


SERVER = Runs()  # all sessions of a server see the same one
