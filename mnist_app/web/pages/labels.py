"""Model or label? The test and training digits whose label is doubtful."""

import numpy as np
import streamlit as st

from mnist_app.insight import doubtful
from mnist_app.insight.doubtful import Doubtful
from mnist_app.insight.exam import Exam
from mnist_app.web import ui
from mnist_app.web.ui import PER_PAGE

TEST, KNOWN, TRAINING = "test digits", "the 15 validated", "training digits"
NAMES = {"as labelled": "As labelled", "corrected": "Ten labels put right", "left out": "Without the 15"}
WRONG_HELP = "Confident learning (Northcutt, Jiang and Chuang 2021) takes this label for wrong."
MISSING = (
    "This network's doubtful labels are not worked out yet; only its own doubts are shown. "
    "`python -m mnist_app evaluate --model {}` works them out."
)


def show_test(exam: Exam, judged: Doubtful) -> None:
    """Show the test digits, the most doubtful label first."""
    hits = int(np.isin(judged.indices[:10], list(doubtful.WRONG_TEST_LABELS)).sum())
    st.write(
        "By how little the best network here, and a classifier of another kind, believe the label. "
        f"Of the first ten, **{hits}** are among the 15 that people found doubtful; they are marked."
    )
    offer_csv(judged, exam.y_true, "test")
    ui.show_gallery(exam, judged.indices.astype(int), f"labels {exam.model}")


def show_training(judged: Doubtful) -> None:
    """Show the training digits, the most doubtful label first."""
    images, labels = ui.load_digits()[0]
    st.write(
        "The network has learnt these labels by heart, so a classifier of another kind judges them, each time one that "
        f"has not seen the label. Of these {len(judged.issue)}, confident learning takes **{judged.issue.sum()}** for "
        "wrong; they are marked."
    )
    offer_csv(judged, labels, "training")
    page = st.pagination(-(-len(judged.indices) // PER_PAGE), key="training page")
    shown = slice((page - 1) * PER_PAGE, page * PER_PAGE)
    rows = zip(judged.indices[shown], judged.suggested[shown], judged.issue[shown], strict=True)
    with st.grid(8, min_column_width=84, gap="small"):
        for i, suggested, issue in rows:
            with st.container(gap=None):
                said = f"{labels[i]}, rather {suggested}" if suggested != labels[i] else f"{labels[i]}"
                ui.show_thumbnail(images[i], f"Training digit number {i}: labelled {said}", f"{said}  \nNo. {i}")
                if issue:
                    st.badge("label?", icon=":material/report:", color="orange", help=WRONG_HELP)


def offer_csv(judged: Doubtful, labels: np.ndarray, name: str) -> None:
    """Offer the doubtful labels as a table."""
    about = f"All {len(judged.indices)} with what is more likely"
    ui.offer_csv(lambda: judged.to_rows(labels), f"doubtful_{name}_labels", about)


st.title("Model or label?")
st.write(
    "Some labels of MNIST are wrong or in dispute. See the digits whose label is least likely: is it the network that "
    "errs, or the label?"
)
model = ui.pick_model()
exam, stored = ui.load_exam(model.name), ui.load_map_and_labels(model)
with st.grid(3, min_column_width=150):
    for name, interval in doubtful.corrected_accuracy(exam.y_true, exam.y_pred).items():
        st.metric(NAMES[name], f"{interval.value:.2%}", help=f"95% interval: {interval.low:.2%} to {interval.high:.2%}")
st.caption(
    "Five people looked at each suspicious test digit: 15 labels turned out wrong or in dispute, and ten of them have "
    "a clear other label (Northcutt, Athalye and Mueller 2021)."
)

shown = st.segmented_control(
    "Show", [TEST, KNOWN, TRAINING], default=TEST, required=True, key="show", bind="query-params"
)
if stored is None:
    st.info(MISSING.format(model.name), icon=":material/label:")
if shown == TEST:
    show_test(exam, ui.doubt_test(model) or doubtful.most_doubtful(exam.y_true, exam.y_prob))
elif shown == KNOWN:
    ui.show_gallery(exam, np.array(list(doubtful.WRONG_TEST_LABELS)), f"validated {exam.model}")
elif stored:
    show_training(stored.train)
