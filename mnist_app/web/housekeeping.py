"""What the server does beside answering: it sets up its log, and gives back the memory of visitors who have left."""

import asyncio
import ctypes
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st
from streamlit import runtime
from streamlit.runtime.app_session import AppSession

from mnist_app.web import log, picture_card

EVERY = 30.0  # seconds


@asynccontextmanager
async def keep_house(_: st.App) -> AsyncIterator[None]:
    """Do so as long as the server runs."""
    log.set_up()
    task = asyncio.create_task(_tidy_for_ever())
    try:
        yield
    finally:
        task.cancel()


async def _tidy_for_ever() -> None:
    sessions: list[AppSession] = []
    own = sys.modules["__main__"]
    while True:
        await asyncio.sleep(EVERY)
        left = forget_closed(sessions)
        if sessions and not left:
            sessions.clear()
            sys.modules["__main__"] = own  # the page that was shown last stands there, with all that it had in hand
            await asyncio.to_thread(give_memory_back)
        sessions = left


def forget_closed(sessions: list[AppSession]) -> list[AppSession]:
    """Empty those sessions whose tabs have been closed for longer than `server.disconnectedSessionTTL`.

    Streamlit forgets them when the next tab is closed, which may be tomorrow; until then they keep what was uploaded.

    Args:
        sessions: that there were a moment ago.

    Returns:
        Those that there are now: with an open tab, or one that may come back.
    """
    left = [info.session for info in runtime.get_instance()._session_mgr.list_sessions()]
    for session in sessions:
        if session not in left:
            session.shutdown()  # lets go of its files
            if "session" in session.session_state:
                session.session_state["session"].files.clear()
            session.session_state.clear()
    return left


def give_memory_back() -> None:
    """Forget all pictures that were read, and give what is free back to the system."""
    picture_card.forget_pictures()
    gc.collect()  # sessions are in circles
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library than glibc
            ctypes.CDLL("libc.so.6").malloc_trim(0)
