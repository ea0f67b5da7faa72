from types import SimpleNamespace
from typing import Any

from alone import run_alone
from starlette.datastructures import Headers

from mnist_app.web import doors, public

HOST = "digits.example.org"


def ask(
    path: str = "/", kind: str = "http", origin: str | None = None, puts: int | None = None
) -> list[dict[str, Any]]:
    """Ask an app behind the doors; returns what it sends."""
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive():
        return {"type": "http.request", "body": b"file", "more_body": False}

    async def send(message):
        sent.append(message)

    headers = [(b"host", HOST.encode())] + ([(b"origin", origin.encode("latin-1"))] if origin is not None else [])
    headers += [(b"content-length", str(puts).encode())] if puts else []
    scope = {"type": kind, "scheme": "http", "headers": headers, "path": path}
    if kind == "http":
        scope["method"] = "PUT" if puts else "GET"
    run_alone(doors.Doors(app)(scope, receive, send))
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
    for origin in ("http://elsewhere.example.org", "http://[::", "\xff", ""):
        assert ask("/_stcore/stream", "websocket", origin)[0]["type"] == "websocket.close", origin


def test_a_connection_to_where_files_are_sent_is_left_to_the_app():
    assert ask("/_stcore/upload_file/session/file", "websocket")[0]["type"] == "http.response.start"


def test_where_files_run_out_the_next_is_refused_with_a_sentence(monkeypatch):
    assert doors.files_left() > doors.SPARE_FILES
    monkeypatch.setattr(doors, "files_left", lambda: doors.SPARE_FILES - 1)
    start, body = ask()
    assert (start["status"], Headers(raw=start["headers"])["retry-after"]) == (503, "60")
    assert body["body"].decode() == doors.FULL
    assert ask(kind="websocket")[0]["type"] == "websocket.close"


def test_a_page_holds_so_many_files_and_bytes(monkeypatch):
    held = {"full": {i: SimpleNamespace(data=b"x") for i in range(doors.MOST_FILES)}}
    held["heavy"] = {0: SimpleNamespace(data=bytes(doors.MOST_BYTES - 1000))}
    manager = SimpleNamespace(uploaded_file_mgr=SimpleNamespace(file_storage=held))
    monkeypatch.setattr(doors.runtime, "get_instance", lambda: manager)
    statuses = {
        (session, size): ask(f"/_stcore/upload_file/{session}/{session}-{size}", puts=size)[0]["status"]
        for session in ("new", "full", "heavy")
        for size in (1000, 1001)
    }
    dropped = [f"{session}-{size}" for (session, size), status in statuses.items() if status == 204]
    assert dropped == ["full-1000", "full-1001", "heavy-1001"]
    assert list(doors.NOT_TAKEN)[-3:] == dropped, "their page says so"
