"""The visitor without a browser, at the real app."""

from collections.abc import Iterator

import pytest
from serving import Server
from streamlit_client import Run, StreamlitClient
from websockets.exceptions import ConnectionClosed

from mnist_app.web.examples import draw_example
from mnist_app.web.paper import PEN, SIZE


@pytest.fixture
def visitor(server: Server) -> Iterator[StreamlitClient]:
    client = StreamlitClient(server.url)
    yield client
    client.close()


def told(run: Run) -> list[str]:
    return [element.code.code_text for element in run.elements if element.HasField("code")]


def test_each_stroke_is_answered_by_one_run_of_the_fragment(visitor: StreamlitClient):
    visitor.visit()
    four = [dict(stroke) for stroke in draw_example(4, SIZE, PEN)]
    runs = [visitor.draw(four[: i + 1]) for i in range(len(four))]
    assert [run.runs for run in runs] == [1] * len(four)
    assert runs[-1].answer.startswith("4 ")
    assert 0 < runs[-1].answered <= runs[-1].seconds
    assert visitor.draw([]).answer.startswith("The paper is empty")


def test_the_drawing_is_there_again_after_another_page(visitor: StreamlitClient):
    visitor.visit()
    visitor.draw([dict(stroke) for stroke in draw_example(7, SIZE, PEN)])
    assert not visitor.visit("models").answer
    with pytest.raises(LookupError, match="drawing"):
        visitor.find("drawing")
    assert visitor.visit().answer.startswith("7 ")


def test_files_are_read_and_what_is_none_is_an_error(visitor: StreamlitClient, note: bytes):
    visitor.visit("upload")
    run = visitor.upload({"note.png": note, "nothing.png": b"no picture"})
    assert told(run) == ["72"]
    assert ["This is not a picture" in error for error in run.errors] == [True]


def test_a_session_goes_on_after_its_connection_was_lost(visitor: StreamlitClient):
    visitor.visit()
    session = visitor.session
    visitor.draw([dict(stroke) for stroke in draw_example(2, SIZE, PEN)])
    visitor.close()
    with pytest.raises(ConnectionClosed):
        visitor.visit()
    visitor.connect()
    assert visitor.visit().answer.startswith("2 ")
    assert visitor.session == session
