import pytest
from alone import run_alone

from mnist_app.web.cookie import VisitorCookie
from mnist_app.web.visitor import COOKIE


def ask(content_type: str, cookie: str = "", scheme: str = "http", kind: str = "http") -> list[str]:
    """Ask an app behind the middleware; returns the cookies that it sets."""
    sent = []

    async def app(scope, receive, send):
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", content_type.encode())]}
        )

    async def send(message):
        sent.append(message)

    headers = [(b"cookie", cookie.encode())] if cookie else []
    scope = {"type": kind, "scheme": scheme, "headers": headers, "method": "GET", "path": "/"}
    run_alone(VisitorCookie(app)(scope, None, send))
    return [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]


def test_a_new_browser_gets_a_key_that_differs_from_all_others():
    (one,), (other,) = ask("text/html; charset=utf-8"), ask("text/html")
    assert one.startswith(f"{COOKIE}=")
    assert one != other
    assert all(word in one for word in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="))
    assert "Secure" not in one
    assert "Secure" in ask("text/html", scheme="https")[0]


@pytest.mark.parametrize(
    "asked", [{"cookie": f"{COOKIE}=mine"}, {"content_type": "application/json"}, {"kind": "websocket"}]
)
def test_who_has_a_key_keeps_it_and_only_pages_give_one(asked):
    assert ask(**{"content_type": "text/html"} | asked) == []
