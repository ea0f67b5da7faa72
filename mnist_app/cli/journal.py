"""Answers that are kept while more are being given, so that a run that was ended can go on where it stopped."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import typer

from mnist_app.tables import Row

T = TypeVar("T")


class Journal:
    """The answers of an unfinished run, one JSON object a line, in a file beside the one that they are for.

    The first line says what was asked. What another question was answered with is not gone on from, nor what was
    answered about other pictures or in another order: from the first difference on all is answered anew.

    Attributes:
        path: the file; it is gone when the run has ended well.
        kept: how many answers it holds.
    """

    def __init__(self, output: Path, asked: Row) -> None:
        """Name it; it is opened as a context.

        Args:
            output: the file that the answers are for.
            asked: what decides them, apart from the pictures.
        """
        self.path, self.kept = output.with_name(f"{output.name}.unfinished"), 0
        self._output, self._asked = output, json.dumps(asked)

    def __enter__(self) -> "Journal":
        try:
            self.path.touch()
            self._file = self.path.open("r+", encoding="utf-8", newline="\n")
        except OSError as error:
            error.filename = str(self._output)  # the only one that its reader knows
            raise
        if self._next_line() != self._asked:
            self._write_from(0)
            self._write(self._asked)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is None or not self.kept:
            self.path.unlink()
        else:
            typer.echo(
                f"What was answered ({self.kept:,}) is kept in {self.path}; the same command goes on from there.",
                err=True,
            )

    def skip_answered(self, things: Iterable[T], name: Callable[[T], str]) -> Iterator[T]:
        """Those of the things that are not answered yet: all from the first that is not.

        Args:
            things: what the answers are about, in their order.
            name: what stands under "path" in the answer to a thing.
        """
        remaining = iter(things)
        place = self._file.tell()
        for thing in remaining:
            line = self._next_line()
            if line is None or json.loads(line)["path"] != name(thing):
                remaining = chain([thing], remaining)
                break
            self.kept, place = self.kept + 1, self._file.tell()
        self._write_from(place)
        if self.kept:
            typer.echo(f"Going on after {self.kept:,} that are answered in {self.path}.", err=True)
        return remaining

    def add(self, answer: Row) -> None:
        """Keep one more answer, at once."""
        self._write(json.dumps(answer))
        self.kept += 1

    def answers(self) -> Iterator[Row]:
        """All answers."""
        self._file.seek(0)
        self._file.readline()
        return map(json.loads, self._file)

    def _next_line(self) -> str | None:
        """The next line, whole; None where there is none."""
        line = self._file.readline()
        return line.removesuffix("\n") if line.endswith("\n") else None

    def _write_from(self, place: int) -> None:
        self._file.seek(place)
        self._file.truncate()

    def _write(self, line: str) -> None:
        self._file.write(f"{line}\n")
        self._file.flush()
