"""The card of one uploaded picture: the number, the picture that can be corrected, and what explains it."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from mnist_app.network.classifier import Classifier
from mnist_app.network.model_store import StoredModel
from mnist_app.network.personal import Head
from mnist_app.reading import corrections, wording
from mnist_app.reading.answer import NOTHING, Digit, Reading
from mnist_app.reading.boxes import Box
from mnist_app.reading.corrections import Mark
from mnist_app.reading.front_door import read_picture
from mnist_app.reading.picture_files import PictureError, open_picture
from mnist_app.reading.steps import Step, show_digit_steps, show_picture_steps
from mnist_app.web import labelled_picture, left_out_ink, log, taps, taught, ui, visitor_digit
from mnist_app.web.from_canvas import AS_READ, TakenBoxes, take_boxes
from mnist_app.web.left_out_ink import LeftOut
from mnist_app.web.session import PictureFile
from mnist_app.web.waiting import Line, Turn

STEP_SIDE = 220  # pixels of a step's picture
READING = "Reading … A large picture waits while two others are opened."
LINE = Line()


@dataclass(frozen=True)
class Answer:
    """What is known of one file.

    Attributes:
        reading: what was read.
        url: the picture, reduced for showing.
        shape: of the picture in whose pixels boxes are.
        taken: the boxes as the visitor left them.
        error: one sentence why the file cannot be read; then all else is empty.
    """

    reading: Reading = NOTHING
    url: str = ""
    shape: tuple[int, ...] = ()
    taken: TakenBoxes = AS_READ
    error: str | None = None


@ui.keep(max_entries=2)  # 12 megapixels are 36 MB
def decode(file: PictureFile) -> np.ndarray:
    """A file's picture, decoded once for its reading, its steps and all corrections."""
    return open_picture(file.content)


def read_file(
    file: PictureFile, model: StoredModel, head: Head | None = None, boxes: tuple[Box, ...] | None = None
) -> Answer:
    """Read a file, when its turn comes; meanwhile the page says how many are before it."""
    turn = _line_up(file, model, head, boxes)
    while not turn.future.done():
        before = turn.before
        with st.spinner(say_waiting(before)):
            turn.wait(before)
    if turn.future.exception():
        _line_up.clear(file, model, head, boxes)  # type: ignore[attr-defined]
    return turn.future.result()


def say_waiting(before: int) -> str:
    """What the page says while a picture waits for so many others, or is read."""
    if not before:
        return READING
    return f"{before} {'other is' if before == 1 else 'others are'} before you; your picture is read after theirs."


@ui.keep(max_entries=64)  # 0.2 MB each, of a large photo
def _line_up(file: PictureFile, model: StoredModel, head: Head | None, boxes: tuple[Box, ...] | None) -> Turn[Answer]:
    """Have a file read, once for each network, what it was taught, and choice of boxes."""
    network = taught.classifier(model.name, head)
    return LINE.join(lambda: _read(file, network, boxes))


def _read(file: PictureFile, network: Classifier, boxes: tuple[Box, ...] | None) -> Answer:
    try:
        reading = log.watch("Upload", lambda: read_picture(decode(file), network, boxes=boxes))
    except PictureError as error:
        return Answer(error=str(error))
    picture = decode(file)
    return Answer(reading, labelled_picture.to_url(picture), picture.shape)


@ui.keep(max_entries=2, show_spinner="Reading …")
def make_steps(file: PictureFile) -> tuple[Step, ...]:
    """A file's steps, made for those who look at them."""
    return show_picture_steps(decode(file))


def forget_pictures() -> None:
    """Forget all that was read; whoever still looks at a picture has it read anew."""
    for remembered in (decode, _line_up, make_steps):
        remembered.clear()  # type: ignore[union-attr]


def read_corrected(file: PictureFile, model: StoredModel, head: Head | None) -> Answer:
    """Read a file with the corrections that the visitor has made; digits that they typed are kept."""
    answer, known = read_file(file, model, head), ui.session().marks
    before = known.get(file.key)
    taken = take_boxes(st.session_state.get(_picture_key(file))) or AS_READ._replace(marks=before)
    known[file.key] = taken.marks
    if answer.error or taken.marks is None:
        return replace(answer, taken=taken)
    boxes = corrections.boxes_of(taken.marks, answer.shape)
    reading = read_file(file, model, head, tuple(boxes)).reading
    _keep_typed([mark for mark in taken.marks if mark not in (before or ())], reading, answer.shape, model)
    return replace(answer, reading=corrections.apply_typed(taken.marks, boxes, reading), taken=taken)


def _picture_key(file: PictureFile) -> str:
    return f"picture_{file.key}"


def _keep_typed(marks: list[Mark], reading: Reading, shape: tuple[int, ...], model: StoredModel) -> None:
    taps.keep_all(corrections.typed_digits(marks, corrections.boxes_of(marks, shape), reading), model.name)


def show_card(file: PictureFile, model: StoredModel, head: Head | None, answer: Answer, alone: bool = True) -> None:
    """Show the number beside the picture with its boxes, and all that explains them.

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
        key, reading = file.key, answer.reading
        text, picture = st.columns([2, 3], gap="medium")
        with text, st.container(key=f"answer_{key}"):
            _show_number(key, reading)
            taught.say_changes(reading.digits, model.name, head)
            _ask(key, reading, model.name, alone)
            left_out = _show_left_out(key, reading)
        with picture:
            if answer.taken.left_out:
                st.warning(answer.taken.left_out, icon=":material/gesture:")
            labelled_picture.show_picture(
                _picture_key(file),
                file.name,
                answer.url,
                shape=answer.shape,
                reading=reading,
                taken=answer.taken,
                left_out=left_out,
            )
        readable = [digit for digit in reading.digits if digit.features.size]  # drawn by hand: none
        if readable:
            _show_closer(key, readable, model.name, alone)
        _show_way(file, readable, model.name)


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
    groups = left_out_ink.group_left_out(reading.rejected)
    places = sum(len(group.boxes) for group in groups)
    if not places or not st.toggle(f"Show what was left out ({places})", key=f"left_out_{key}"):
        return []
    named = [(", ".join(group.letters) or f"{len(group.boxes)} places", group.reason) for group in groups]
    st.markdown("  \n".join(f"**{where}**: {reason}" for where, reason in named))
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
                st.write(f"Read as {wording.say_digit(digit)}")
                if len(digits) > 1:  # one alone is asked about above
                    _tap(digit, model, key, alone)
                visitor_digit.show_ways(digit, model)


def _show_way(file: PictureFile, digits: list[Digit], model: str) -> None:
    """Show what the picture, and then one digit, went through on the way to the network; made when it is opened."""
    way = st.expander("How it got there", on_change="rerun", key=f"way_{file.key}", icon=":material/footprint:")
    if not way.open:
        return
    with way:
        ui.show_steps(make_steps(file), STEP_SIDE)
        if digits:
            st.write("**Then each digit by itself**")
            digit = visitor_digit.choose(digits, f"followed_{file.key}")
            ui.show_steps(show_digit_steps(digit.ink))
            visitor_digit.link_inside(model, digit.image, label="On into the network")
