"""What the commands print: rows in three formats, progress, and errors as one sentence."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer

from mnist_app import tables
from mnist_app.network.pace import Pace, duration


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


def with_progress(items: list, label: str) -> Iterator:
    """Go through the items; with a bar where there are several and a person watches the terminal."""
    if len(items) < 2 or not sys.stderr.isatty():
        yield from items
        return
    with typer.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar


def count_up_to(length: int, label: str = "") -> Any:  # the type of typer.progressbar has no public name
    """A bar to be updated by hand, as a context; hidden where no person watches the terminal."""
    return typer.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())


@contextmanager
def clear_errors() -> Iterator[None]:
    """Print what a person can mend as one sentence, and exit with 2."""
    try:
        yield
    except (ValueError, FileNotFoundError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(2) from None


class TrainingBar:
    """Progress of a training: a bar with the time left on a terminal, and a file for whoever watches from outside."""

    def __init__(self, file: Path | None) -> None:
        self._file, self._written, self._pace = file, 0.0, Pace()
        self._bar: Any = None

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
        if self._file and (step == steps or time.monotonic() > self._written + 1):
            self._written = time.monotonic()
            partial = self._file.with_suffix(".partial")  # renamed, so that a reader never sees half of it
            partial.write_text(json.dumps({"step": step, "steps": steps, **figures}), encoding="utf-8")
            partial.replace(self._file)
