"""The drawing canvas: strokes with undo, clear and load from Python, and boxes over a photo."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import streamlit as st

from mnist_app.reading.corrections import Mark
from mnist_app.web.from_canvas import Taken, take_boxes, take_strokes
from mnist_app.web.session import Sheet, Strokes

INK = "#1b1f24"
PAPER = "#ffffff"  # in the dark theme too: it is paper, and a change of this colour would wipe the canvas
PAPERS = {"Small": (340, 300), "Wide": (480, 300)}  # 340 pixels fit a phone of 375
BOX = "#0072B2"
SIDES = ("left", "top", "width", "height")


def default_paper() -> str:
    """Name of the paper that suits the visitor: Python cannot know the window's width, but phones say "Mobile"."""
    return "Small" if "Mobi" in st.context.headers.get("User-Agent", "") else "Wide"


def show_canvas(sheet: Sheet[Strokes], key: str, size: tuple[int, int], ink_width: int) -> Strokes:
    """Show a canvas to draw on; it keeps its drawing when the visitor goes to another page and returns.

    Args:
        sheet: what lies on it.
        key: of the widget.
        size: width and height in pixels.
        ink_width: of the pen in pixels; strokes that are there keep theirs.

    Returns:
        The strokes as fabric.js objects, the oldest first; empty for an empty canvas.
    """
    from streamlit_drawable_canvas import st_canvas  # importing it outside a running Streamlit raises

    if sheet.hand_over(fresh=key not in st.session_state):
        _answer_at_once(key, {"objects": sheet.start})
    sheet.content = _take(key, take_strokes)
    st_canvas(
        stroke_width=ink_width,
        stroke_color=INK,
        background_color=PAPER,
        initial_drawing={"objects": sheet.start, "turn": sheet.turn},
        width=size[0],
        height=size[1],
        key=key,
    )
    return sheet.content


def undo(sheet: Sheet[Strokes]) -> None:
    """Take the last stroke away."""
    sheet.put(sheet.content[:-1])


def clear(sheet: Sheet[Strokes]) -> None:
    """Take all strokes away."""
    sheet.put([])


def edit_boxes(sheet: Sheet[list[Mark]], key: str, photo: np.ndarray, scale: float) -> list[Mark]:
    """Show a photo with boxes that can be moved, drawn, deleted and given another label.

    Args:
        sheet: the boxes; what the visitor makes of them is for the caller to lay on it.
        key: of the widget.
        photo: `(h, w, 3)` uint8 RGB; the canvas has its size.
        scale: width of the photo over width of the picture in whose pixels boxes are.

    Returns:
        The boxes as they are now; none of them is said to be typed.
    """
    from streamlit_drawable_canvas import boxes_to_drawing, st_canvas

    given = sheet.hand_over(fresh=key not in st.session_state)
    boxes = [{side: v * scale for side, v in zip(SIDES, m.box, strict=True)} | {"label": m.label} for m in sheet.start]
    start = boxes_to_drawing(boxes, stroke_color=BOX) | {"turn": sheet.turn}
    if given:
        _answer_at_once(key, start)
    _take(key, take_boxes)
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


def _take(key: str, take: Callable[[Any], Taken]) -> list[dict[str, Any]]:
    """Take what a canvas sent, before the canvas itself looks at it; says what had to be left out."""
    taken = take(st.session_state[key])
    if taken.left_out:
        st.warning(taken.left_out, icon=":material/gesture:")
        _answer_at_once(key, {"objects": taken.objects})
    return taken.objects


def _answer_at_once(key: str, drawing: dict[str, Any]) -> None:
    """Answer from a drawing that the canvas is just given: by itself it reports it only after it has drawn it."""
    st.session_state[key] = {"drawing": {"raw": drawing, "data": None}}


def to_jpeg(picture: np.ndarray) -> bytes:
    """Encode `(h, w, 3)` uint8 RGB."""
    return cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()
