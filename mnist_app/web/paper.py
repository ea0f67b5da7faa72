"""Paper to draw on: strokes from the browser's pen, as wide as the window allows, with undo, redo and clear."""

from collections.abc import Iterable
from pathlib import Path

import streamlit as st

from mnist_app.web.from_canvas import take_strokes
from mnist_app.web.left_out_ink import LeftOut
from mnist_app.web.session import Sheet
from mnist_app.web.strokes import Stroke

SIZE = (480, 360)  # pixels, whatever the window makes of them; paper.html says so, too
PEN = 16.0  # width that the pen begins with, likewise
HTML, CSS, JS = (Path(__file__).with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".html", ".css", ".js"))

_show = st.components.v2.component("paper", html=HTML, css=CSS, js=JS)


def take_drawing(sheet: Sheet[list[Stroke]], key: str) -> list[Stroke]:
    """Take what is drawn; the drawing stays when the visitor goes to another page and returns.

    Args:
        sheet: what lies on the paper.
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
    return sheet.content


def show_paper(sheet: Sheet[list[Stroke]], key: str, left_out: Iterable[LeftOut] = ()) -> None:
    """Show the paper to draw on, after `take_drawing`.

    Args:
        sheet: what lies on it.
        key: of the widget; under this name a reload finds the drawing.
        left_out: ink that is marked as left out, in the paper's pixels.
    """
    marks = tuple({"box": box, "reason": group.reason} for group in left_out for box in group.boxes)
    # Tuples: of a list Streamlit asks pandas whether it is a table, for which it is loaded, 65 MB and the first wait.
    strokes = tuple(sheet.content)
    data = {"strokes": strokes, "turn": sheet.turn, "left_out": marks, "name": key, "visit": sheet.visit}
    _show(key=key, data=data, on_strokes_change=lambda: None)
