"""The card of one uploaded picture: what was read, drawn over the picture, and corrections by hand."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import streamlit as st

from mnist_app.network.model_store import StoredModel
from mnist_app.network.personal import Head
from mnist_app.reading import corrections, wording
from mnist_app.reading.answer import NOTHING, Digit, Reading
from mnist_app.reading.boxes import Box
from mnist_app.reading.front_door import read_picture
from mnist_app.reading.picture_files import PictureError, open_picture
from mnist_app.reading.steps import Step, show_picture_steps
from mnist_app.web import annotate, canvas, taps, taught, ui, visitor_digit
from mnist_app.web.annotate import LeftOut
from mnist_app.web.session import PictureFile, Sheet

EDIT_WIDTH, ON_PHONE = 640, 300  # of the photo under the boxes, in pixels
EDIT_HEIGHT = 900
HOW_TO_EDIT = (
    "**Missed a digit?** Draw a box around it. **Wrong box or digit?** Touch the pencil above the picture, then a box, "
    "to move or delete it; touch it once more to type its digit."
)


@dataclass(frozen=True)
class Answer:
    """What is known of one file.

    Attributes:
        reading: what was read.
        preview: the picture, `(h, w, 3)` uint8 RGB, reduced for showing.
        shape: of the picture in whose pixels boxes are.
        error: one sentence why the file cannot be read; then all else is empty.
    """

    reading: Reading
    preview: np.ndarray
    shape: tuple[int, ...]
    error: str | None = None

    @property
    def scale(self) -> float:
        return self.preview.shape[1] / self.shape[1]


def unreadable(error: str) -> Answer:
    """The answer for a file that cannot be read."""
    return Answer(NOTHING, np.zeros((0, 0, 3), np.uint8), (0, 0, 3), error)


@ui.keep(max_entries=2)  # 12 megapixels are 36 MB
def decode(file: PictureFile) -> np.ndarray:
    """A file's picture, decoded once for its reading, its steps and all corrections."""
    return open_picture(file.content)


@ui.keep(max_entries=64, show_spinner="Reading …")  # 2.5 MB each, of a large photo
def read_file(
    file: PictureFile, model: StoredModel, head: Head | None = None, boxes: tuple[Box, ...] | None = None
) -> Answer:
    """Read a file, once for each network, what it was taught, and choice of boxes."""
    try:
        picture = decode(file)
    except PictureError as error:
        return unreadable(str(error))
    reading = read_picture(picture, taught.classifier(model.name, head), boxes=boxes)
    return Answer(reading, annotate.reduce_picture(picture), picture.shape)


@ui.keep(max_entries=2, show_spinner="Reading …")
def make_steps(file: PictureFile) -> tuple[Step, ...]:
    """A file's steps, made for those who look at them."""
    return show_picture_steps(decode(file))


def read_corrected(file: PictureFile, model: StoredModel, head: Head | None) -> Answer:
    """Read a file with the corrections that the user has made."""
    answer, sheet = read_file(file, model, head), ui.session().marks.get(file.key)
    if sheet is None or sheet.content == corrections.mark_reading(answer.reading):
        return answer
    boxes = corrections.boxes_of(sheet.content, answer.shape)
    answer = read_file(file, model, head, tuple(boxes))
    return replace(answer, reading=corrections.apply_typed(sheet.content, boxes, answer.reading))


def show_card(file: PictureFile, model: StoredModel, head: Head | None, answer: Answer, alone: bool = True) -> None:
    """Show the picture with its boxes beside the number, and all that explains or corrects it.

    Args:
        file: the picture.
        model: that read it.
        head: with which it did.
        answer: what was read.
        alone: whether it is the only picture, which keys on the keyboard are for.
    """
    with st.container(border=True):
        ui.show_name(file.name)
        if answer.error:
            st.error(answer.error, icon=":material/broken_image:")
            return
        key = file.key
        picture, text = st.columns([3, 2], gap="medium")
        with text:
            _show_number(key, answer.reading)
            taught.say_changes(answer.reading.digits, model.name, head)
            _ask(key, answer.reading, model.name, alone)
            left_out = _show_left_out(key, answer.reading)
            editing = st.toggle("Correct by hand", key=f"editing_{key}")
        drawn = annotate.draw_reading(answer.preview, answer.reading, answer.scale, left_out)
        said = answer.reading.text.replace("\n", ", ") or "no digit"
        picture.image(drawn, width="stretch", alt=f"{file.name} with boxes around what was read: {said}")
        if editing:
            _edit(file, model, head, answer)
        if readable := [digit for digit in answer.reading.digits if digit.features.size]:  # drawn by hand: none
            _show_closer(key, readable, model.name, alone)
        way = st.expander("How it got there", on_change="rerun", key=f"way_{key}", icon=":material/footprint:")
        if way.open:
            with way:
                ui.show_steps(make_steps(file), 220)
                _show_digits(answer.reading)


def _show_number(key: str, reading: Reading) -> None:
    if reading.digits:
        with st.container(key=f"number_{key}"):
            st.code(reading.text, language=None, wrap_lines=True)
    st.write(wording.in_words(reading)[1])


def _ask(key: str, reading: Reading, model: str, alone: bool) -> None:
    """Let the visitor say what a single digit is, or that all was read right; a label that is typed is kept by itself.

    Of several, each can be told below, under "Look closer".
    """
    digits = [digit for digit in reading.digits if digit.features.size]  # drawn by hand: none
    if len(digits) == 1:
        _tap(digits[0], model, key, alone)
    elif digits:
        taps.show_right(digits, model, f"{key}_{reading.text}")


def _tap(digit: Digit, model: str, key: str, alone: bool) -> None:
    taps.show_taps(taps.entry(digit.image, digit.candidates[0], model, "photographed"), key, by_key=alone)


def _show_left_out(key: str, reading: Reading) -> list[LeftOut]:
    """Offer to show what was left out; returns what the user wants to see in the picture, too."""
    if not reading.rejected or not st.toggle("Show what was left out", key=f"left_out_{key}"):
        return []
    groups = annotate.group_left_out(reading.rejected)
    named = [(", ".join(group.letters) or f"{len(group.boxes)} places", group.reason) for group in groups]
    st.caption("  \n".join(f"**{where}**: {reason}" for where, reason in named))
    return groups


def _show_closer(key: str, digits: list[Digit], model: str, alone: bool) -> None:
    """Offer one digit to look at closer; shown only while the user wants that."""
    closer = st.expander(
        "Look closer at one digit", on_change="rerun", key=f"look_{key}", icon=":material/center_focus_strong:"
    )
    if not closer.open:
        return
    with closer:
        digit = visitor_digit.choose(digits, f"chosen_{key}")
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            with st.container(width=112):
                st.image(ui.to_url(ui.enlarge(digit.image, 112)), alt=f"One digit, read as {digit.label}")
            with st.container(width="stretch"):
                st.write(f"Read as **{digit.label}** · {wording.percent(digit.confidence)}")
                if len(digits) > 1:  # one alone is asked about above
                    _tap(digit, model, key, alone)
                visitor_digit.show_ways(digit, model)


def _show_digits(reading: Reading) -> None:
    """Show every digit as the network sees it."""
    st.write("**What the network sees of each digit**")
    with st.container(horizontal=True, gap="small"):
        for digit in reading.digits:
            with st.container(width=84):
                st.image(ui.to_url(ui.enlarge(digit.image, 84)), alt=f"Read as {digit.label}")
                st.caption(f"{annotate.label_of(digit)} · {wording.percent(digit.confidence)}")


def _edit(file: PictureFile, model: StoredModel, head: Head | None, answer: Answer) -> None:
    """Let the user change the boxes; a change is read again at once, and labels nobody typed follow the new answer."""
    key = file.key
    sheet = ui.session().marks.setdefault(key, Sheet(corrections.mark_reading(answer.reading)))
    st.caption(HOW_TO_EDIT)
    st.space("medium")  # for the canvas's toolbar
    photo = _fit(answer.preview)
    after = canvas.edit_boxes(sheet, f"boxes_{key}", photo, photo.shape[1] / answer.shape[1])
    if st.button("Forget my corrections", key=f"forget_{key}", icon=":material/undo:"):
        sheet.put(corrections.mark_reading(read_file(file, model, head).reading))
        st.rerun()
    marks = corrections.follow(sheet.content, after)
    if marks == sheet.content:
        return
    boxes = corrections.boxes_of(marks, answer.shape)
    reading = read_file(file, model, head, tuple(boxes)).reading
    if typed := corrections.typed_digits(marks, boxes, reading):
        taps.keep_all(typed, model.name)
    labelled = corrections.label_marks(marks, boxes, reading)
    if labelled == marks:
        sheet.content = labelled
    else:  # the canvas shows other labels: give it these
        sheet.put(labelled)
    st.rerun()


def _fit(preview: np.ndarray) -> np.ndarray:
    width = ON_PHONE if canvas.on_phone() else EDIT_WIDTH
    scale = min(width / preview.shape[1], EDIT_HEIGHT / preview.shape[0])
    size = (max(1, round(preview.shape[1] * scale)), max(1, round(preview.shape[0] * scale)))
    return cv2.resize(preview, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
