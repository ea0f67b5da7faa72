"""Answer many pictures, or Kaggle's table of digits, for the command `predict`."""

import json
from pathlib import Path
from typing import TextIO

import typer

from mnist_app import tables
from mnist_app.cli.terminal import Format, with_progress
from mnist_app.digits import kaggle
from mnist_app.network.classifier import Classifier
from mnist_app.reading import wording
from mnist_app.reading.answer import NOTHING, to_answer
from mnist_app.reading.front_door import HowMany, read_picture
from mnist_app.reading.picture_files import PictureError, list_pictures, open_picture


def answer_pictures(paths: list[Path], classifier: Classifier, format: Format, digits: HowMany, file: TextIO) -> bool:
    """Read pictures and write the answers, in the order of the paths; where one cannot be read, the error stands.

    Args:
        paths: pictures, and folders of pictures.
        classifier: the network.
        format: of the answers; JSON has one object a line.
        digits: how many digits a picture may hold, as in `read_picture`.
        file: where they are written.

    Returns:
        Whether a picture could not be read.
    """
    answers = []
    for path in with_progress(_expand(paths), "Reading"):
        answer = path if isinstance(path, dict) else _answer(path, classifier, digits)
        answers.append(answer)
        if format is Format.json:
            typer.echo(json.dumps(answer), file)
    rows = [wording.flatten_answer(answer) for answer in answers]
    if format is not Format.json:
        typer.echo(tables.to_csv(rows) if format is Format.csv else tables.to_text(rows) + "\n", file, nl=False)
    return any(answer["error"] is not None for answer in answers)


def answer_kaggle(paths: list[Path], classifier: Classifier) -> str:
    """Answers to the digits of Kaggle's test.csv, as the competition takes them.

    Raises:
        ValueError: there is more than one file, or it is no such table.
    """
    if len(paths) > 1:
        raise ValueError(f"A submission answers one test.csv, not {len(paths)} files.")
    return kaggle.to_submission(classifier.predict(kaggle.read_test(paths[0])).y_prob.argmax(axis=1))


def _answer(path: Path, classifier: Classifier, digits: HowMany) -> tables.Row:
    try:
        reading = read_picture(open_picture(path), classifier, digits=digits)
    except PictureError as error:
        return _failure(path, error)
    return to_answer(str(path), reading)


def _failure(path: Path, error: PictureError) -> tables.Row:
    return to_answer(str(path), NOTHING, str(error))


def _expand(paths: list[Path]) -> list[Path | tables.Row]:
    """Paths of pictures, with an answer that holds the error in the place of a folder without any."""
    found: list[Path | tables.Row] = []
    for path in paths:
        try:
            found += list_pictures(path)
        except PictureError as error:
            found.append(_failure(path, error))
    return found
