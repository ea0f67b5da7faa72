"""Draw: the answer appears by itself after every stroke."""

import numpy as np
import streamlit as st

from mnist_app.collection.store import NO_DIGIT
from mnist_app.reading import wording
from mnist_app.reading.answer import Digit, Reading
from mnist_app.reading.front_door import read_picture
from mnist_app.reading.steps import show_digit_steps, show_picture_steps
from mnist_app.settings import CLASSES, IMAGE_SIZE
from mnist_app.web import canvas, taps, taught, ui, visitor_digit
from mnist_app.web.examples import draw_example
from mnist_app.web.session import Strokes
from mnist_app.web.strokes import render_strokes

KEY = "drawing"
INK_WIDTH = 16
PEN_HELP = "Thin or thick, it is read the same: before reading, your strokes are drawn again with one pen."
BLANK = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)


@st.fragment
def draw_and_answer(model: str) -> None:
    """Canvas and answer: a fragment, so that a stroke redraws neither the page nor the sidebar."""
    with st.container(horizontal=True, gap="medium"):
        left, right = st.container(width="content"), st.container(width="stretch")
    with left:
        size, objects = show_paper()
    picture = render_strokes(objects, size)
    head = taught.head(model)
    reading = read_picture(picture, taught.classifier(model, head), drawn=True)
    with right:
        digit = show_reading(reading, empty=not objects)
        taught.say_changes(reading.digits, model, head)
        ask(reading, digit, model)
        visitor_digit.show_ways(digit, model)
    if digit:
        ui.session().keep_digit(digit.image, drawn=True)
    show_examples(size)
    show_way(picture if objects else None, digit)


def show_paper() -> tuple[tuple[int, int], Strokes]:
    """Show the canvas and its buttons; returns the paper's size and the strokes."""
    paper = st.session_state.get("paper") or canvas.default_paper()
    size = canvas.PAPERS[paper]
    st.caption("With mouse, pen or finger")
    drawing = ui.session().drawing
    objects = canvas.show_canvas(drawing, KEY, size, st.session_state.get("ink_width", INK_WIDTH))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width=size[0]):
        st.button("Undo", icon=":material/undo:", on_click=canvas.undo, args=[drawing], disabled=not objects)
        st.button("Clear", icon=":material/delete:", on_click=canvas.clear, args=[drawing], disabled=not objects)
        st.segmented_control(
            "Paper", list(canvas.PAPERS), default=paper, key="paper", required=True, label_visibility="collapsed"
        )
    return size, objects


def show_reading(reading: Reading, empty: bool) -> Digit | None:
    """Show the answer, what the network sees and its ten probabilities; an empty paper keeps all in their places."""
    answer, seen = st.columns([3, 2], wrap=False, vertical_alignment="center")
    with answer:
        ui.show_answer(*(wording.EMPTY_CANVAS if empty else wording.in_words(reading)))
    digit = visitor_digit.choose(reading.digits, "digit") if reading.digits else None
    with seen:
        show_seen(digit, reading)
    ui.show_bars(digit.probabilities if digit else np.zeros(CLASSES))
    return digit


def ask(reading: Reading, digit: Digit | None, model: str) -> None:
    """Let the user say what it is: of the digit shown, or of the ink that was taken for none."""
    image = digit.image if digit else seen_of(reading)
    if image is not None:
        taps.show_taps(taps.entry(image, digit.label if digit else NO_DIGIT, model, "drawn"), "draw", by_key=True)


def seen_of(reading: Reading) -> np.ndarray | None:
    """The 28 x 28 of the first ink that was left out; None where there is none."""
    return next((blob.image for blob in reading.rejected if blob.image is not None), None)


def show_seen(digit: Digit | None, reading: Reading) -> None:
    """Show the 28 x 28 that the network was given, of a digit or of what it did not take for one."""
    left_out = seen_of(reading)
    alt = f"What the network sees, 28 by 28 pixels, read as {digit.label if digit else 'nothing'}"
    st.image(ui.to_url(ui.enlarge(digit.image if digit else BLANK if left_out is None else left_out, 112)), alt=alt)
    st.caption("What the network sees")


def show_examples(size: tuple[int, int]) -> None:
    """Offer ten drawn digits to load, and the pen's width."""
    put = ui.session().drawing.put
    examples, pen = st.columns([3, 2], gap="large")
    with examples:
        st.markdown("Or load one of these", help="They are drawn with strokes too: add to them, or undo.")
        row = st.container(horizontal=True, gap="xsmall")
        for half in range(2):  # a phone shows two rows of five
            with row.container(horizontal=True, gap="xsmall", wrap=False, width="content"):
                for digit in range(5 * half, 5 * half + 5):
                    example = draw_example(digit, size, INK_WIDTH, canvas.INK)
                    st.button(str(digit), key=f"example_{digit}", on_click=put, args=[example])
    pen.slider("Ink width", 2, 40, INK_WIDTH, key="ink_width", help=PEN_HELP)


def show_way(picture: np.ndarray | None, digit: Digit | None) -> None:
    """Show each step's picture, made and sent only while the user looks at them."""
    way = st.expander("How it got there", on_change="rerun", key="way", icon=":material/footprint:")
    if not way.open:
        return
    with way:
        if picture is None:
            st.write("Draw something first.")
            return
        st.write("Your drawing is made to look like the digits that the network learnt from:")
        ui.show_steps(show_picture_steps(picture) + (show_digit_steps(digit.ink) if digit else ()))


visitor_digit.trace_on_canvas()
st.title("Draw a digit")
draw_and_answer(ui.pick_model(tested_here=False).name)
