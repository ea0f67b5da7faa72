"""A report on one model: the data, the network, how it learned, how well it reads, and what stands out."""

import io
from pathlib import Path

import altair as alt
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mnist_app.digits.datasets import Split, checksum, load_mnist
from mnist_app.insight.charts.learning import balance_chart, balance_rows, curve_chart, curve_rows
from mnist_app.insight.charts.matrix import confusion_chart, confusion_rows, per_class_chart, per_class_rows
from mnist_app.insight.charts.pictures import mean_images
from mnist_app.insight.comparison import find_claim
from mnist_app.insight.documents import Block, Bullets, Figure, Heading, Report, Table, Text
from mnist_app.insight.exam import Exam, arrange
from mnist_app.insight.findings import findings
from mnist_app.network.layers import list_layers
from mnist_app.network.model_store import StoredModel
from mnist_app.settings import CLASSES, DATA_FOLDER, TrainingSettings

WIDTH = 640  # of a chart, in pixels on the page; drawn at twice that
SIDE, CAPTION, COLUMNS = 72, 22, 10  # of a digit on a sheet, in pixels on the page
SAMPLES, MISREAD = 20, 50


def build(model: StoredModel, data: Path = DATA_FOLDER) -> Report:
    """Write a report on a trained model from what is stored with it.

    Args:
        model: a trained folder.
        data: the folder with the digits that it was trained and measured on.

    Raises:
        ValueError: these are other digits.
    """
    if model.recipe["data_sha256"] != checksum(data):
        raise ValueError(f"{model.name!r} was trained and measured on other digits; name their folder with --data.")
    train, test = load_mnist(data)
    exam = Exam(model.name, *test, *model.test_outputs())
    blocks = [
        Heading("Findings"),
        Bullets(findings(exam, model.history, find_claim(model))),
        *_data(train, test[1]),
        *_network(model),
        *_learning(model),
        *_results(exam),
        *_predictions(exam),
    ]
    return Report(f"Report on the network “{model.name}”", blocks)


def _data(train: Split, y_test: np.ndarray) -> list[Block]:
    images, labels = train
    balance = balance_rows(labels, y_test)
    shares = [row["share"] for row in balance]
    samples = [np.flatnonzero(labels == digit)[i] for i in range(2) for digit in range(CLASSES)]
    means = mean_images(images, labels)
    return [
        Heading("The data"),
        Text(
            f"{len(labels):,} handwritten digits to train with and {len(y_test):,} others to test with, each a picture "
            f"of 28 × 28 pixels from 0 (background) to 255 (ink). On average {images.mean() / 255:.1%} of a picture is "
            f"ink. Each digit makes up {min(shares):.1%} to {max(shares):.1%} of its part."
        ),
        _chart("balance", balance_chart(balance), "Share of each digit in the training and the test digits."),
        _sheet("samples", images[samples], list(map(str, labels[samples])), "Two training digits of each kind."),
        _sheet("means", means, list(map(str, range(CLASSES))), "The average of all training digits of each kind."),
    ]


def _network(model: StoredModel) -> list[Block]:
    settings = TrainingSettings.from_dict(model.recipe)
    blocks: list[Block] = [
        Heading("The network"),
        Text(f"The network has {model.recipe['parameters']:,} weights. Softmax turns its scores into probabilities."),
        Table(list_layers(model)),
        Text("It was trained with these settings:"),
        Table(
            [
                {"setting": name, "value": format(value, "g" if isinstance(value, float) else "")}
                for name, value in settings.to_dict().items()
                if value != ""
            ]
        ),
    ]
    if settings.validate_on == "test":
        blocks.append(
            Text(
                "Its validation digits were the test digits, as in the project that it follows. Nothing was chosen by "
                "them here; who does choose by them has no honest test left."
            )
        )
    return blocks


def _learning(model: StoredModel) -> list[Block]:
    history = model.history
    rows = curve_rows(history)
    return [
        Heading("How it learned"),
        Text(f"{len(history)} epochs took {model.metrics['train_seconds']:,.0f} seconds."),
        *(
            _chart(figure, curve_chart(rows, figure, len(history)), f"{figure.capitalize()} after each epoch.")
            for figure in ("accuracy", "loss")
        ),
    ]


def _results(exam: Exam) -> list[Block]:
    matrix = exam.matrix
    return [
        Heading("How well it reads"),
        _chart(
            "confusion",
            confusion_chart(confusion_rows(matrix, "counts")),
            "Confusion matrix: each row is a true digit, each column what it was read as.",
        ),
        Text(
            "Precision: of all that are read as this digit, how many are. Recall: of all that are this digit, how many "
            "are found. F1 joins both."
        ),
        _chart(
            "per_class",
            per_class_chart(per_class_rows(matrix)),
            "Precision, recall and F1 of each digit; lines are 95% intervals.",
        ),
        Table(exam.figures["per_class"]),
    ]


def _predictions(exam: Exam) -> list[Block]:
    worst = arrange(exam, np.flatnonzero(~exam.right), "greatest loss")[:MISREAD]
    blocks: list[Block] = [
        Heading("Some of its answers"),
        _answers("answers", exam, np.arange(SAMPLES), f"The first {SAMPLES} test digits: true > read, confidence."),
        Heading("Misread digits"),
    ]
    if not len(worst):
        return [*blocks, Text("No test digit is misread.")]
    caption = f"The {len(worst)} worst of {exam.figures['errors']} misread test digits: true > read, confidence."
    return [*blocks, _answers("misread", exam, worst, caption)]


def _answers(name: str, exam: Exam, chosen: np.ndarray, caption: str) -> Figure:
    said = [f"{exam.y_true[i]} > {exam.y_pred[i]}, {int(exam.y_prob[i].max() * 100)}%" for i in chosen]
    return _sheet(name, exam.images[chosen], said, caption)


def _chart(name: str, chart: alt.Chart | alt.LayerChart, caption: str) -> Figure:
    file = io.BytesIO()
    chart.properties(width=WIDTH).save(file, format="png", scale_factor=2)
    return Figure(name, file.getvalue(), caption)


def _sheet(name: str, images: np.ndarray, said: list[str], caption: str) -> Figure:
    """Lay images `(n, 28, 28)` out in rows, each with a few characters below it."""
    rows = -(-len(images) // COLUMNS)
    sheet = Image.new("L", (COLUMNS * SIDE * 2, rows * (SIDE + CAPTION) * 2), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(22)
    for i, (image, text) in enumerate(zip(images, said, strict=True)):
        x, y = i % COLUMNS * SIDE * 2, i // COLUMNS * (SIDE + CAPTION) * 2
        sheet.paste(Image.fromarray(255 - image).resize((SIDE * 2 - 4,) * 2, Image.Resampling.NEAREST), (x + 2, y))
        draw.text((x + SIDE, y + SIDE * 2 + 4), text, fill=40, font=font, anchor="ma")
    file = io.BytesIO()
    sheet.save(file, "PNG", optimize=True)
    return Figure(name, file.getvalue(), caption)
