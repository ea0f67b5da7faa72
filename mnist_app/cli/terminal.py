"""What the commands print: rows in three formats, progress, and errors as one sentence."""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from threading import Thread
from typing import Any, TextIO

import typer
from typer.core import TyperGroup

from mnist_app import tables
from mnist_app.files import whole_file, write_whole
from mnist_app.network.pace import Pace, duration

MOST_LOSSES = 300  # that are told of a training: more points of a curve are not seen


class Format(StrEnum):
    """How results are printed."""

    table = "table"
    json = "json"
    csv = "csv"


def print_rows(rows: list[tables.Row], format: Format) -> None:
    """Print rows with the same keys."""
    if format is Format.json:
        typer.echo(json.dumps(rows))
    elif format is Format.csv:
        typer.echo(tables.to_csv(rows), nl=False)
    else:
        typer.echo(tables.to_text(rows))


@contextmanager
def open_results(path: Path | None) -> Iterator[TextIO]:
    """Where results are written: a file, of which nothing is left where that fails, or the terminal where None."""
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    with whole_file(path) as file, TextIOWrapper(file, encoding="utf-8") as text:
        yield text


def count_up_to(length: int, label: str = "") -> Any:  # the type of typer.progressbar has no public name
    """A bar to be updated by hand, as a context; hidden where no person watches the terminal."""
    return typer.progressbar(length=length, label=label, file=sys.stderr, hidden=length < 2 or not sys.stderr.isatty())


class ClearErrors(TyperGroup):
    """Commands that print what a person can mend as one sentence, and then exit with 2."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        try:
            return super().main(*arguments, **options)
        except (ValueError, OSError) as error:
            typer.echo(f"Error: {describe(error)}", err=True)
            try:
                sys.stdout.flush()
            except OSError:  # Python would try once more in the end, and complain in many lines
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(2)


def describe(error: ValueError | OSError) -> str:
    """What an error says, for people: of a file, what is wrong and its name."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    return f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."


def end_with_input() -> None:
    """End this process when its standard input ends: its other end is held by a program that may be killed."""

    def wait() -> None:
        sys.stdin.buffer.read()
        os._exit(1)  # at once, whatever it is doing: what it writes is such that it may end at any moment

    Thread(target=wait, daemon=True).start()


class TrainingBar:
    """Progress of a training: a bar with the time left on a terminal, and a file for whoever watches from outside."""

    def __init__(self, file: Path | None) -> None:
        self._file, self._written, self._pace = file, 0.0, Pace()
        self._bar: Any = None
        self._told: dict[str, Any] = {"step": 0, "steps": 0, "losses": [], "answers": [], "stage": ""}
        self._apart = 1  # steps from one loss that is kept to the next

    def __enter__(self) -> "TrainingBar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.render_finish()

    def update(self, step: int, steps: int, figures: dict[str, float]) -> None:
        """Show that so many of the steps are done; the first one seen may be in the middle of the run."""
        if self._bar is None:
            self._bar = typer.progressbar(
                length=steps,
                file=sys.stderr,
                show_pos=True,
                show_eta=False,  # its own counts the steps of before an interruption as done in no time
                item_show_func=lambda left: left,
                hidden=not sys.stderr.isatty(),
            )
        self._bar.label = "Training, " + ", ".join(f"{name} {value:.4f}" for name, value in figures.items())
        left = self._pace.seconds_left(step, steps)
        self._bar.current_item = "" if left is None else f"about {duration(left)} left"
        self._bar.update(step - self._bar.pos)
        self._told |= {"step": step, "steps": steps, **figures}
        self._keep_loss(step, figures)
        if step == steps or time.monotonic() > self._written + 1:
            self._write()

    def answer(self, answers: Sequence[Sequence[float]]) -> None:
        """Tell what the network makes of a few digits now."""
        self._told["answers"] = answers
        self._write()

    def enter(self, stage: str) -> None:
        """Tell what happens after the last step."""
        self._told["stage"] = stage
        self._write()

    def _keep_loss(self, step: int, figures: dict[str, float]) -> None:
        """Keep the loss of each step, of every second one as they become many, and so on."""
        losses = self._told["losses"]
        if step % self._apart == 0 and "loss" in figures:
            losses.append([step, round(figures["loss"], 4)])
        if len(losses) > MOST_LOSSES:
            self._apart *= 2
            self._told["losses"] = [row for row in losses if row[0] % self._apart == 0]

    def _write(self) -> None:
        if self._file:
            self._written = time.monotonic()
            write_whole(self._file, json.dumps(self._told))
