"""All test digits, to look through: filtered, ordered, page by page; each opens its detail."""

import streamlit as st

from mnist_app.insight.exam import DIGITS, SORTS, arrange, choose, span, to_digit
from mnist_app.web import ui

ANSWERS = {"misread": False, "right": True, "all": None}
HELP = (
    "Self-confidence is the probability that the network gives to the true digit: the lower it is, the worse it reads."
)
SECOND_HELP = "The digit with the second highest probability."
RANGE_HELP = {
    "confidence": "The probability of the digit that was read.",
    "margin": "How far the most probable digit is ahead of the second.",
    "ink": "The share of the picture that is ink.",
    "stroke width": "In pixels of the 28 × 28.",
    "slant": "In degrees; positive leans to the right.",
    "height": "Of the ink, in pixels.",
    "width": "Of the ink, in pixels.",
}

st.title("Errors")
st.write("See the test digits that were misread, or any of all 10,000. Each opens its detail.")

exam = ui.load_exam(ui.pick_model().name)

with st.grid(5, min_column_width=140, vertical_alignment="bottom"):
    true = st.selectbox("True digit", DIGITS, key="true", bind="query-params")
    predicted = st.selectbox("Read as", DIGITS, key="predicted", bind="query-params")
    second = st.selectbox("Second guess", DIGITS, key="second", bind="query-params", help=SECOND_HELP)
    answer = st.selectbox("Answer", list(ANSWERS), key="answer", bind="query-params")
    sort = st.selectbox("First show", list(SORTS), key="sort", bind="query-params", help=HELP)
ranges = {}
with st.expander("More filters", icon=":material/tune:"), st.grid(4, min_column_width=150):
    for name, help_text in RANGE_HELP.items():
        low, high, step = span(name, exam.values[name])
        ranges[name] = st.slider(
            name.capitalize(), low, high, (low, high), step, key=name.replace(" ", "_"), bind="query-params",
            help=help_text, format="%.0f" if step == 1 else "%.2f",
        )  # fmt: skip

digits = {name: to_digit(d) for name, d in (("true", true), ("predicted", predicted), ("second", second))}
found = choose(exam, **digits, right=ANSWERS[answer], ranges=ranges)
found = arrange(exam, found, sort)
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    wrong = int((~exam.right[found]).sum())
    st.markdown(f"**{len(found):,}** of {len(exam.y_true):,} test digits, {wrong:,} of them misread", width="content")
    ui.offer_csv(lambda: exam.to_rows(found), "digits", ui.DIGITS_CSV)
ui.show_gallery(exam, found, f"page {exam.model} {true} {predicted} {second} {answer} {sort} {sorted(ranges.items())}")
