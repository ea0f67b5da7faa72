"""Throw made-up inputs at everything that reads: `python tests/fuzz.py --count 100000`, `--reader pictures` for one.

Each input gives an answer or one of the errors that are foreseen, within two seconds of the processor's time; the first
that does not is made as small as it can be, and printed. Others are drawn in every run, but for `--seed`.
"""

import argparse
import functools
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import numpy as np
from bad_inputs import whole
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mnist_app.digits import datasets, kaggle
from mnist_app.network.classifier import Classifier, load_model
from mnist_app.reading.front_door import read_picture
from mnist_app.reading.picture_files import PictureError, open_picture
from mnist_app.web import from_canvas, strokes
from mnist_app.web.api.forms import AskedOfPicture, Drawing

SECONDS = 2.0  # of the processor's time for one input
LARGEST = 400  # pixels of a side that are read, too, and not only opened
SCRATCH = Path(tempfile.gettempdir()) / "mnist-fuzz"


class Reader(NamedTuple):
    """Something that reads.

    Attributes:
        inputs: what it is given.
        read: raises one of `foreseen`, or nothing.
        foreseen: errors that are an answer.
    """

    inputs: st.SearchStrategy
    read: Callable[[Any], object]
    foreseen: tuple[type[Exception], ...] = (ValueError,)


@functools.cache
def classifier() -> Classifier:
    return load_model()


@st.composite
def damaged(draw: st.DrawFn, files: dict[str, bytes]) -> bytes:
    """A sound file in which some bytes are others, left out or put in, most of them near its beginning."""
    content = bytearray(draw(st.sampled_from(sorted(files.items())))[1])
    for share, put_in, left_out in draw(
        st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=8), st.integers(0, 8)), max_size=6)
    ):
        place = int(share**3 * len(content))
        content[place : place + left_out] = put_in
    return bytes(content[: draw(st.one_of(st.none(), st.integers(0, len(content))))])


def read_file(content: bytes) -> None:
    pixels = open_picture(content)
    if max(pixels.shape) <= LARGEST:
        read_picture(pixels, classifier())


def on_disk(read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """A reader of files as one of contents."""

    def write_and_read(content: bytes) -> object:
        SCRATCH.write_bytes(content)
        return read(SCRATCH)

    return write_and_read


def read_images(path: Path) -> np.ndarray:
    return datasets.read_idx(path, datasets.IMAGES_MAGIC)


def draw_and_read(state: Any) -> None:
    taken = from_canvas.take_strokes(state)
    strokes.render_strokes([stroke["points"] for stroke in taken[0]], (280, 280))


def draw_for_api(body: Any) -> None:
    asked = Drawing.model_validate(body)
    strokes.render_strokes(asked.strokes, (asked.width, asked.height))


def idx_files() -> dict[str, bytes]:
    images = np.random.default_rng(0).integers(0, 255, (3, 28, 28), np.uint8)
    return {"images": datasets.to_idx(images), "labels": datasets.to_idx(images[:, 0, 0])}


def csv_files() -> dict[str, bytes]:
    rows = [",".join(kaggle.LABELLED), ",".join(["7"] + ["0"] * 784), ",".join(["1"] + ["255"] * 784)]
    return {"train.csv": "\n".join(rows).encode()}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)
number = st.floats() | st.integers() | st.floats(-500, 500)
points = st.lists(st.tuples(number, number) | anything, max_size=30)
stroke = st.fixed_dictionaries({"points": points, "width": number | anything}) | anything
box = st.lists(number, min_size=4, max_size=4) | anything
canvas_object = st.fixed_dictionaries(
    {"type": st.sampled_from(["rect", "path", "line"]), "left": number, "top": number, "width": number},
    optional={"height": number, "scaleX": number, "scaleY": number, "angle": number, "path": points},
)
objects = st.lists(canvas_object | anything, max_size=8)
canvas = st.fixed_dictionaries({"raw": st.fixed_dictionaries({"objects": objects})})
sound_points = st.lists(st.tuples(st.floats(-9, 500), st.floats(-9, 500)), min_size=1, max_size=30)
side = st.integers(0, 500)
drawing = st.fixed_dictionaries(
    {
        "width": side | number,
        "height": side,
        "strokes": st.lists(sound_points, max_size=5),
    },
    optional={"digits": st.sampled_from(["one", "many", "1"]), "more": anything},
)
READERS = {
    "pictures": Reader(damaged(whole()) | st.binary(max_size=300), read_file, (PictureError,)),
    "idx": Reader(damaged(idx_files()) | st.binary(max_size=100), on_disk(read_images)),
    "csv": Reader(damaged(csv_files()) | st.binary(max_size=100), on_disk(kaggle.read_train)),
    "strokes": Reader(st.fixed_dictionaries({"strokes": st.lists(stroke, max_size=8)}) | anything, draw_and_read, ()),
    "boxes": Reader(st.fixed_dictionaries({"drawing": canvas}) | anything, from_canvas.take_boxes, ()),
    "api drawings": Reader(drawing | anything, draw_for_api, (ValidationError,)),
    "api boxes": Reader(
        st.fixed_dictionaries({"boxes": st.lists(st.text(max_size=30) | box.map(str), min_size=1, max_size=3)}),
        AskedOfPicture.model_validate,
        (ValidationError,),
    ),
}  # fmt: skip


def fuzz(name: str, count: int, start: int | None = None) -> Counter[str]:
    """Try so many inputs; returns how many were read, and how many refused with which error.

    Raises:
        Exception: what nobody foresaw, or `AssertionError` where one took too long.
    """
    reader, outcomes = READERS[name], Counter[str]()

    @settings(
        max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )  # fmt: skip
    @given(reader.inputs)
    def try_one(made: Any) -> None:
        before = time.process_time()
        try:
            reader.read(made)
            outcomes["read"] += 1
        except reader.foreseen as error:
            outcomes[type(error).__name__] += 1
        took = time.process_time() - before
        assert took < SECONDS, f"{took:.1f} s"

    (try_one if start is None else seed(start)(try_one))()
    return outcomes


def main() -> None:
    """Fuzz as the command line says."""
    parser = argparse.ArgumentParser(description="Throw made-up inputs at everything that reads.")
    parser.add_argument("--count", type=int, default=1000, help="of inputs for each reader")
    parser.add_argument("--reader", choices=READERS, action="append", help="only this one; once more for each other")
    parser.add_argument("--seed", type=int, help="for the same inputs again")
    asked = parser.parse_args()
    for name in asked.reader or READERS:
        start = time.monotonic()
        outcomes = fuzz(name, asked.count, asked.seed)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        told = ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.most_common())
        print(f"{name}: {told}; {time.monotonic() - start:.0f} s, {memory} MB at most", flush=True)


if __name__ == "__main__":
    main()
