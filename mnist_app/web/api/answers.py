"""From what was sent to the answer, in the shape that the command line prints; this is work for the processor."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from mnist_app.insight import comparison
from mnist_app.network import model_store
from mnist_app.network.classifier import Classifier
from mnist_app.reading.answer import Reading, to_answer
from mnist_app.reading.front_door import read_picture
from mnist_app.reading.picture_files import NoReaderError, PictureError, TooLargeError, UnknownFormatError, open_picture
from mnist_app.web import log, strokes, ui
from mnist_app.web.api.bodies import Picture
from mnist_app.web.api.forms import AskedOfPicture, Drawing, PictureBox
from mnist_app.web.api.problems import Problem

UNREADABLE = {
    NoReaderError: HTTPStatus.SERVICE_UNAVAILABLE,
    UnknownFormatError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


def answer_picture(picture: Picture, asked: AskedOfPicture) -> dict[str, Any]:
    """Read a picture.

    Raises:
        Problem: it cannot be read, or a box lies outside it, or there is no such model.
    """
    classifier = _find_classifier(asked.model)

    def read() -> Reading:
        pixels = open_picture(picture.content)
        height, width = pixels.shape[:2]
        _check_inside(asked.boxes or [], width, height)
        return read_picture(pixels, classifier, digits=asked.digits, boxes=asked.boxes)

    try:
        return to_answer(picture.name, log.watch("API", read))
    except PictureError as error:
        raise Problem(UNREADABLE.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY), str(error)) from None


def answer_drawing(drawing: Drawing) -> dict[str, Any]:
    """Read strokes, as the page Draw does; boxes are in pixels of their canvas.

    Raises:
        Problem: there is no such model, or what finds digits cannot be used.
    """
    try:
        return to_answer(None, strokes.on_canvas(log.watch("API", read_drawing, drawing)))
    except PictureError as error:
        raise Problem(UNREADABLE.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY), str(error)) from None


def read_drawing(drawing: Drawing) -> Reading:
    """The same as a reading, whose boxes are in pixels of the picture that was made of the strokes; raises the same."""
    picture = strokes.render_strokes(drawing.strokes, (drawing.width, drawing.height))
    return read_picture(picture, _find_classifier(drawing.model), digits=drawing.digits, drawn=True)


def describe_models() -> dict[str, Any]:
    """All networks with what the page Models says of them."""
    models = model_store.list_models()
    return {"default": model_store.DEFAULT_MODEL, "models": [comparison.describe(model) for model in models]}


def _find_classifier(name: str) -> Classifier:
    try:
        return ui.load_classifier(name)
    except (ValueError, FileNotFoundError) as error:  # none of that name, or just deleted
        raise Problem(HTTPStatus.NOT_FOUND, str(error)) from None


def _check_inside(boxes: Iterable[PictureBox], width: int, height: int) -> None:
    for x, y, w, h in boxes:
        if x >= width or y >= height:
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"The box {x},{y},{w},{h} lies outside the picture, which is {width} x {height} pixels.",
            )
