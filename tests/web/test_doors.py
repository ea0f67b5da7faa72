from typing import Any

from alone import run_alone
from starlette.datastructures import Headers

from mnist_app.web import doors, public

HOST = "digits.example.org"


def ask(path: str = "/", kind: str = "http", origin: str | None = None) -> list[dict[str, Any]]:
    """Ask an app behind the doors; returns what it sends."""
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.append(message)

    headers = [(b"host", HOST.encode())] + ([(b"origin", origin.encode())] if origin else [])
    scope = {"type": kind, "scheme": "http", "headers": headers, "method": "GET", "path": path}
    run_alone(doors.Doors(app)(scope, None, send))
    return sent


def test_every_answer_says_what_a_browser_may_do_with_it():
    headers = Headers(raw=ask()[0]["headers"])
    assert "default-src 'self'; script-src 'self' blob: 'sha256-" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"].replace("style-src 'self' 'unsafe-inline'", "")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


def test_figures_are_closed_at_a_public_address(monkeypatch):
    assert ask("/_stcore/metrics")[0]["status"] == 200
    monkeypatch.setenv(public.SETTING, "yes")
    for path in doors.CLOSED:
        assert ask(path)[0]["status"] == ask(f"/base{path}")[0]["status"] == 404
    assert ask("/_stcore/health")[0]["status"] == 200


def test_another_sites_page_is_hung_up_on_before_any_look_up():
    for origin in (f"http://{HOST}", f"https://{HOST}", None):
        assert ask("/_stcore/stream", "websocket", origin)[0]["type"] == "http.response.start"
    assert ask("/_stcore/stream", "websocket", "http://elsewhere.example.org")[0]["type"] == "websocket.close"


def test_where_files_run_out_the_next_is_refused_with_a_sentence(monkeypatch):
    assert doors.files_left() > doors.SPARE_FILES
    monkeypatch.setattr(doors, "files_left", lambda: doors.SPARE_FILES - 1)
    start, body = ask()
    assert (start["status"], Headers(raw=start["headers"])["retry-after"]) == (503, "60")
    assert body["body"].decode() == doors.FULL
    assert ask(kind="websocket")[0]["type"] == "websocket.close"
