"""A page that its server forgot, or that goes on with another server in its place: the visitor is told what is kept."""

import streamlit as st

LOST = "The server had lost this page; your drawing and digits are kept, files and games are not."


def say_if_lost() -> None:
    """Say so once, where a page that was connected before is new to this server; to be called in every run."""
    if not st.session_state.setdefault("connected", False):
        st.session_state["connected"] = True
        if was_connected():
            st.toast(LOST, icon=":material/sync:", duration="infinite")


def was_connected() -> bool:
    """Whether the page had a session before this one: a browser names it in the third place when it connects again."""
    _, _, *session = [*st.context.headers.get("Sec-WebSocket-Protocol", "").split(","), "", ""]
    return any(map(str.strip, session))
