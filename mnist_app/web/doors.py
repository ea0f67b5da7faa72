"""What the server adds to all that it answers, and what it does not answer at all."""

import base64
import hashlib
import os
import re
import sys
from collections import deque
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, file_util, runtime
from streamlit.web.server.server_util import is_allowed_origin

from mnist_app.web import public

INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
CLOSED = ("/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/interact", "/_stcore/agent/mcp")
OPEN_FILES = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")  # this process's; on Windows there is none
SPARE_FILES = 64  # that stay free for what is being answered, such as models and databases
UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")  # where a page sends a file of its session
MOST_FILES, MOST_BYTES = 100, 300 * 2**20  # that a session may hold
TOO_MUCH = f"A page holds at most {MOST_FILES} files with {MOST_BYTES >> 20} MB in all; remove some first."
NOT_TAKEN: deque[str] = deque(maxlen=10_000)  # ids of files; `lost_files` tells who sent them
NOT_HERE = "Not found."
FULL = "Too many people use this server at the moment; try again in a minute."


def content_policy() -> str:
    """What a page may load: only what this server sends, and no script that stands in the page itself."""
    index = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    digests = (hashlib.sha256(script.encode()).digest() for script in INLINE_SCRIPT.findall(index))
    own_scripts = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' blob: {own_scripts}",  # what is made of Draw's paper; only scripts make blobs
            "style-src 'self' 'unsafe-inline'",  # Streamlit writes the colours of the theme into the page
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' blob:",  # the camera's picture
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


class Doors:
    """ASGI middleware around pages and API."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._added = {
            "content-security-policy": content_policy(),
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
            "permissions-policy": "camera=(self), microphone=(), geolocation=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse in one sentence."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._added.items():
                    headers.setdefault(name, value)
            await send(message)

        if refusal := refuse(scope):
            await refusal(scope, receive, send_with_headers)
        else:
            await self.app(scope, receive, send_with_headers)


def refuse(scope: Scope) -> ASGIApp | None:
    """What answers in the app's place; None where the app does."""
    if public.is_public() and scope["path"].endswith(CLOSED):
        return PlainTextResponse(NOT_HERE, 404)
    if scope["type"] == "websocket" and _is_foreign(Headers(scope=scope)):
        return _hang_up
    upload = UPLOAD.search(scope["path"])
    if upload and scope.get("method") == "PUT" and _is_too_much(upload[1], scope):
        NOT_TAKEN.append(upload[2])
        return _drop
    if files_left() < SPARE_FILES:
        if scope["type"] == "websocket":
            return _hang_up
        return PlainTextResponse(FULL, 503, {"Retry-After": "60", "Connection": "close"})
    return None


def files_left() -> float:
    """How many more files and connections this process may open."""
    try:
        import resource

        return resource.getrlimit(resource.RLIMIT_NOFILE)[0] - len(os.listdir(OPEN_FILES))
    except ImportError:  # Windows, which has no such limit
        return float("inf")
    except OSError:  # none left to look with
        return 0


def _is_foreign(headers: Headers) -> bool:
    """Whether a page of another site asks.

    Streamlit refuses it, too, but after it has looked up this machine's own address in the internet, for which all
    others wait.
    """
    origin = headers.get("origin")
    if origin is None or not config.get_option("server.enableCORS"):
        return False
    try:
        return urlsplit(origin).netloc != headers.get("host") and not is_allowed_origin(origin)
    except ValueError:  # it is no address
        return True


def _is_too_much(session: str, scope: Scope) -> bool:
    """Whether a session would hold too much with the file that it sends now."""
    files = runtime.get_instance().uploaded_file_mgr.file_storage  # type: ignore[attr-defined]  # of the one in memory
    held = files.get(session, {}).values()
    coming = int(Headers(scope=scope).get("content-length", MOST_BYTES + 1))
    return len(held) >= MOST_FILES or sum(len(file.data) for file in held) + coming > MOST_BYTES


async def _drop(scope: Scope, receive: Receive, send: Send) -> None:
    """Take a file and keep nothing of it: of a refusal, the browser would show nothing but its number."""
    while (await receive()).get("more_body"):
        pass
    await Response(status_code=204)(scope, receive, send)


async def _hang_up(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "websocket.close", "code": 1008})
