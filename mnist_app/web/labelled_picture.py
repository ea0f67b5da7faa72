"""A picture with a box around every digit that was read, which the visitor can correct where it stands."""

import base64
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import streamlit as st

from mnist_app.reading import corrections, wording
from mnist_app.reading.answer import Digit, Reading
from mnist_app.reading.corrections import Mark
from mnist_app.reading.rows import reading_order
from mnist_app.web.from_canvas import TakenBoxes
from mnist_app.web.left_out_ink import LeftOut

LONGEST_SIDE = 1000  # pixels of the picture that is shown
HTML, CSS, JS = (Path(__file__).with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".html", ".css", ".js"))

_show = st.components.v2.component("labelled_picture", html=HTML, css=CSS, js=JS)


def to_url(picture: np.ndarray) -> str:
    """Put a picture into an address: on white, at most `LONGEST_SIDE` pixels, as a JPEG.

    Args:
        picture: `(h, w, 3)` or `(h, w, 4)` uint8, RGB or RGBA.
    """
    bgr = cv2.cvtColor(reduce_picture(picture), cv2.COLOR_RGB2BGR)
    return "data:image/jpeg;base64," + base64.b64encode(cv2.imencode(".jpg", bgr)[1].tobytes()).decode()


def reduce_picture(picture: np.ndarray) -> np.ndarray:
    """Copy a picture for showing: RGB on white, at most `LONGEST_SIDE` pixels; else as `to_url`."""
    scale = min(1.0, LONGEST_SIDE / max(picture.shape[:2]))
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA) if scale < 1 else picture.copy()
    if small.shape[2] == 3:
        return small
    opacity = small[..., 3:].astype(np.float32) / 255
    return np.rint(small[..., :3] * opacity + 255 * (1 - opacity)).astype(np.uint8)


def show_picture(
    key: str,
    name: str,
    url: str,
    *,
    shape: tuple[int, ...],
    reading: Reading,
    taken: TakenBoxes,
    left_out: Sequence[LeftOut],
) -> None:
    """Show a picture with its digits; what the visitor corrects is in `st.session_state`, for `take_boxes`.

    Args:
        key: of the widget.
        name: of the picture.
        url: from `to_url`.
        shape: of the picture in whose pixels boxes are.
        reading: what was read in it.
        taken: the boxes as the visitor left them.
        left_out: what is marked as left out.
    """
    marks = corrections.mark_reading(reading) if taken.marks is None else taken.marks
    boxes = corrections.boxes_of(marks, shape)
    rows = {i: number for number, row in enumerate(reading_order(boxes)) for i in row}
    said = reading.text.replace("\n", ", ") or "no digit"
    data = {
        "url": url,
        "width": shape[1],
        "height": shape[0],
        "alt": f"{name} with boxes around what was read: {said}",
        "spoken": f"Read: {said}",
        "marks": [
            _tell(mark, corrections.digit_in(box, reading.digits)) | {"row": rows[i]}
            for i, (mark, box) in enumerate(zip(marks, boxes, strict=True))
        ],
        "corrected": taken.marks is not None,
        "heard": taken.change,
        "left_out": [
            {"box": box, "reason": group.reason, "letter": letter}
            for group in left_out
            for box, letter in zip_longest(group.boxes, group.letters, fillvalue="")
        ],
    }
    _show(key=key, data=data, on_told_change=lambda: None)


def _tell(mark: Mark, digit: Digit | None) -> dict[str, Any]:
    return {
        "box": mark.box,
        "digit": mark.digit,
        "label": str(digit.label) if digit else "",
        "sure": digit is not None and digit.state != "unsure",
        "said": wording.say_digit(digit) if digit else "no digit is seen here",
    }
