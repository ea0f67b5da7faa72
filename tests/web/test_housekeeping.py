import time
from types import SimpleNamespace

import numpy as np
import pytest
from alone import run_alone

from mnist_app.web import housekeeping, picture_card
from mnist_app.web.session import PictureFile, Session


class Tab:
    """A session of Streamlit's, as far as it is emptied."""

    def __init__(self) -> None:
        self.files, self.session_state = [b"picture"], {"session": Session(files={"1": PictureFile("a", b"a")})}

    def shutdown(self) -> None:
        self.files.clear()


@pytest.fixture
def tabs(monkeypatch) -> list[Tab]:
    """The sessions that the server has."""
    tabs = [Tab(), Tab()]
    sessions = SimpleNamespace(list_sessions=lambda: [SimpleNamespace(session=tab) for tab in tabs])
    monkeypatch.setattr(housekeeping.runtime, "get_instance", lambda: SimpleNamespace(_session_mgr=sessions))
    return tabs


def test_a_closed_tab_is_emptied_and_an_open_one_is_not(tabs):
    known = housekeeping.forget_closed([])
    closed = tabs.pop()
    in_hand = closed.session_state["session"]
    assert housekeeping.forget_closed(known) == tabs
    assert not closed.files
    assert not closed.session_state
    assert not in_hand.files
    assert tabs[0].files
    assert tabs[0].session_state


def test_when_the_last_has_gone_pictures_are_forgotten_once(tabs, monkeypatch):
    given_back = []
    monkeypatch.setattr(housekeeping, "EVERY", 0.01)
    monkeypatch.setattr(housekeeping, "give_memory_back", lambda: given_back.append(time.monotonic()))
    monkeypatch.setattr(housekeeping.log, "set_up", lambda: None)

    async def serve() -> None:
        async with housekeeping.keep_house(None):
            await housekeeping.asyncio.sleep(0.1)
            assert not given_back
            tabs.clear()
            await housekeeping.asyncio.sleep(0.2)

    run_alone(serve())
    assert len(given_back) == 1


def test_a_picture_that_was_forgotten_is_read_anew(note):
    file = PictureFile("note.png", note)
    first = picture_card.decode(file)
    assert picture_card.decode(file) is first
    housekeeping.give_memory_back()
    assert picture_card.decode(file) is not first
    assert np.array_equal(picture_card.decode(file), first)
