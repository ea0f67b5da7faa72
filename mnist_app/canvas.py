"""The drawing canvas: strokes with undo, clear and load from Python, and boxes over a photo."""
# ruff: noqa: TID251 (this module is on ui's floor)

from typing import Any

import cv2
import numpy as np
import streamlit as st

from mnist_app.corrections import Mark

INK = "#1b1f24"
PAPER = "#ffffff"  # in the dark theme too: it is paper, and a change of this colour would wipe the canvas
PAPERS = {"Small": (340, 300), "Wide": (480, 300)}  # 340 pixels fit a phone of 375
BOX = "#0072B2"
SIDES = ("left", "top", "width", "height")

Objects = list[dict[str, Any]]


def default_paper() -> str:
    """Name of the paper that suits the visitor: Python cannot know the window's width, but phones say "Mobile"."""
    return "Small" if "Mobi" in st.context.headers.get("User-Agent", "") else "Wide"


def show_canvas(key: str, size: tuple[int, int], ink_width: int) -> Objects:
    """Show a canvas to draw on; it keeps its drawing when the visitor goes to another page and returns.

    Args:
        key: of the widget.
        size: width and height in pixels.
        ink_width: of the pen in pixels; strokes that are there keep theirs.

    Returns:
        The strokes as fabric.js objects, the oldest first; empty for an empty canvas.
    """
    from streamlit_drawable_canvas import st_canvas  # importing it outside a running Streamlit raises

    start = st.session_state.setdefault(f"{key}_start", {"objects": [], "turn": 0})
    if key not in st.session_state:  # first sight, or back from another page: Streamlit forgot, this module did not
        start["objects"] = drawing(key)
    result = st_canvas(
        stroke_width=ink_width,
        stroke_color=INK,
        background_color=PAPER,
        initial_drawing=dict(start),
        width=size[0],
        height=size[1],
        key=key,
    )
    st.session_state[f"{key}_drawing"] = (result.json_data or {}).get("objects", [])
    return drawing(key)


def drawing(key: str) -> Objects:
    """What is on a canvas, as of its last run."""
    return st.session_state.get(f"{key}_drawing", [])


def replace_drawing(key: str, objects: Objects) -> None:
    """Put another drawing on a canvas; for the callback of a button.

    The canvas takes a new drawing only when it differs from the one given to it before, hence the counted turns:
    drawing a stroke, undoing it, drawing and undoing again gives the same drawing twice.
    """
    turn = st.session_state[f"{key}_start"]["turn"] + 1
    st.session_state[f"{key}_start"] = {"objects": objects, "turn": turn}
    st.session_state[f"{key}_drawing"] = objects
    # Answer from the new drawing at once: the canvas itself reports it only after it has drawn it.
    st.session_state[key] = {"drawing": {"raw": {"objects": objects}, "data": None}}


def undo(key: str) -> None:
    """Take the last stroke away."""
    replace_drawing(key, drawing(key)[:-1])


def clear(key: str) -> None:
    """Take all strokes away."""
    replace_drawing(key, [])


def edit_boxes(key: str, photo: np.ndarray, scale: float, marks: list[Mark], turn: int) -> list[Mark]:
    """Show a photo with boxes that can be moved, drawn, deleted and given another label.

    Args:
        key: of the widget.
        photo: `(h, w, 3)` uint8 RGB; the canvas has its size.
        scale: width of the photo over width of the picture in whose pixels boxes are.
        marks: the boxes to begin with.
        turn: counted up by the caller to put other boxes on the canvas.

    Returns:
        The boxes as they are now; none of them is said to be typed.
    """
    from streamlit_drawable_canvas import boxes_to_drawing, st_canvas

    boxes = [{side: v * scale for side, v in zip(SIDES, m.box, strict=True)} | {"label": m.label} for m in marks]
    start = boxes_to_drawing(boxes, stroke_color=BOX) | {"turn": turn}
    if st.session_state.get(f"{key}_turn") != turn:
        st.session_state[f"{key}_turn"] = turn
        st.session_state[key] = {"drawing": {"raw": start, "data": None}}
    result = st_canvas(
        drawing_mode="labeled_rect",
        stroke_width=3,
        stroke_color=BOX,
        fill_color="rgba(0, 0, 0, 0)",
        background_image=to_jpeg(photo),
        initial_drawing=start,
        width=photo.shape[1],
        height=photo.shape[0],
        font_size=12 if photo.shape[1] <= PAPERS["Small"][0] else 18,
        key=key,
    )
    return [Mark(tuple(box[side] / scale for side in SIDES), box["label"].strip()) for box in result.boxes]


def to_jpeg(picture: np.ndarray) -> bytes:
    """Encode `(h, w, 3)` uint8 RGB."""
    return cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()
