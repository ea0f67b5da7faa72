"""The command line: train, evaluate, predict, bench, ablation."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mnist_app import model_store, tables
from mnist_app.picture_files import PictureError, list_pictures, open_picture
from mnist_app.recipes import RECIPES, find_recipe
from mnist_app.settings import DATA_FOLDER

app = typer.Typer(
    help="Read handwritten digits, and measure how well that goes.", no_args_is_help=True, add_completion=False
)


class Format(StrEnum):
    """How results are printed."""

    table = "table"
    json = "json"
    csv = "csv"


class Digits(StrEnum):
    """How many digits a picture may hold."""

    many = "many"
    one = "one"


Model = Annotated[str, typer.Option(help="A model's name, as in models/.")]
Data = Annotated[Path, typer.Option(help="Folder with MNIST's four IDX files.")]


@app.command()
def train(
    recipe: Annotated[str, typer.Option(help=f"One of: {', '.join(RECIPES)}.")] = "dropout",
    name: Annotated[str | None, typer.Option(help="Name of the new model; the recipe's where left out.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a model of that name.")] = False,
    progress_file: Annotated[Path | None, typer.Option(help="Keep the progress here as JSON.")] = None,
    data: Data = DATA_FOLDER,
    epochs: int | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
    optimizer: str | None = None,
    weight_decay: float | None = None,
    schedule: str | None = None,
    dropout: float | None = None,
    validation_split: float | None = None,
    augmentation: str | None = None,
    synthetic_share: float | None = None,
    non_digit_share: float | None = None,
    average: float | None = None,
    seed: int | None = None,
) -> None:
    """Train a network by a recipe, with any setting overridden, then measure it on the test digits."""
    overridden = {key: value for key, value in locals().items() if key in RECIPES["dropout"].settings.to_dict()}
    with _clear_errors():
        settings = find_recipe(recipe).settings.override(**overridden)
        with model_store.writing(name or recipe, overwrite=overwrite) as model:
            typer.echo("Starting TensorFlow …", err=True)
            from mnist_app import calibration, evaluation, training  # TensorFlow takes seconds to import

            with _TrainingBar(progress_file) as bar:
                training.train(settings, model, bar.update, data)
            typer.echo("Calibrating and measuring …", err=True)
            calibration.calibrate(model, data)
            metrics = evaluation.store_evaluation(model, data)
    typer.echo(f"{name or recipe}: {metrics['accuracy']:.2%} of the test digits right, {metrics['errors']} wrong.")


@app.command()
def evaluate(
    model: Model = model_store.DEFAULT_MODEL,
    format: Format = Format.table,
    min_accuracy: Annotated[float, typer.Option(help="Exit with 1 below this accuracy, such as 0.99.")] = 0.0,
    keras: Annotated[bool, typer.Option("--keras", help="Compare with the Keras network, on all test digits.")] = False,
    canvas: Annotated[bool, typer.Option("--canvas", help="Read each test digit as a large drawing, too.")] = False,
    data: Data = DATA_FOLDER,
) -> None:
    """Measure a trained model on MNIST's test digits."""
    from mnist_app import evaluation

    with _clear_errors():
        stored = model_store.find_model(model)
        metrics, arrays = evaluation.evaluate(stored, data)
        if keras:
            from mnist_app import training

            metrics |= training.compare_with_keras(stored, arrays["y_prob"], data)
        if canvas:
            metrics |= evaluation.evaluate_on_canvas(stored, data)
    per_class = metrics["per_class"]
    if format is Format.json:
        typer.echo(json.dumps(metrics))
    elif format is Format.csv:
        typer.echo(tables.to_csv(per_class), nl=False)
    else:
        figures = [{"figure": k, "value": v} for k, v in metrics.items() if k != "per_class"]
        typer.echo(f"{tables.to_text(figures)}\n\n{tables.to_text(per_class)}")
    if metrics["accuracy"] < min_accuracy:
        typer.echo(f"Accuracy {metrics['accuracy']:.4f} is below {min_accuracy}.", err=True)
        raise typer.Exit(1)


@app.command()
def predict(
    paths: Annotated[list[Path], typer.Argument(help="Pictures, or folders of pictures.", show_default=False)],
    model: Model = model_store.DEFAULT_MODEL,
    format: Format = Format.table,
    digits: Annotated[Digits, typer.Option(help="'one' where each picture is known to hold one digit.")] = Digits.many,
) -> None:
    """Read the digits in pictures; exits with 1 if a picture could not be read."""
    from mnist_app.classifier import load_classifier
    from mnist_app.reading import read_picture

    with _clear_errors():
        classifier = load_classifier(model_store.find_model(model))

    def answer(path: Path) -> dict:
        try:
            reading = read_picture(open_picture(path), classifier, digits=digits.value)
        except PictureError as error:
            return {"path": str(path), "text": "", "digits": [], "rejected": [], "error": str(error)}
        return {"path": str(path), **reading.to_dict(), "error": None}

    failed = False
    rows = []
    for path in _with_progress(_expand(paths)):
        row = path if isinstance(path, dict) else answer(path)
        failed |= row["error"] is not None
        if format is Format.json:
            typer.echo(json.dumps(row))
        rows.append(tables.flatten_answer(row))
    if format is Format.csv:
        typer.echo(tables.to_csv(rows), nl=False)
    elif format is Format.table:
        typer.echo(tables.to_text(rows))
    raise typer.Exit(failed)


@app.command()
def bench(model: Model = model_store.DEFAULT_MODEL, format: Format = Format.table) -> None:
    """Time the reading and the network on this machine, as medians, beside Keras in the same run."""
    from mnist_app import benchmark

    with _clear_errors():
        _print_rows(benchmark.run(model_store.find_model(model)), format)


@app.command()
def ablation(
    manifest: Annotated[Path, typer.Argument(help="CSV with the columns path, label and kind.", show_default=False)],
    model: Model = model_store.DEFAULT_MODEL,
    format: Format = Format.table,
) -> None:
    """Read labelled pictures with each step of the reading switched off in turn, and count what is read right."""
    from mnist_app.ablation import ablate, read_manifest
    from mnist_app.classifier import load_classifier

    with _clear_errors():
        pictures = read_manifest(manifest)
        classifier = load_classifier(model_store.find_model(model))
        with typer.progressbar(length=len(pictures), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            rows = list(ablate(pictures, classifier, bar.update))
    _print_rows(rows, format)


def _print_rows(rows: list[tables.Row], format: Format) -> None:
    if format is Format.json:
        typer.echo(json.dumps(rows))
    else:
        typer.echo(tables.to_csv(rows) if format is Format.csv else tables.to_text(rows))


def _expand(paths: list[Path]) -> list[Path | dict]:
    """Paths of pictures, with an answer that holds the error in the place of a folder without any."""
    found: list[Path | dict] = []
    for path in paths:
        try:
            found += list_pictures(path)
        except PictureError as error:
            found.append({"path": str(path), "text": "", "digits": [], "rejected": [], "error": str(error)})
    return found


def _with_progress(items: list) -> Iterator:
    """Go through the items; with a bar where a person watches the terminal and results are not printed to it."""
    if len(items) < 2 or not sys.stderr.isatty():
        yield from items
        return
    with typer.progressbar(items, label="Reading", file=sys.stderr) as bar:
        yield from bar


class _TrainingBar:
    """Progress of a training: a bar with the time left on a terminal, and a file for whoever watches from outside."""

    def __init__(self, file: Path | None) -> None:
        self._file, self._bar, self._written = file, None, 0.0

    def __enter__(self) -> "_TrainingBar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.render_finish()

    def update(self, step: int, steps: int, figures: dict[str, float]) -> None:
        if self._bar is None:
            self._bar = typer.progressbar(length=steps, file=sys.stderr, show_pos=True, hidden=not sys.stderr.isatty())
        self._bar.label = "Training, " + ", ".join(f"{name} {value:.4f}" for name, value in figures.items())
        self._bar.update(1)
        if self._file and (step == steps or time.monotonic() > self._written + 1):
            self._written = time.monotonic()
            partial = self._file.with_suffix(".partial")  # renamed, so that a reader never sees half of it
            partial.write_text(json.dumps({"step": step, "steps": steps, **figures}), encoding="utf-8")
            partial.replace(self._file)


@contextmanager
def _clear_errors() -> Iterator[None]:
    """Print what a person can mend as one sentence, and exit with 2."""
    try:
        yield
    except (ValueError, FileNotFoundError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(2) from None
