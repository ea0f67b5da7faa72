"""Whoever is connected again to a server that does not know the page hears once what is kept."""

from types import SimpleNamespace

import pytest

from mnist_app.web import connection


@pytest.mark.parametrize(
    ("protocol", "lost"),
    [
        ("streamlit, token, 0c3f", True),
        ("streamlit, , 0c3f", True),
        ("streamlit, token", False),
        ("streamlit, token, ", False),
        ("streamlit", False),
        (None, False),
    ],
)
def test_a_page_that_was_connected_before_is_told_once(monkeypatch, protocol, lost):
    said = []
    headers = {} if protocol is None else {"Sec-WebSocket-Protocol": protocol}
    st = SimpleNamespace(
        session_state={}, context=SimpleNamespace(headers=headers), toast=lambda text, **_: said.append(text)
    )
    monkeypatch.setattr(connection, "st", st)
    for _ in range(2):
        connection.say_if_lost()
    assert said == [connection.LOST] * lost
