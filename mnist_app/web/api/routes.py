"""The API's addresses, and what answers there."""

from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from streamlit import config

from mnist_app.web.api import answers, description
from mnist_app.web.api.bodies import take_drawing, take_picture
from mnist_app.web.api.health import Health
from mnist_app.web.api.problems import AT_ONCE, to_response
from mnist_app.web.api.work import Desk

DESK = Desk()
HEALTH, DOCTOR = Health(), Desk(threads=1)  # who asks for it does not wait for readings


def make_routes() -> list[BaseRoute]:
    """All that the server answers beside the pages, below its base path like them."""
    base = base_path()
    below = [
        Route("/read", read, methods=["POST"]),
        Route("/read/drawing", read_drawing, methods=["POST"]),
        Route("/models", list_models),
        Route("/health", say_health),
    ]
    # The pages that Streamlit lets in from elsewhere may ask the API, too; all others only through their own server.
    guarded = config.get_option("server.enableCORS")
    origins = config.get_option("server.corsAllowedOrigins") if guarded else ["*"]
    cors = Middleware(CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST"], allow_headers=["*"])
    handlers = {HTTPException: to_response, Exception: to_response}
    api = Starlette(routes=below, middleware=[cors], exception_handlers=handlers)
    return [Route(f"{base}/openapi.json", describe), Mount(f"{base}/api", api)]


def base_path() -> str:
    """What stands before all addresses of this server, such as "/digits"; usually nothing."""
    base = config.get_option("server.baseUrlPath").strip("/")
    return f"/{base}" if base else ""


async def read(request: Request) -> Response:
    """Read a picture."""
    picture, asked = await take_picture(request)
    return _answer(await DESK.do(answers.answer_picture, picture, asked))


async def read_drawing(request: Request) -> Response:
    """Read strokes, as on the page Draw."""
    return _answer(await DESK.do(answers.answer_drawing, await take_drawing(request)))


async def list_models(_: Request) -> Response:
    """Say what networks there are."""
    return _answer(await DESK.do(answers.describe_models))


async def say_health(_: Request) -> Response:
    """Say whether a digit can be read."""
    return _answer(await DOCTOR.do(HEALTH.check))


async def describe(_: Request) -> Response:
    """Describe the API."""
    return _answer(description.describe(base_path()))


def _answer(content: dict[str, Any]) -> Response:
    return JSONResponse(content, headers=AT_ONCE)
