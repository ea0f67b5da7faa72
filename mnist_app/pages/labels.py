"""Model or label? The test digits whose label is doubtful."""

import numpy as np
import streamlit as st

from mnist_app import doubtful, explore, ui
from mnist_app.gallery import Exam

NAMES = {"as labelled": "As labelled", "corrected": "Ten labels put right", "left out": "Without the 15"}


def order(exam: Exam, stored: explore.Explore | None) -> np.ndarray:
    """Numbers of the test digits, the most doubtful label first: by two judges where stored, else by the network."""
    return stored.test.indices if stored else doubtful.rank_doubtful(exam.y_true, exam.y_prob)[: explore.DOUBTFUL]


st.title("Model or label?")
st.write(
    "Some labels of MNIST are wrong or in dispute. See the test digits whose label the network finds least likely: "
    "is it the network that errs, or the label?"
)
model = ui.pick_model()
exam = ui.load_exam(model.name)
with st.grid(3, min_column_width=150):
    for name, interval in doubtful.corrected_accuracy(exam.y_true, exam.y_pred).items():
        st.metric(NAMES[name], f"{interval.value:.2%}", help=f"95% interval: {interval.low:.2%} to {interval.high:.2%}")
st.caption(
    "Five people looked at each suspicious test digit: 15 labels turned out wrong or in dispute, and ten of them have "
    "a clear other label (Northcutt, Athalye and Mueller 2021)."
)

shown = st.segmented_control(
    "Show", ["most doubtful", "the 15 validated"], default="most doubtful", required=True, key="show",
    bind="query-params",
)  # fmt: skip
known = np.array(list(doubtful.WRONG_TEST_LABELS))
found = order(exam, explore.load_explore(model)) if shown == "most doubtful" else known
hits = int(np.isin(found[:10], known).sum())
if shown == "most doubtful":
    st.write(f"Of the first ten, **{hits}** are among the 15 that people found doubtful; they are marked.")
ui.show_gallery(exam, found.astype(int), f"labels {exam.model} {shown}")
