"""One test digit: what the network says of it, why, what it has seen alike, and a way to change it."""

import numpy as np
import streamlit as st

from mnist_app import charts, explanations, ui
from mnist_app.doubtful import WRONG_TEST_LABELS
from mnist_app.gallery import Exam
from mnist_app.neighbours import FeatureBank
from mnist_app.settings import CLASSES

NEIGHBOURS = 8
SIDE = 196  # pixels of the pictures that explain
FIRST = 947


@st.cache_resource(max_entries=2, show_spinner=False)
def feature_bank(model: str, errors: int) -> FeatureBank:
    """Features of training digits, begun once for all sessions; the errors tell a model that was trained anew."""
    return FeatureBank(ui.load_classifier(model), ui.load_training_digits()[0])


@st.cache_data(max_entries=200, show_spinner=False)
def explain(model: str, errors: int, no: int, target: int) -> tuple[np.ndarray, np.ndarray]:
    """What speaks for and against a digit, and where the network looked: two pictures."""
    image, classifier = ui.load_exam(model).images[no], ui.load_classifier(model)
    covered = explanations.occlusion_map(image, classifier, target)
    active = explanations.activation_map(image, classifier, target)
    return charts.overlay(image, covered, SIDE), charts.overlay(image, active, SIDE)


def show_digit(exam: Exam, no: int) -> None:
    """Show the digit, what it is and was read as, and the ten probabilities."""
    true, read = exam.y_true[no], exam.y_pred[no]
    picture, said = st.columns([1, 2], gap="medium")
    with picture:
        alt = f"Test digit number {no}: a handwritten {true} that was read as {read}"
        st.image(ui.to_url(ui.enlarge(exam.images[no], 252)), alt=alt)
        st.page_link(
            "mnist_app/pages/draw.py",
            label="Edit on the canvas",
            icon=":material/edit:",
            help="Opens Draw with this digit as pen strokes.",
            query_params={"model": exam.model, "trace": str(no)},
        )
    with said:
        st.markdown(f"#### Labelled {true}, read as {read}")
        with st.container(horizontal=True, gap="small"):
            if true == read:
                st.badge("read right", icon=":material/check:", color="green")
            else:
                st.badge("misread", icon=":material/close:", color="red")
            if no in WRONG_TEST_LABELS:
                better = WRONG_TEST_LABELS[no]
                found = "people do not agree on the label" if better is None else f"people read it as {better}"
                st.badge(f"doubtful label: {found}", icon=":material/report:", color="orange")
        ui.show_bars(exam.y_prob[no])


@st.fragment
def show_why(exam: Exam, no: int) -> None:
    """Show what speaks for a digit; a fragment, so that another question redraws nothing else."""
    read = int(exam.y_pred[no])
    target = st.segmented_control(
        "What speaks for", range(CLASSES), default=read, required=True, key=f"why {no} {read}", format_func=str
    )
    covered, active = explain(exam.model, exam.figures["errors"], no, target)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=SIDE):
            st.image(ui.to_url(covered), alt=f"The digit, coloured by what speaks for and against {target}")
            st.caption(
                f"**Cover and ask again.** Blue speaks for {target}: covered there, by paper or ink, it becomes less "
                "likely. Orange speaks against it."
            )
        with st.container(width=SIDE):
            st.image(ui.to_url(active), alt=f"The digit, coloured by where the network found signs of {target}")
            st.caption(f"**Where the network looks.** Blue is where its last convolution found signs of {target}.")


def show_neighbours(exam: Exam, no: int) -> None:
    """Show the training digits that the network takes for most alike; looks again until all have been compared."""
    bank = feature_bank(exam.model, exam.figures["errors"])

    @st.fragment(run_every=None if bank.complete else 1.0)
    def show() -> None:
        if bank.complete and not finished:
            st.rerun()
        images, labels = ui.load_training_digits()
        found, distances = bank.nearest(exam.features[no], NEIGHBOURS)
        some = f"{bank.done:,} training digits compared" + ("." if bank.complete else ", going on …")
        st.caption(f"The training digits whose features point the same way, the nearest first. {some}")
        with st.grid(8, min_column_width=84, gap="small"):
            for i, distance in zip(found, distances, strict=True):
                alt = f"Training digit number {i}, a {labels[i]}"
                with st.container(gap=None):
                    st.image(ui.to_url(ui.enlarge(images[i], 112)), width="stretch", alt=alt)
                    st.caption(f"**{labels[i]}** · {distance:.3f}")

    finished = bank.complete
    show()


st.title("Digit")
exam = ui.load_exam(ui.pick_model().name)
no = st.number_input(
    "Number of the test digit", 0, len(exam.y_true) - 1, FIRST, key="no", bind="query-params", width=200
)
show_digit(exam, no)
st.subheader("Why?")
show_why(exam, no)
st.subheader("What it has seen alike")
show_neighbours(exam, no)
