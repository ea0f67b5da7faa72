"""Give each browser that opens a page a random key, by which its visitor's digits are found again."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_app.web.visitor import COOKIE, new_key

LASTS = 400 * 24 * 3600  # seconds: browsers keep none for longer


class VisitorCookie:
    """ASGI middleware that sets the cookie on pages that are asked for without it.

    Scripts in the page cannot read it, and no other site's form can make a browser send it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add the cookie to the answer where it is a page."""
        if scope["type"] != "http" or COOKIE in Request(scope).cookies:
            await self.app(scope, receive, send)
            return
        secure = "; Secure" if scope["scheme"] == "https" else ""

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    cookie = f"{COOKIE}={new_key()}; Max-Age={LASTS}; Path=/; HttpOnly; SameSite=Lax{secure}"
                    headers.append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, with_cookie)
