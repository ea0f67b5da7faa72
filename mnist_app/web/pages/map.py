"""The map: what the network takes for alike lies together; a box on it shows its digits."""

import numpy as np
import streamlit as st

from mnist_app.insight import places
from mnist_app.insight.charts.map import BY_ANSWER, BY_DIGIT, COLOURS, fill
from mnist_app.insight.exam import Exam
from mnist_app.insight.places import WHOLE, Box
from mnist_app.web import digit_map, ui, visitor_digit
from mnist_app.web.charts import show_chart

HINTS = {
    BY_ANSWER: "Misread digits are orange crosses.",
    BY_DIGIT: "Each colour is a digit, named in the middle of its cluster.",
}
MISSING = "This network has no map yet: `python -m mnist_app evaluate --model {}` draws it."


def keep_box(box: Box) -> None:
    """Put a box into the address; the whole map is none."""
    st.query_params.pop("box", None)
    if box != (WHOLE, WHOLE):
        st.query_params["box"] = places.write_box(box)


def open_box(key: str) -> None:
    """Take the box that was drawn over."""
    drawn = st.session_state[key]["selection"].get("box") or {}
    (left, right), (bottom, top) = (sorted(drawn.get(axis, WHOLE)) for axis in "xy")
    keep_box(((left, right), (bottom, top)))


def slide_box() -> None:
    """Take the sliders' box over, and have the chart drawn anew with it."""
    box = st.session_state["x"], st.session_state["y"]
    keep_box(box)
    ui.session().map_box.put(box)


def show_sliders(box: Box) -> None:
    """Show a way to choose a box for those who cannot draw one."""
    with st.expander("Choose the box without drawing", icon=":material/tune:"), st.grid(2, min_column_width=200):
        for axis, ends, name in zip("xy", box, ("From left to right", "From bottom to top"), strict=True):
            st.session_state[axis] = ends
            st.slider(name, *WHOLE, step=0.1, key=axis, on_change=slide_box, format="%.1f")


def start_box(key: str, box: Box) -> Box:
    """The box that a chart begins with; later ones are the chart's own, which a new drawing would disturb."""
    sheet = ui.session().map_box
    if key not in st.session_state:
        sheet.start = box
    return sheet.start


def show_box(exam: Exam, points: np.ndarray, box: Box) -> None:
    """Show the digits of a box beside the map, or say how to draw one."""
    if box == (WHOLE, WHOLE):
        st.info("Draw a box on the map: its digits appear here.", icon=":material/select:")
        return
    found = places.inside(points, box)
    wrong = int((~exam.right[found]).sum())
    st.header(f"In the box: {len(found):,}, {wrong:,} misread")
    ui.show_gallery(exam, found, f"box {exam.model} {box}", **ui.BESIDE)
    ui.offer_csv(lambda: exam.to_rows(found), "digits", ui.DIGITS_CSV)


st.title("Map")
st.write(
    "See the 10,000 test digits as the network sees them: what it takes for alike lies together. Draw a box to see its "
    "digits."
)
model = ui.pick_model()
exam, stored = ui.load_exam(model.name), ui.load_map_and_labels(model)
if not stored:
    st.info(MISSING.format(model.name), icon=":material/map:")
    st.stop()

points, table = digit_map.lay_out(exam, stored.points)
colour = st.segmented_control(
    "Colour by", COLOURS, default=COLOURS[0], required=True, key="colour", bind="query-params"
)
mine = visitor_digit.case(exam.model)
here = places.place_case(mine, exam, stored.points) if mine else None
st.caption(HINTS[colour] + (" The black diamond is your own digit." if here is not None else ""))
box = places.read_box(st.query_params.get("box", ""))
left, right = st.columns([5, 3], gap="medium")
with left:
    key = f"map {exam.model} {colour} {ui.session().map_box.turn}"
    show_chart(
        fill(digit_map.draw(exam, points, colour), table, here, start_box(key, box)),
        f"Map of 10,000 test digits, coloured by {colour}; {exam.figures['errors']} of them are misread",
        key,
        on_select=lambda: open_box(key),
        selection_mode="box",
    )
with right:
    show_sliders(box)
    show_box(exam, points, box)
