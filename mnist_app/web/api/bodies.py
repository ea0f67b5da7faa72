"""What a request brings: a picture as its body or in a form, or a drawing as JSON, and what is asked of it."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message
from streamlit import config

from mnist_app.web.api.forms import Asked, AskedOfPicture, Drawing
from mnist_app.web.api.problems import Problem, in_one_sentence

FIELD = "picture"  # of the form
FORM = "multipart/form-data"
JSON = "application/json"
# Programs that send a file without saying what it is call it one of the last two; the picture itself tells.
PICTURES = ("image/", "application/octet-stream", "application/x-www-form-urlencoded")
DRAWING_LIMIT = 4 * 2**20  # bytes: some 300,000 points
MOST_FIELDS = 20
MOST_LET_PASS = 4  # times the limit that a body may have and still hear that it is too large
Kind = TypeVar("Kind", bound=Asked)


class Picture(NamedTuple):
    """A picture as it was sent: its name where a form tells one, and its file's content."""

    name: str | None
    content: bytes


async def take_picture(request: Request) -> tuple[Picture, AskedOfPicture]:
    """Take a picture, and what is asked of it in the address or the form.

    Raises:
        Problem: there is none, it is too large, or something else is asked than can be.
    """
    request = _limited(request, picture_limit())
    kind, named = _kind(request), list(request.query_params.multi_items())
    if kind == FORM:
        picture, fields = await _take_form(request)
        named += fields
    elif kind and not kind.startswith(PICTURES):
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"Send the picture itself as image/png or the like, or as {FORM} in the field '{FIELD}', not {kind}.",
        )
    else:
        picture = Picture(None, await request.body())
    if not picture.content:
        raise Problem(HTTPStatus.BAD_REQUEST, f"No picture came; send it as the body or in the form's field '{FIELD}'.")
    return picture, _check(AskedOfPicture, _gather(named))


async def take_drawing(request: Request) -> Drawing:
    """Take a drawing, and what is asked of it in the address or beside its strokes.

    Raises:
        Problem: it is no JSON, too large, or no drawing.
    """
    kind = _kind(request)
    if kind != JSON:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send the strokes as {JSON}, not {kind or 'without a type'}.")
    try:
        drawing = from_json(await _limited(request, DRAWING_LIMIT).body(), allow_inf_nan=False)
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, f"The body is not JSON: {error}.") from None
    if not isinstance(drawing, dict):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "Send an object with width, height and strokes, not another kind of JSON."
        )
    return _check(Drawing, _gather(request.query_params.multi_items()) | drawing)


def picture_limit() -> int:
    """Bytes that a request with a picture may have: those that the page Upload takes of a file."""
    return config.get_option("server.maxUploadSize") * 2**20


async def _take_form(request: Request) -> tuple[Picture, list[tuple[str, str]]]:
    try:
        async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
            file = form.get(FIELD)
            if not isinstance(file, UploadFile):
                raise Problem(HTTPStatus.BAD_REQUEST, f"The form has no file in the field '{FIELD}'.")
            fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
            return Picture(file.filename or None, await file.read()), fields
    except Problem:
        raise
    except HTTPException as error:
        said = error.detail.split(".")[0]
        raise Problem(
            HTTPStatus.BAD_REQUEST, f"The form cannot be read ({said}); send one file, in the field '{FIELD}'."
        ) from None


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def _limited(request: Request, limit: int) -> Request:
    """The same request, of which no more than so many bytes are taken: then it is a problem."""
    come, waits = 0, "expect" in request.headers  # asks before it sends

    async def receive() -> Message:
        nonlocal come
        if waits and int(request.headers.get("content-length", 0)) > limit:
            raise _too_large(limit)
        message = await request.receive()
        come += len(message.get("body", b""))
        if come <= limit:
            return message
        # Most programs listen only when they have sent all: let them, a while, and keep nothing of it.
        while message.get("more_body") and come < MOST_LET_PASS * limit:
            message = await request.receive()
            come += len(message.get("body", b""))
        raise _too_large(limit)

    return Request(request.scope, receive)


def _too_large(limit: int) -> Problem:
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {limit / 2**20:g} MB can be sent at once.")


def _gather(named: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Parameters by name; what may come once and came more often is a list, which no check lets pass."""
    values: dict[str, list[str]] = {}
    for name, value in named:
        values.setdefault(name, []).append(value)
    return {name: given if name == "boxes" or len(given) > 1 else given[0] for name, given in values.items()}


def _check(kind: type[Kind], values: dict[str, Any]) -> Kind:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, in_one_sentence(error, kind.model_fields)) from None
