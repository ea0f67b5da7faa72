"""The canvas with boxes over a photo, which can be moved, drawn, deleted and given another label."""

from typing import Any

import cv2
import numpy as np
import streamlit as st

from mnist_app.reading.corrections import Mark
from mnist_app.web.from_canvas import take_boxes
from mnist_app.web.session import Sheet

NARROW = 340  # pixels of a photo that has smaller labels
BOX = "#0072B2"
SIDES = ("left", "top", "width", "height")


def on_phone() -> bool:
    """Whether the visitor has a phone: Python cannot know the window's width, but phones say "Mobile"."""
    return "Mobi" in st.context.headers.get("User-Agent", "")


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
    taken = take_boxes(st.session_state[key])
    if taken.left_out:
        st.warning(taken.left_out, icon=":material/gesture:")
        _answer_at_once(key, {"objects": taken.objects})
    result = st_canvas(
        drawing_mode="labeled_rect",
        stroke_width=3,
        stroke_color=BOX,
        fill_color="rgba(0, 0, 0, 0)",
        background_image=to_jpeg(photo),
        initial_drawing=start,
        width=photo.shape[1],
        height=photo.shape[0],
        font_size=12 if photo.shape[1] <= NARROW else 18,
        key=key,
    )
    return [Mark(tuple(box[side] / scale for side in SIDES), box["label"].strip()) for box in result.boxes]


def _answer_at_once(key: str, drawing: dict[str, Any]) -> None:
    """Answer from a drawing that the canvas is just given: by itself it reports it only after it has drawn it."""
    st.session_state[key] = {"drawing": {"raw": drawing, "data": None}}


def to_jpeg(picture: np.ndarray) -> bytes:
    """Encode `(h, w, 3)` uint8 RGB."""
    return cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()
