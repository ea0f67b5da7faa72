"""Every test digit that a network misreads, to look through."""

import numpy as np
import streamlit as st

from mnist_app import metrics
from mnist_app.ui import enlarge, load_digits, load_test_outputs, pick_model

PER_PAGE = 24
ANY = "any"
SORTS = {
    "the surest mistakes": lambda y_true, y_prob: -y_prob.max(axis=1),
    "the least expected": lambda y_true, y_prob: metrics.self_confidence(y_true, y_prob),
    "the lowest numbers": lambda y_true, y_prob: np.arange(len(y_true)),
}
HELP = (
    "Surest mistakes: the highest confidence in the wrong digit. Least expected: the lowest probability of the true "
    "digit. Lowest numbers: in the order of MNIST's test set."
)

st.title("Errors")
st.write("Look through the test digits that a network misreads, with what it took them for and how sure it was.")

model = pick_model()
_, (x_test, y_true) = load_digits()
y_prob, _ = load_test_outputs(model.name)
digits = [ANY, *map(str, range(10))]
with st.grid(3, min_column_width=150):
    true = st.selectbox("True digit", digits, key="true", bind="query-params")
    predicted = st.selectbox("Read as", digits, key="predicted", bind="query-params")
    sort = st.selectbox("First show", list(SORTS), key="sort", bind="query-params", help=HELP)

y_pred, confidence = y_prob.argmax(axis=1), y_prob.max(axis=1)
wrong = y_pred != y_true
chosen = wrong.copy()
if true != ANY:
    chosen &= y_true == int(true)
if predicted != ANY:
    chosen &= y_pred == int(predicted)
found = np.flatnonzero(chosen)
found = found[np.argsort(SORTS[sort](y_true[found], y_prob[found]), kind="stable")]
if not len(found):
    st.info("No test digit is misread in this way. Choose another digit above.")
    st.stop()

pages = -(-len(found) // PER_PAGE)
page = st.pagination(pages, key=f"page {model.name} {true} {predicted} {sort}") if pages > 1 else 1  # a new key: page 1
shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
st.markdown(f"**{len(found)}** of the {wrong.sum()} test digits that “{model.name}” misreads")
with st.grid(6, min_column_width=100, gap="small"):
    for i in shown:
        st.image(
            enlarge(x_test[i]),
            width="stretch",
            caption=f"{y_true[i]} read as {y_pred[i]} · {int(confidence[i] * 100)}%  \nno. {i}",
            alt=f"Test digit number {i}: a handwritten {y_true[i]} that was read as {y_pred[i]}",
        )
