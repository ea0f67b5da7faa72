"""Inputs that nobody thought of, for everything that reads: sound files with other bytes, pages, nested nonsense."""

import asyncio
import functools
import json
import os
import re
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from bad_inputs import whole
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_app.digits import datasets, kaggle
from mnist_app.network.classifier import Classifier, load_model
from mnist_app.reading import corrections
from mnist_app.reading.answer import Reading
from mnist_app.reading.front_door import SWITCHES, read_picture
from mnist_app.reading.picture_files import PictureError, open_picture
from mnist_app.web import from_canvas, strokes
from mnist_app.web.api import routes
from mnist_app.web.api.forms import SEVEN, AskedOfPicture, Drawing
from mnist_app.web.doors import Doors

LARGEST = 400  # pixels of a side that are read, too, and not only opened
SCRATCH = Path(tempfile.gettempdir()) / f"mnist-fuzz-{os.getpid()}"
FORESEEN = (200, 307, 400, 404, 405, 413, 415, 422)  # answers of the API


SENTENCE = re.compile(r"\S[^\n]*\.")


class Reader(NamedTuple):
    """Something that reads.

    Attributes:
        inputs: what it is given.
        read: raises one of `foreseen`, or nothing.
        foreseen: errors that are an answer.
        of_1000: how many of 1,000 inputs are for it: more where one takes little time.
    """

    inputs: st.SearchStrategy
    read: Callable[[Any], object]
    foreseen: tuple[type[Exception], ...]
    of_1000: int


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


def check(reading: Reading, shape: tuple[int, ...]) -> None:
    """What holds of every reading: each digit lies in the picture, and its probabilities are some."""
    for digit in reading.digits:
        x, y, w, h = digit.box
        assert x >= 0 <= y, digit.box
        assert w > 0 < h, digit.box
        assert x + w <= shape[1] + 1, digit.box  # of a picture made smaller, a box is rounded
        assert y + h <= shape[0] + 1, digit.box
        assert abs(digit.probabilities.sum() - 1) < 1e-3, digit.probabilities


def read_file(content: bytes) -> None:
    pixels = open_picture(content)
    if max(pixels.shape) <= LARGEST:
        check(read_picture(pixels, classifier()), pixels.shape)


@st.composite
def pages(draw: st.DrawFn) -> dict[str, Any]:
    """A picture as the detector gets it, and what is asked of it: any sides, any ground, any marks, and noise."""
    width, height = draw(st.tuples(*[st.integers(1, 260)] * 2) | st.tuples(st.integers(1, 3), st.integers(1, 4000)))
    ground, ink, slope, noise = draw(st.tuples(*[st.integers(0, 255)] * 4))
    lines = draw(st.lists(st.lists(st.tuples(st.floats(-0.2, 1.2), st.floats(-0.2, 1.2)), max_size=6), max_size=12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    page = np.full((height, width, draw(st.sampled_from([3, 3, 3, 4]))), ground, np.float32)
    page += slope * draw(st.sampled_from([0, 1, -1])) * np.linspace(0, 1, width, dtype=np.float32)[:, np.newaxis]
    for line in filter(None, lines):
        points = np.rint(np.array(line) * (width, height)).astype(np.int32)
        cv2.polylines(page, [points], draw(st.booleans()), [ink] * 4, draw(st.integers(1, 20)))
    page += noise * draw(st.sampled_from([0, 0.1, 1])) * rng.standard_normal(page.shape, np.float32)
    asked: dict[str, Any] = {"digits": draw(st.sampled_from(["many", "many", "one"])), "drawn": draw(st.booleans())}
    asked["without"] = draw(st.just(frozenset()) | st.frozensets(st.sampled_from(sorted(SWITCHES)), max_size=3))
    boxes = st.lists(st.tuples(*[st.integers(0, 300)] * 2, *[st.integers(1, 300)] * 2), max_size=5)
    asked["boxes"] = draw(st.none() | boxes)
    return {"picture": np.clip(page, 0, 255).astype(np.uint8), **asked}


def detect(asked: dict[str, Any]) -> None:
    check(read_picture(classifier=classifier(), **asked), asked["picture"].shape)


def on_disk(read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """A reader of files as one of contents."""

    def write_and_read(content: bytes) -> object:
        SCRATCH.write_bytes(content)
        try:
            return read(SCRATCH)
        finally:
            SCRATCH.unlink()

    return write_and_read


def read_images(path: Path) -> np.ndarray:
    return datasets.read_idx(path, datasets.IMAGES_MAGIC)


def draw_and_read(state: Any) -> None:
    taken = from_canvas.take_strokes(state)
    strokes.render_strokes([stroke["points"] for stroke in taken[0]], (280, 280))


def correct(state: Any) -> None:
    taken = from_canvas.take_boxes(state)
    if taken and taken.marks:
        for x, y, w, h in corrections.boxes_of(taken.marks, (300, 400, 3)):
            assert 0 <= x < x + w <= 400, (x, w)
            assert 0 <= y < y + h <= 300, (y, h)


def draw_for_api(body: Any) -> None:
    asked = Drawing.model_validate(body)
    strokes.render_strokes(asked.strokes, (asked.width, asked.height))


def idx_files() -> dict[str, bytes]:
    images = np.random.default_rng(0).integers(0, 255, (3, 28, 28), np.uint8)
    return {"images": datasets.to_idx(images), "labels": datasets.to_idx(images[:, 0, 0])}


def csv_files() -> dict[str, bytes]:
    rows = [",".join(kaggle.LABELLED), ",".join(["7"] + ["0"] * 784), ",".join(["1"] + ["255"] * 784)]
    return {"train.csv": "\n".join(rows).encode()}


class Asked(NamedTuple):
    """A request to the API."""

    method: str
    path: str
    query: bytes
    kind: str
    body: bytes


def form(content: bytes) -> bytes:
    """A picture in a form, with a field beside it."""
    return (
        b'--x\r\nContent-Disposition: form-data; name="boxes"\r\n\r\n1,2,3,4\r\n--x\r\nContent-Disposition: form-data; '
        b'name="picture"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n' + content + b"\r\n--x--\r\n"
    )


@functools.cache
def api() -> ASGIApp:
    return Doors(Starlette(routes=routes.make_routes()))


@functools.cache
def alone() -> ThreadPoolExecutor:
    """A thread without another loop: in a run of all tests, Playwright leaves one in that of the tests."""
    return ThreadPoolExecutor(1)


@functools.cache
def loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def ask_api(asked: Asked) -> None:
    """Ask as a client over HTTP does; raises AssertionError where the answer is none that is foreseen."""
    sent: list[Message] = []
    scope = {
        "type": "http", "method": asked.method, "path": asked.path, "raw_path": asked.path.encode(), "root_path": "",
        "query_string": asked.query, "scheme": "http", "http_version": "1.1", "server": ("127.0.0.1", 80),
        "headers": [(b"host", b"localhost"), (b"content-type", asked.kind.encode("latin-1"))],
    }  # fmt: skip
    half = len(asked.body) // 2
    coming = [
        {"type": "http.request", "body": asked.body[:half], "more_body": True},
        {"type": "http.request", "body": asked.body[half:], "more_body": False},
    ]

    async def receive() -> Message:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    alone().submit(loop().run_until_complete, api()(scope, receive, send)).result()
    status, said = sent[0]["status"], b"".join(part["body"] for part in sent[1:])
    assert status in FORESEEN, (status, said)
    assert status < 400 or SENTENCE.fullmatch(json.loads(said)["detail"]), said


class Knock(NamedTuple):
    """What the doors see of a request."""

    kind: str
    path: str
    host: str
    origin: str


def knock(made: Knock) -> None:
    """Come to the doors with it; behind them nothing happens."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        pass

    async def send(_: Message) -> None:
        pass

    headers = [(name.encode(), getattr(made, name).encode("latin-1")) for name in ("host", "origin")]
    scope = {"type": made.kind, "path": made.path, "headers": headers} | (
        {"method": "GET"} if made.kind == "http" else {}
    )
    alone().submit(loop().run_until_complete, Doors(app)(scope, app, send)).result()


some = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
anything = some | st.lists(some, max_size=4) | st.dictionaries(st.text(max_size=4), some | st.lists(some), max_size=3)
number = st.floats() | st.integers() | st.floats(-500, 500)
points = st.lists(st.tuples(number, number) | anything, max_size=12)
# Some are far longer than anybody draws: the same points again and again.
many_points = st.builds(lambda made, times: made * times, points, st.sampled_from([1] * 20 + [100, 20_000]))
stroke = st.fixed_dictionaries({"points": many_points, "width": number | anything}) | anything
box = st.lists(number, min_size=4, max_size=4) | anything
corrected = st.fixed_dictionaries({"box": box}, optional={"digit": st.integers(-1, 10) | anything}) | anything
told = st.fixed_dictionaries(
    {"change": st.integers() | anything, "boxes": st.lists(corrected, max_size=5) | anything},
    optional={"more": some},
)
sound_points = st.lists(st.tuples(st.floats(-9, 500), st.floats(-9, 500)), min_size=1, max_size=12)
side = st.integers(0, 500)
drawing = st.fixed_dictionaries(
    {
        "width": side | number,
        "height": side,
        "strokes": st.lists(sound_points | many_points, max_size=4),
    },
    optional={"digits": st.sampled_from(["one", "many", "1"]), "more": anything},
)
json_drawing = (drawing | anything).map(lambda made: json.dumps(made).encode())
body = st.one_of(
    json_drawing,
    damaged({"drawing": json.dumps(SEVEN).encode(), "form": form(whole()["PNG"]), "picture": whole()["JPEG"]}),
    st.binary(max_size=100),
)
# The server itself refuses an address that is not ASCII.
query = st.text(st.characters(max_codepoint=127), max_size=40) | st.sampled_from(
    ["boxes=1,2,30,40", "digits=one", "model=dropout", "boxes=[[1,2,3,4]]", "boxes=1,2,3,4&boxes=5,6,7,8&digits=one"]
)
latin = st.text(st.characters(max_codepoint=255), max_size=30)
request = st.builds(
    Asked,
    method=st.sampled_from(["POST"] * 8 + ["GET", "PUT", "OPTIONS"]),
    path=st.sampled_from(["/api/read", "/api/read/drawing"] * 4 + ["/api/models", "/api", "/api/read/"]),
    query=query.map(str.encode),
    kind=st.sampled_from(["", "image/png", "application/json", "multipart/form-data; boundary=x"]) | latin,
    body=body,
)
INVALID = (ValidationError,)
FILES = {"pictures": whole(), "idx": idx_files(), "csv": csv_files()}  # sound ones, of readers of files
READERS = {
    "pictures": Reader(damaged(FILES["pictures"]) | st.binary(max_size=300), read_file, (PictureError,), 30),
    "detector": Reader(pages(), detect, (), 10),
    "idx": Reader(damaged(FILES["idx"]) | st.binary(max_size=100), on_disk(read_images), (ValueError,), 280),
    "csv": Reader(damaged(FILES["csv"]) | st.binary(max_size=100), on_disk(kaggle.read_train), (ValueError,), 180),
    "strokes": Reader(
        st.fixed_dictionaries({"strokes": st.lists(stroke, max_size=6)}) | anything, draw_and_read, (), 80
    ),
    "boxes": Reader(st.fixed_dictionaries({"told": told}) | anything, correct, (), 110),
    "api drawings": Reader(drawing | anything, draw_for_api, INVALID, 120),
    "api boxes": Reader(
        st.fixed_dictionaries({"boxes": st.lists(st.text(max_size=20) | box.map(str), min_size=1, max_size=3)}),
        AskedOfPicture.model_validate,
        INVALID,
        110,
    ),
    "api requests": Reader(request, ask_api, (), 30),
    "doors": Reader(
        st.builds(
            Knock,
            kind=st.sampled_from(["http", "websocket"]),
            path=st.text(max_size=20) | st.sampled_from(["/_stcore/stream", "/_stcore/upload_file/a/b", "/api/read"]),
            host=latin | st.just("localhost"),
            origin=latin | latin.map("http://{}".format) | st.just("http://localhost"),
        ),
        knock,
        (),
        50,
    ),
}
