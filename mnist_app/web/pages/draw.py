"""Draw: the answer appears by itself after every stroke."""

import numpy as np
import streamlit as st

from mnist_app.collection.store import NO_DIGIT
from mnist_app.network.classifier import Classifier
from mnist_app.reading import wording
from mnist_app.reading.answer import Digit, Reading
from mnist_app.reading.front_door import read_picture
from mnist_app.reading.picture_files import NoReaderError
from mnist_app.reading.steps import show_digit_steps, show_picture_steps
from mnist_app.settings import CLASSES, IMAGE_SIZE
from mnist_app.web import log, navigation, paper, taps, taught, tour, ui, visitor_digit
from mnist_app.web.examples import draw_example
from mnist_app.web.left_out_ink import group_left_out
from mnist_app.web.strokes import on_canvas, render_strokes

KEY = "drawing"
NARROWEST = 340  # pixels of paper, and of the answer beside it; else it stands below
BLANK = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)


@st.fragment
def draw_and_answer(model: str) -> None:
    """Paper and answer: a fragment, so that a stroke redraws neither the page nor the sidebar."""
    with st.grid(2, min_column_width=NARROWEST, gap="medium"):
        left, right = st.container(), st.container()
    sheet = ui.session().drawing
    with left:
        strokes = paper.take_drawing(sheet, KEY)
    picture = render_strokes([stroke["points"] for stroke in strokes], paper.SIZE)
    head = taught.head(model)
    reading = read(picture, taught.classifier(model, head))
    with left:
        paper.show_paper(sheet, KEY, group_left_out(on_canvas(reading).rejected))
    with right:
        digit = show_reading(reading, empty=not strokes)
        taught.say_changes(reading.digits, model, head)
        ask(reading, digit, model)
        if digit:
            visitor_digit.show_ways(digit, model)
            ui.session().keep_digit(digit.image, drawn=True)
            tour.offer()
    show_examples()
    show_networks(digit)
    show_way(picture if strokes else None, digit)


def read(picture: np.ndarray, classifier: Classifier) -> Reading:
    """Read a drawing; where what tells digits apart cannot be used, as one digit, and the page says so."""
    try:
        return log.watch("Draw", read_picture, picture, classifier, drawn=True)
    except NoReaderError as error:
        st.warning(f"{error} Only one digit at a time can be read.", icon=":material/folder_off:")
        return log.watch("Draw", read_picture, picture, classifier, digits="one")


def show_reading(reading: Reading, empty: bool) -> Digit | None:
    """Show the answer, what the network sees and its ten probabilities; an empty paper keeps all in their places."""
    answer, seen = st.columns([3, 2], wrap=False, vertical_alignment="center")
    with answer:
        large, sentence = wording.EMPTY_PAPER if empty else wording.in_words(reading)
        ui.show_answer(large, " ".join(filter(None, [sentence, wording.why_dashed(reading)])))
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


def show_examples() -> None:
    """Offer ten drawn digits to load."""
    st.markdown("Or load one of these", help="They are drawn with strokes too: add to them, or undo.")
    row = st.container(horizontal=True, gap="xsmall")
    for half in range(2):  # a phone shows two rows of five
        with row.container(horizontal=True, gap="xsmall", wrap=False, width="content"):
            for digit in range(5 * half, 5 * half + 5):
                example = draw_example(digit, paper.SIZE, paper.PEN)
                put = ui.session().drawing.put
                st.button(str(digit), key=f"example_{digit}", on_click=put, args=[example])


def show_networks(digit: Digit | None) -> None:
    """Show what every network here says of the digit; they are asked only while the user looks."""
    others = st.expander("What all networks say", on_change="rerun", key="networks", icon=":material/groups:")
    if not others.open:
        return
    with others:
        if digit is None:
            st.write("Draw a digit first.")
            return
        asked = {
            model.name: ui.load_classifier(model.name).predict(digit.image[np.newaxis]).y_prob[0]
            for models in ui.list_models()
            for model in models
        }
        st.table(
            [
                {"Network": name, "Reads": str(y_prob.argmax()), "How sure": wording.percent(y_prob.max())}
                for name, y_prob in asked.items()
            ]
        )
        st.caption("The same 28 × 28 pixels, as each network came: weak ones beside strong ones.")


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


visitor_digit.trace_on_paper()
st.title("Draw a digit")
draw_and_answer(ui.pick_model(tested_here=False).name)
st.page_link(navigation.CHALLENGE.path, label="Draw a 7 that it cannot read", icon=navigation.CHALLENGE.icon)
