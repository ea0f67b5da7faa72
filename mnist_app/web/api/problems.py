"""What went wrong, for programs and people: problem JSON (RFC 9457) whose `detail` is one sentence, no traceback."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mnist_app.web import log

MEDIA_TYPE = "application/problem+json"
SHOWN = 60  # characters of a wrong value that are repeated
# Every answer ends its connection. Streamlit's server sends head and body apart and lets the body wait until the head
# has been acknowledged, which takes some 40 ms where a connection stays open (Nagle's algorithm); the end lets it go.
AT_ONCE = {"Connection": "close"}
UNEXPECTED = "The reading failed, and not by your doing; the server's log says why, as number {number}."


class Problem(HTTPException):
    """Why a request is not answered.

    Attributes:
        status_code: of HTTP.
        detail: one sentence that says what was wrong and what would be right.
    """


def to_response(request: Request, error: Exception) -> Response:
    """Answer with a problem; what no one foresaw is told the server's log only."""
    if isinstance(error, HTTPException):
        said = error.detail if isinstance(error, Problem) else _of_address(request, error)
        return _respond(error.status_code, said, dict(error.headers or {}))
    said = UNEXPECTED.format(number=log.note_error(error, request.url.path))
    return _respond(HTTPStatus.INTERNAL_SERVER_ERROR, said, {})


def in_one_sentence(error: ValidationError, known: Iterable[str]) -> str:
    """Say what is wrong with what was asked: its first mistake, with what would be right.

    Args:
        error: of the check.
        known: names of all that can be asked.
    """
    first = error.errors()[0]
    where = _name(first["loc"])
    if first["type"] == "missing":
        return f"{where} is missing."
    if first["type"] == "extra_forbidden":
        return f"There is no {where[:SHOWN]}; there are: {', '.join(known)}."
    if first["type"] in ("too_long", "too_short"):
        return f"{where} {first['msg'][first['msg'].index('should') :].replace(' after validation', '')}."
    said = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    given = repr(first["input"])
    return f"{where} {said[0].lower()}{said[1:]}, not {given[:SHOWN]}{'…' if len(given) > SHOWN else ''}."


def _of_address(request: Request, error: HTTPException) -> str:
    """What is wrong where no address, or not this method at an address, is answered."""
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return f"{request.url.path} does not take {request.method}, only {(error.headers or {})['Allow']}."
    return f"There is no {request.url.path}; /openapi.json lists all that there is."


def _respond(status: int, detail: str, headers: dict[str, str]) -> Response:
    said = log.CONTROL.sub(" ", detail)  # it may repeat what was asked
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": int(status), "detail": said}
    return JSONResponse(body, status, AT_ONCE | headers, MEDIA_TYPE)


def _name(location: tuple[Any, ...]) -> str:
    """A place in what was asked as programs write it, such as strokes[0][2]."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
