"""The paper on Draw: strokes from the browser's pen, as wide as the window allows, with undo, redo and clear."""

from pathlib import Path

import streamlit as st

from mnist_app.web.from_canvas import take_strokes
from mnist_app.web.session import Sheet
from mnist_app.web.strokes import Stroke

SIZE = (480, 360)  # pixels, whatever the window makes of them; paper.html says so, too
PEN = 16.0  # width that the pen begins with, likewise
HTML, CSS, JS = (Path(__file__).with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".html", ".css", ".js"))

_show = st.components.v2.component("paper", html=HTML, css=CSS, js=JS)


def show_paper(sheet: Sheet[list[Stroke]], key: str) -> list[Stroke]:
    """Show paper to draw on; it keeps its drawing when the visitor goes to another page and returns.

    Args:
        sheet: what lies on it.
        key: of the widget.

    Returns:
        The strokes, the oldest first; none for an empty paper.
    """
    if sheet.hand_over(fresh=key not in st.session_state):
        st.session_state[key] = {"strokes": sheet.start}  # by itself it tells only what is drawn
    taken = take_strokes(st.session_state[key])
    if taken.left_out:
        st.warning(taken.left_out, icon=":material/gesture:")
        st.session_state[key] = {"strokes": taken.strokes}  # said once
    sheet.content = taken.strokes
    _show(key=key, data={"strokes": sheet.content, "turn": sheet.turn}, on_strokes_change=lambda: None)
    return sheet.content
