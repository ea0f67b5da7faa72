"""The command line: train, evaluate, predict, adapt, report, bench, ablation, sources."""

import json
from collections.abc import Callable
from dataclasses import fields
from enum import StrEnum
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from mnist_app import tables
from mnist_app.cli.terminal import (
    ClearErrors,
    Format,
    TrainingBar,
    count_up_to,
    end_with_input,
    open_results,
    print_rows,
)
from mnist_app.digits import datasets
from mnist_app.network import model_store
from mnist_app.network.installation import check_can_train
from mnist_app.network.model_store import StoredModel
from mnist_app.network.recipes import DETECTOR, TRAINABLE, find_recipe
from mnist_app.network.watching import MAPPING, MEASURING
from mnist_app.settings import DATA_FOLDER, Setting, TrainingSettings

app = typer.Typer(
    cls=ClearErrors,
    help="Read handwritten digits, and measure how well that goes.",
    no_args_is_help=True,
    add_completion=False,
)


class Digits(StrEnum):
    """How many digits a picture may hold."""

    many = "many"
    one = "one"


class Answers(StrEnum):
    """How answers are printed."""

    table = "table"
    json = "json"
    csv = "csv"
    kaggle = "kaggle"


Model = Annotated[str, typer.Option(help="A model's name, as in models/.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace a model of that name.")]
ProgressFile = Annotated[Path | None, typer.Option(help="Keep the progress here as JSON.")]
WithParent = Annotated[
    bool, typer.Option("--with-parent", help="End when standard input ends, as when the program before it is gone.")
]
Data = Annotated[Path, typer.Option(help="Folder with MNIST's four IDX files, or Kaggle's train.csv.")]


def with_settings(command: Callable[..., None], kind: type[TrainingSettings] = TrainingSettings) -> Callable[..., None]:
    """Give a command an option for each setting in place of its `**`; one that is left out is None.

    Typer reads a command's options from its signature, so the command gets one that names them all.
    """
    types = get_type_hints(kind)
    named = [each for each in signature(command).parameters.values() if each.kind is not Parameter.VAR_KEYWORD]
    options = [
        Parameter(
            each.name,
            Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[types[each.name] | None, typer.Option(help=_option_help(kind.table()[each.name]))],
        )
        for each in fields(kind)
        if kind.table()[each.name].option
    ]
    command.__signature__ = Signature([*named, *options])  # type: ignore[attr-defined]  # not in mypy's types
    return command


def _option_help(setting: Setting) -> str:
    """What a setting does, and what it may be."""
    may_be = f"{setting.range[0].upper()}{setting.range[1:]}." if setting.range else ""
    return " ".join(filter(None, [setting.hint, may_be, setting.more]))


@app.command()
@with_settings
def train(
    recipe: Annotated[str, typer.Option(help=f"One of: {', '.join(TRAINABLE)}.")] = "dropout",
    name: Annotated[str | None, typer.Option(help="Name of the new model; the recipe's where left out.")] = None,
    overwrite: Overwrite = False,
    progress_file: ProgressFile = None,
    with_parent: WithParent = False,
    data: Data = DATA_FOLDER,
    **overridden: Any,
) -> None:
    """Train a network by a recipe, with any setting overridden, then measure it on the test digits.

    After an interruption, the same command goes on from the last finished epoch.
    """
    check_can_train()
    if with_parent:
        end_with_input()
    settings = find_recipe(recipe).settings.override(**overridden)
    if recipe == DETECTOR:
        typer.echo(_train_detector(settings, name or recipe, overwrite, progress_file))
        return
    with model_store.writing(name or recipe, overwrite=overwrite, resume=True) as model:
        source = _find_source(settings.to_dict() | {"data_sha256": datasets.checksum(data)})
        _say("Starting TensorFlow …")
        from mnist_app.network import training  # takes seconds to import

        with TrainingBar(progress_file) as bar:
            training.train(settings, model, bar.update, data, _say, answers=bar.answer)
        bar.enter(MEASURING)
        metrics = _measure(model, data, source)
        bar.enter(MAPPING)
        _prepare_pages(model, data)
    typer.echo(_summary(name or recipe, metrics))


@app.command()
def fine_tune(
    digits: Annotated[Path, typer.Argument(help="Folder with the two IDX files from My digits' zip.")],
    model: Model = model_store.DEFAULT_MODEL,
    name: Annotated[str | None, typer.Option(help="Name of the new model; my- and the old one's if left out.")] = None,
    overwrite: Overwrite = False,
    progress_file: ProgressFile = None,
    with_parent: WithParent = False,
) -> None:
    """Train a network further with one's own digits, and keep it if it reads others of them better, and MNIST still.

    Exits with 3 where it does not.
    """
    from mnist_app.network import fine_tuning
    from mnist_app.network.personal import MAY_LOSE

    check_can_train()
    if with_parent:
        end_with_input()
    base = model_store.find_model(model)
    images, labels = datasets.load_unpacked(digits)
    held = fine_tuning.hold_back(labels)
    if not held.any():
        raise ValueError(f"{digits} must hold at least {fine_tuning.HELD} digits of one class, to judge by.")
    lesson = fine_tuning.Lesson(base, images[~held], labels[~held])
    with model_store.writing(name or f"my-{model}", overwrite=overwrite) as tuned:
        _say("Starting TensorFlow …")
        from mnist_app.network import training  # takes seconds to import

        with TrainingBar(progress_file) as bar:
            settings = fine_tuning.fine_settings(base)
            training.train(settings, tuned, bar.update, tell=_say, lesson=lesson, answers=bar.answer)
        bar.enter(MEASURING)
        _measure(tuned, DATA_FOLDER, _find_source(tuned.recipe))
        gate = fine_tuning.judge(base, tuned, images[held], labels[held])
        typer.echo(
            f"Of {gate.own} of your digits that it did not learn from, it misreads {gate.own_after} (before: "
            f"{gate.own_before}); of MNIST's {gate.mnist:,} test digits {gate.mnist_after} ({gate.mnist_before})."
        )
        if not gate.opens:
            _say(f"So it is not kept: it must read yours better, and lose at most {MAY_LOSE:.2%} of MNIST's.")
            raise typer.Exit(fine_tuning.NOT_KEPT)
        bar.enter(MAPPING)
        _prepare_pages(tuned, DATA_FOLDER)


@app.command()
def evaluate(
    model: Model = model_store.DEFAULT_MODEL,
    format: Format = Format.table,
    min_accuracy: Annotated[float, typer.Option(help="Exit with 1 below this accuracy, such as 0.99.")] = 0.0,
    keras: Annotated[bool, typer.Option("--keras", help="Compare with the Keras network, on all test digits.")] = False,
    canvas: Annotated[bool, typer.Option("--canvas", help="Read each test digit as a large drawing, too.")] = False,
    corruptions: Annotated[
        bool, typer.Option("--corruptions", help="Spoil the test digits as MNIST-C does, too; takes minutes.")
    ] = False,
    pages: Annotated[
        bool, typer.Option("--pages", help="Read 2,000 generated pages whose truth is known, too; takes minutes.")
    ] = False,
    styles: Annotated[
        bool, typer.Option("--styles", help="Read the three sets that networks are chosen by, too; takes a minute.")
    ] = False,
    data: Data = DATA_FOLDER,
) -> None:
    """Measure a trained model on MNIST's test digits; where its map of them is missing, draw it."""
    from mnist_app.insight import evaluation, map_and_labels

    if keras:
        check_can_train()
    stored = model_store.find_model(model)
    metrics, arrays = evaluation.evaluate(stored, data)
    metrics |= evaluation.summarize_seeds(stored)
    if data == DATA_FOLDER and map_and_labels.load(stored) is None:
        _draw_map(stored, data)
    if keras:
        from mnist_app.network import training

        metrics |= training.compare_with_keras(stored, arrays["y_prob"], data)
    if canvas:
        metrics |= evaluation.evaluate_on_canvas(stored, data)
    details = {"per_class": metrics.pop("per_class")}
    if corruptions:
        means, families = _evaluate_corruptions(stored, data)
        metrics |= means
        details["per_family"] = families
    if pages:
        details["pages"] = _evaluate_pages(stored)
    if styles:
        details["styles"] = _evaluate_styles(stored, data)
    if format is Format.json:
        typer.echo(json.dumps(metrics | details))
    elif format is Format.csv:
        last = [{"family": name, "accuracy": value} for name, value in means.items()] if corruptions else []
        print_rows(list(details.values())[-1] + last, format)
    else:
        figures = [{"figure": figure, "value": value} for figure, value in metrics.items()]
        typer.echo("\n\n".join(map(tables.to_text, [figures, *details.values()])))
    if metrics["accuracy"] < min_accuracy:
        _say(f"Accuracy {metrics['accuracy']:.4f} is below {min_accuracy}.")
        raise typer.Exit(1)


@app.command()
def predict(
    paths: Annotated[list[Path], typer.Argument(help="Pictures, or folders of pictures.", show_default=False)],
    model: Model = model_store.DEFAULT_MODEL,
    format: Annotated[Answers, typer.Option(help="'kaggle' answers the competition's test.csv.")] = Answers.table,
    digits: Annotated[Digits, typer.Option(help="'one' where each picture is known to hold one digit.")] = Digits.many,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the answers here.")] = None,
    processes: Annotated[
        int | None,
        typer.Option(min=1, help="How many read at once.", show_default="one a core, if there is much to do"),
    ] = None,
    scheduler: Annotated[str | None, typer.Option(help="Have a Dask cluster read, by its scheduler's address.")] = None,
) -> None:
    """Read the digits in pictures; exits with 1 if a picture could not be read.

    With --output, the same command goes on after an interruption.
    """
    from mnist_app.cli import predict
    from mnist_app.network.classifier import load_model

    if format is Answers.kaggle:
        submission = predict.answer_kaggle(paths, load_model(model))
        with open_results(output) as file:
            file.write(submission)
        return
    question = predict.Question(model, digits.value)
    if predict.answer_pictures(paths, question, Format(format), output, processes=processes, scheduler=scheduler):
        raise typer.Exit(1)


@app.command()
def adapt(
    collection: Annotated[
        Path | None,
        typer.Option(
            help="Labelled pictures: a folder WRITER/LABEL/*.png, or a CSV with path, label and writer.",
            show_default="generated writers",
        ),
    ] = None,
    model: Model = model_store.DEFAULT_MODEL,
    format: Format = Format.table,
) -> None:
    """Teach a network some digits of each writer, read the writer's others, and measure what is forgotten of MNIST."""
    from mnist_app.insight import adaptation, hands
    from mnist_app.network import personal
    from mnist_app.network.classifier import load_classifier

    stored = model_store.find_model(model)
    classifier = load_classifier(stored)
    if collection:
        pictures = hands.list_collection(collection)
        with count_up_to(sum(map(len, pictures.values())), "Pictures") as bar:
            people = hands.read_hands(pictures, classifier, bar.update)
    else:
        people = hands.generate_hands()
    with count_up_to(len(people) * len(adaptation.COUNTS), "Writers") as bar:
        rows = adaptation.measure(people, classifier, personal.remember(stored, classifier), advance=bar.update)
    print_rows(adaptation.turn(rows) if format is Format.table else rows, format)


@app.command()
def report(
    model: Model = model_store.DEFAULT_MODEL,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder; report-NAME where left out.")] = None,
    data: Data = DATA_FOLDER,
) -> None:
    """Write a report on a model: one HTML file that holds all it needs, and Markdown with its pictures beside it."""
    from mnist_app.insight import documents, report

    folder = output or Path(f"report-{model}")
    written = documents.write(report.build(model_store.find_model(model), data), folder)
    for path in written:
        typer.echo(path)


@app.command()
def inside(
    model: Model = model_store.DEFAULT_MODEL,
    epochs: Annotated[
        bool, typer.Option("--epochs", help="Train `minimal` anew and keep its weights on the way; takes a minute.")
    ] = False,
) -> None:
    """Write what the page Inside shows of a network that was trained before there was that page."""
    from mnist_app.network import snapshots

    check_can_train()
    stored = model_store.find_model(snapshots.ARCHITECTURE if epochs else model)
    _say("Starting TensorFlow …")
    from mnist_app.network import training  # takes seconds to import

    if epochs:
        with TrainingBar(None) as bar:
            training.train_snapshots(find_recipe(snapshots.ARCHITECTURE).settings, stored, bar.update)
        return
    training.export_stages_again(stored)
    _find_favourites(stored)


@app.command()
def bench(
    model: Model = model_store.DEFAULT_MODEL,
    learning: Annotated[bool, typer.Option("--learning", help="Time trainings instead, for some minutes.")] = False,
    format: Format = Format.table,
) -> None:
    """Time the reading and the network on this machine, as medians, beside Keras in the same run."""
    from mnist_app.insight import benchmark

    check_can_train()
    if learning:
        from mnist_app.insight import learning_speed

        print_rows(learning_speed.run(), format)
    else:
        print_rows(benchmark.run(model_store.find_model(model)), format)


@app.command()
def ablation(
    manifest: Annotated[
        Path | None, typer.Argument(help="CSV with the columns path, label and kind.", show_default="generated pages")
    ] = None,
    model: Model = model_store.DEFAULT_MODEL,
    format: Format = Format.table,
) -> None:
    """Read labelled pictures with each step of the reading switched off in turn, and count what is read right."""
    from mnist_app.insight.ablation import GENERATED, ablate, ablate_pages, read_manifest
    from mnist_app.network.classifier import load_classifier

    stored = model_store.find_model(model)
    pictures = read_manifest(manifest) if manifest else []
    length = len(pictures) if manifest else GENERATED
    with count_up_to(length) as bar:
        if manifest:
            rows = list(ablate(pictures, load_classifier(stored), bar.update))
        else:
            rows = ablate_pages(stored, advance=bar.update)
    print_rows(rows, format)


@app.command()
def sources(format: Format = Format.table) -> None:
    """List the fonts and pictures that generated pages draw on, and say how to get those that are missing."""
    from mnist_app.digits.generated import sources

    missing = sources.missing_sources()
    print_rows([sources.describe(source, source in missing) for source in sources.SOURCES], format)
    if missing:
        _say(sources.how_to_get(missing))


def _train_detector(settings: TrainingSettings, name: str, overwrite: bool, progress_file: Path | None) -> str:
    """Train the detector and its judge, and keep pictures of what they learnt from."""
    from mnist_app.digits.generated import sources
    from mnist_app.reading.detecting import fitting

    if missing := sources.missing_sources():
        _say(f"{len(missing)} of {len(sources.SOURCES)} packages of fonts and pictures are missing: see `sources`.")
    with model_store.writing(name, overwrite=overwrite, resume=True) as model:
        _say("Starting TensorFlow …")
        from mnist_app.reading.detecting import training  # takes seconds to import

        with TrainingBar(progress_file) as bar:
            training.train_detector(settings, model, bar.update, _say)
        _say("Training the judge on other pages …")
        with count_up_to(fitting.ALL_PAGES) as bar:
            metrics = fitting.store_judge(model, model_store.find_model(), bar.update)
    return f"{name}: of what it takes for a digit on generated pages, {metrics['precision']:.1%} are."


def _evaluate_pages(model: StoredModel) -> list[tables.Row]:
    from mnist_app.insight import page_exam

    with count_up_to(page_exam.PAGES, "Pages") as bar:
        return page_exam.store_pages(model, advance=bar.update)


def _evaluate_styles(model: StoredModel, data: Path) -> list[tables.Row]:
    from mnist_app.insight import choosing

    with count_up_to(choosing.DIGITS, "Digits") as bar:
        return choosing.store_styles(model, data, bar.update)


def _find_source(recipe: dict[str, Any]) -> StoredModel | None:
    """The model that a recipe's calibration is taken over from, if that is so and possible."""
    if not (name := recipe["calibration_from"]):
        return None
    from mnist_app.network import calibration

    source = model_store.find_model(name, holding="calibration.json")
    calibration.check_source(recipe, source)
    return source


def _measure(model: StoredModel, data: Path, source: StoredModel | None) -> dict[str, Any]:
    """Add what follows from a trained network: calibration and figures."""
    from mnist_app.insight import evaluation
    from mnist_app.network import calibration

    _say("Calibrating and measuring …")
    calibration.calibrate(model, data, source)
    return evaluation.store_evaluation(model, data)


def _prepare_pages(model: StoredModel, data: Path) -> None:
    """Add what the pages show that would take them too long."""
    _draw_map(model, data)
    _find_favourites(model)


def _draw_map(model: StoredModel, data: Path) -> None:
    """Store what the pages Map and Labels show."""
    from mnist_app.insight import map_and_labels

    _say("Drawing the map of the test digits and looking for doubtful labels …")
    map_and_labels.store(model, data)


def _find_favourites(model: StoredModel) -> None:
    """Store which test digits each map answers to most."""
    from mnist_app.insight import inside

    _say("Looking for the test digits that each map answers to most …")
    inside.store_favourites(model)


def _evaluate_corruptions(model: StoredModel, data: Path) -> tuple[dict[str, float | None], list[tables.Row]]:
    """Means and families at the paper's severity; all severities of MNIST's digits are kept for the pages."""
    from mnist_app.insight import robustness

    measure = robustness.store_corruptions if data == DATA_FOLDER else robustness.measure_corruptions
    with count_up_to(robustness.MEASUREMENTS, "Corruptions") as bar:
        rows = measure(model, data, on_family=lambda *_: bar.update(1))
    return robustness.summarize_corruptions(rows), robustness.benchmark_rows(rows)


def _summary(name: str, metrics: dict[str, Any]) -> str:
    return f"{name}: {metrics['accuracy']:.2%} of the test digits right, {metrics['errors']} wrong."


def _say(text: str) -> None:
    """Print what is no result: results go to the other stream."""
    typer.echo(text, err=True)
