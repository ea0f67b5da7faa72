"""Answer many pictures, or Kaggle's table of digits, for the command `predict`."""

import json
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import TextIO

import typer

from mnist_app import tables
from mnist_app.cli.journal import Journal
from mnist_app.cli.terminal import Format, count_up_to, open_results
from mnist_app.cli.workers import FEW, Workers, on_cluster, on_this_machine
from mnist_app.digits import kaggle
from mnist_app.files import is_plain
from mnist_app.network.classifier import Classifier, load_model
from mnist_app.reading import wording
from mnist_app.reading.answer import NOTHING, to_answer
from mnist_app.reading.front_door import HowMany, read_picture
from mnist_app.reading.picture_files import PictureError, list_pictures, open_picture, read_file

LOST = "Reading it ended the program that read it, several times."


@dataclass(frozen=True)
class Question:
    """What is asked about each picture.

    Attributes:
        model: a model's name.
        digits: how many digits a picture may hold, as in `read_picture`.
    """

    model: str
    digits: HowMany


@dataclass(frozen=True)
class Picture:
    """A picture's path, and what is in its file once that has been read, or one sentence why it could not be."""

    path: str
    content: bytes = field(default=b"", repr=False)
    error: str = ""


def answer_pictures(
    paths: list[Path],
    question: Question,
    format: Format,
    output: Path | None,
    *,
    processes: int | None = None,
    scheduler: str | None = None,
) -> bool:
    """Read pictures and write the answers, in the order of the paths; where one cannot be read, the error stands.

    Answers that go to a file are kept beside it meanwhile: the same call after an interruption goes on from there.

    Args:
        paths: pictures, and folders of pictures.
        question: what is asked.
        format: of the answers; JSON has one object a line.
        output: where they are written; to the terminal where None.
        processes: how many read; where None, one for each core if there are many pictures.
        scheduler: a Dask cluster that reads, by its address.

    Returns:
        Whether a picture could not be read.

    Raises:
        ValueError: there is no such model, or no such cluster.
        OSError: the answers cannot be written, or a process was ended from outside.
    """
    _network(question.model)  # what is wrong with it is said before anything is begun
    pictures, count = _expand(paths), sum(1 for _ in _expand(paths))

    def answers(count: int, pictures: Iterable[Picture]) -> Iterator[tables.Row]:
        workers = on_cluster(scheduler) if scheduler else on_this_machine(count, processes)
        return _answer_all(pictures, question, workers, count)

    if output is None or not is_plain(output):
        with open_results(output) as file:
            return _write(answers(count, pictures), format, file)
    with Journal(output, asdict(question)) as journal:
        remaining = journal.skip_answered(pictures, lambda picture: picture.path)
        for answer in answers(count - journal.kept, remaining):
            journal.add(answer)
        with open_results(output) as file:
            return _write(journal.answers(), format, file)


def answer_kaggle(paths: list[Path], classifier: Classifier) -> str:
    """Answers to the digits of Kaggle's test.csv, as the competition takes them.

    Raises:
        ValueError: there is more than one file, or it is no such table.
    """
    if len(paths) > 1:
        raise ValueError(f"A submission answers one test.csv, not {len(paths)} files.")
    return kaggle.to_submission(classifier.predict(kaggle.read_test(paths[0])).y_prob.argmax(axis=1))


def read(picture: Picture, question: Question) -> tables.Row:
    """Answer one picture, in any process, also on another machine: it is given the file's content."""
    if picture.error:
        return to_answer(picture.path, NOTHING, picture.error)
    try:
        found = read_picture(open_picture(picture.content), _network(question.model), digits=question.digits)
    except PictureError as error:
        return to_answer(picture.path, NOTHING, str(error))
    return to_answer(picture.path, found)


@cache
def _network(name: str) -> Classifier:
    return load_model(name)


def _expand(paths: list[Path]) -> Iterator[Picture]:
    """Pictures that paths mean, without their content; a folder without any has its error in their place."""
    for path in paths:
        try:
            yield from (Picture(str(found)) for found in list_pictures(path))
        except PictureError as error:
            yield Picture(str(path), error=str(error))


def _load(picture: Picture) -> Picture:
    if picture.error:
        return picture
    try:
        return replace(picture, content=read_file(Path(picture.path)))
    except PictureError as error:
        return replace(picture, error=str(error))


def _answer_all(
    pictures: Iterable[Picture], question: Question, workers: AbstractContextManager[Workers], count: int
) -> Iterator[tables.Row]:
    """Answers to so many pictures, each as soon as it and those before it are there."""
    start = time.monotonic()
    with workers as crew, count_up_to(count, "Reading") as bar:
        for picture, future in crew.in_order(partial(read, question=question), map(_load, pictures)):
            try:
                yield future.result()
            except crew.lost:
                yield to_answer(picture.path, NOTHING, LOST)
            except BrokenExecutor:
                raise OSError("A process that was reading was ended, by somebody or for want of memory.") from None
            bar.update(1)
    if count > FEW:
        pace = count / (time.monotonic() - start)
        typer.echo(f"{count:,} pictures read, {pace:.1f} a second.", err=True)


def _write(answers: Iterable[tables.Row], format: Format, file: TextIO) -> bool:
    """Write answers; a table needs to know them all first. Returns whether one of them is an error."""
    errors = 0

    def counted() -> Iterator[tables.Row]:
        nonlocal errors
        for answer in answers:
            errors += answer["error"] is not None
            yield answer

    if format is Format.json:
        for answer in counted():
            typer.echo(json.dumps(answer), file)
    elif format is Format.csv:
        tables.write_csv(map(wording.flatten_answer, counted()), file)
    else:
        typer.echo(tables.to_text([wording.flatten_answer(answer) for answer in counted()]), file)
    return errors > 0
