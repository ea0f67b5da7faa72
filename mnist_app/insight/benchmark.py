"""Time what a person waits for, on this machine, beside Keras on the same picture."""

import io
import pickle
import subprocess
import sys
import time
from functools import partial
from statistics import median

import cv2
import numpy as np
from PIL import Image

from mnist_app.digits.datasets import load_mnist, to_input
from mnist_app.network import model_store
from mnist_app.network.classifier import load_classifier
from mnist_app.network.model_store import StoredModel
from mnist_app.network.pace import medians
from mnist_app.reading.front_door import read_picture
from mnist_app.reading.picture_files import open_picture
from mnist_app.tables import Row

PHOTO_WIDTH, PHOTO_HEIGHT = 4000, 3000
ROUNDS = 5  # of what takes long enough to be timed a few times only
REFERENCE = "dropout"  # the small network that the others are compared with
SMALL = "swift"  # the one beside the default network: it, too, is compared with Keras
# What a cold process does before its first answer; it prints its largest memory in KB.
COLD = {
    "cold start, LiteRT": """
from mnist_app.network.classifier import load_classifier
load_classifier(open_model(name)).predict(np.zeros((1, 28, 28), np.uint8))""",
    "cold start, whole reading": """
from mnist_app.network.classifier import load_classifier
from mnist_app.reading.front_door import read_picture
read_picture(np.zeros((480, 640, 3), np.uint8), load_classifier(open_model(name)))""",
    "cold start, Keras": """
from mnist_app.network.training import keras_calls
keras_calls(open_model(name))["Keras predict"](np.zeros((1, 28, 28, 1), np.float32))""",
}


def run(model: StoredModel) -> list[Row]:
    """Time reading, network, Keras, cold starts, every stored network, and a large photo.

    Args:
        model: the network of all rows but those that name another.

    Returns:
        Rows with `what`, `median` and `unit`, and `ratio`: the median divided by that of the row `reference`, both from
        this run; the two are None where nothing is compared.
    """
    # Cold starts come first: a child's memory is counted from what its parent has, and TensorFlow is not loaded yet.
    cold = _cold_starts(model)
    return [*_one_drawing(model), *cold, *_networks(), *_large_photo(model)]


def draw_page(images: np.ndarray, height: int, width: int, columns: int) -> np.ndarray:
    """Lay `(n, 28, 28)` digits out in rows on a white page; returns `(height, width, 3)` uint8."""
    cell = width // columns
    page = np.full((height, width), 255, np.uint8)
    for i, image in enumerate(images):
        y, x = (i // columns) * cell + cell // 4, (i % columns) * cell + cell // 4
        page[y : y + cell // 2, x : x + cell // 2] = 255 - cv2.resize(image, (cell // 2, cell // 2))
    return cv2.cvtColor(page, cv2.COLOR_GRAY2RGB)


def photo_file() -> bytes:
    """A photo of a page with 48 digits, as a JPEG file."""
    _, (x_test, _) = load_mnist()
    page = draw_page(x_test[:48], PHOTO_HEIGHT, PHOTO_WIDTH, columns=8)
    shade = np.linspace(0.6, 0.95, page.shape[1])[None, :, None]  # light falls from one side
    noise = np.random.default_rng(0).normal(0, 3, page.shape)  # a camera's, without which a JPEG decodes too fast
    file = io.BytesIO()
    Image.fromarray((page * shade + noise).clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=92)
    return file.getvalue()


def _one_drawing(model: StoredModel) -> list[Row]:
    from mnist_app.network.training import keras_calls

    _, (x_test, _) = load_mnist()
    drawing = draw_page(x_test[:1], 280, 280, columns=1)
    classifier = load_classifier(model)
    image = read_picture(drawing, classifier, drawn=True).digits[0].image[np.newaxis]
    calls = {name: lambda call=call: call(to_input(image)) for name, call in keras_calls(model).items()}
    # Not in turns with Keras: after a call TensorFlow's threads wait busily, and the app's process has none.
    seconds = medians(
        {
            "280 x 280 drawing, whole reading": lambda: read_picture(drawing, classifier, drawn=True),
            "one image, LiteRT": lambda: classifier.predict(image),
        }
    ) | medians({f"one image, {name}": call for name, call in calls.items()})
    whole, network = (seconds[name] for name in ("280 x 280 drawing, whole reading", "one image, LiteRT"))
    rows = [_row(name, value * 1e3, "ms", "one image, LiteRT", network * 1e3) for name, value in seconds.items()]
    rows.insert(1, _row("280 x 280 drawing, preprocessing", (whole - network) * 1e3, "ms"))
    return rows


def _cold_starts(model: StoredModel) -> list[Row]:
    header = "import resource; import numpy as np; from mnist_app.network.model_store import open_model; "
    header += f"name = {model.name!r}"
    footer = "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    rows: list[Row] = []
    memory: list[Row] = []
    for name, code in COLD.items():
        command = [sys.executable, "-c", f"{header}{code}\n{footer}"]
        seconds, kilobytes = [], []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            seconds.append(time.perf_counter() - start)
            kilobytes.append(int(output.split()[-1]))
        rows.append(_row(name, median(seconds), "s", next(iter(COLD)), rows[0]["median"] if rows else median(seconds)))
        first = memory[0]["median"] if memory else median(kilobytes) / 1024
        memory.append(_row(f"{name}, memory", median(kilobytes) / 1024, "MB", f"{next(iter(COLD))}, memory", first))
    return rows + memory


def _networks() -> list[Row]:
    image = load_mnist()[1][0][:1]
    classifiers = {model.name: load_classifier(model) for model in model_store.list_models()}
    seconds = medians({name: partial(c.predict, image) for name, c in classifiers.items()})
    reference = seconds.get(REFERENCE)
    rows = [
        _row(f"one image, network {name}", value * 1e3, "ms", f"network {REFERENCE}", reference and reference * 1e3)
        for name, value in seconds.items()
    ]
    if SMALL in seconds:
        from mnist_app.network.training import keras_calls

        predict = keras_calls(model_store.find_model(SMALL))["Keras predict"]
        (took,) = medians({SMALL: partial(predict, to_input(image))}).values()
        what = f"one image, network {SMALL}, Keras predict"
        rows.append(_row(what, took * 1e3, "ms", f"network {SMALL}", seconds[SMALL] * 1e3))
    return rows


def _large_photo(model: StoredModel) -> list[Row]:
    content, classifier = photo_file(), load_classifier(model)

    def decode() -> None:
        with Image.open(io.BytesIO(content)) as picture:
            np.asarray(picture.convert("RGB"))

    reading = "12-megapixel photo, decoded and read"
    seconds = medians(
        {
            "12-megapixel photo, Pillow's decoding": decode,
            reading: lambda: read_picture(open_picture(content), classifier),
        },
        ROUNDS,
    )
    decoding = seconds["12-megapixel photo, Pillow's decoding"]
    allowed = 1.5 * decoding + 0.2
    pixels = 3 * PHOTO_WIDTH * PHOTO_HEIGHT / 2**20
    held = len(pickle.dumps(read_picture(open_picture(content), classifier))) / 2**20
    return [
        *(_row(name, value * 1e3, "ms", "Pillow's decoding", decoding * 1e3) for name, value in seconds.items()),
        _row("12-megapixel photo, 1.5 x decoding + 200 ms", allowed * 1e3, "ms", reading, seconds[reading] * 1e3),
        _row("12-megapixel photo, its reading kept in memory", held, "MB", "the photo's pixels", pixels),
    ]


def _row(what: str, value: float, unit: str, reference: str | None = None, divisor: float | None = None) -> Row:
    ratio = value / divisor if divisor else None
    return {"what": what, "median": value, "unit": unit, "ratio": ratio, "reference": reference if ratio else None}
