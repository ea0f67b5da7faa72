"""One digit: what the network says of it, why, what it has seen alike, where it lies on the map."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_app.insight import explanations, places
from mnist_app.insight.charts.map import BY_DIGIT, fill, map_chart, map_table
from mnist_app.insight.charts.pictures import overlay
from mnist_app.insight.doubtful import WRONG_TEST_LABELS
from mnist_app.insight.exam import Case, Exam
from mnist_app.insight.neighbours import FeatureBank
from mnist_app.network.personal import Head
from mnist_app.settings import CLASSES
from mnist_app.web import navigation, taught, ui, visitor_digit
from mnist_app.web.charts import show_chart

NEIGHBOURS = 8
SIDE = 196  # pixels of the pictures that explain
THIN = 5  # every fifth digit is enough for a small map
FIRST = 947


@ui.keep(max_entries=2)
def feature_bank(exam: Exam) -> FeatureBank:
    """Features of training digits, begun once for all sessions."""
    return FeatureBank(ui.load_classifier(exam.model), ui.load_digits()[0][0])


@ui.remember(max_entries=200)
def explain(exam: Exam, image: np.ndarray, target: int, head: Head | None) -> tuple[np.ndarray, np.ndarray]:
    """What speaks for and against a digit, and where the network looked: two pictures."""
    classifier = taught.classifier(exam.model, head)
    covered = explanations.occlusion_map(image, classifier, target)
    active = explanations.activation_map(image, classifier, target)
    return overlay(image, covered, SIDE), overlay(image, active, SIDE)


@ui.remember(max_entries=8)
def draw_map(exam: Exam, _stored: np.ndarray) -> tuple[pd.DataFrame, dict]:
    """Data and specification of a small map of the test digits."""
    points = places.scale_points(_stored, _stored)
    spec = map_chart(exam, points, BY_DIGIT, brush=False, height=360)
    return map_table(exam, points)[::THIN], spec


def show_digit(exam: Exam, case: Case) -> None:
    """Show the digit, what it is and was read as, and the ten probabilities."""
    picture, said = st.columns([1, 2], gap="medium")
    with picture:
        was = "was read" if case.true is None else f"is a handwritten {case.true} that was read"
        st.image(ui.to_url(ui.enlarge(case.image, 252)), alt=f"{case.name.capitalize()} {was} as {case.read}")
        visitor_digit.link_paper(exam.model, case)
        visitor_digit.link_inside(exam.model, case.image if case.number is None else None, case.number)
    with said:
        st.header(f"{'Read' if case.true is None else f'Labelled {case.true}, read'} as {case.read}")
        with st.container(horizontal=True, gap="small"):
            show_badges(case)
        ui.show_bars(case.y_prob)
        if case.true is None:
            visitor_digit.link_confused(exam.model, case.read, case.second)


def show_badges(case: Case) -> None:
    """Show whether the digit was read right, and whether people doubt its label."""
    if case.true is None:
        st.badge("your own digit", icon=":material/draw:", color="blue")
    elif case.true == case.read:
        st.badge("read right", icon=":material/check:", color="green")
    else:
        st.badge("misread", icon=":material/close:", color="red")
    if case.number in WRONG_TEST_LABELS:
        better = WRONG_TEST_LABELS[case.number]
        found = "people do not agree on the label" if better is None else f"people read it as {better}"
        st.badge(f"doubtful label: {found}", icon=":material/report:", color="orange")


@st.fragment
def show_why(exam: Exam, case: Case) -> None:
    """Show what speaks for a digit; a fragment, so that another question redraws nothing else."""
    target = st.segmented_control(
        "What speaks for", range(CLASSES), default=case.read, required=True, key=f"why {case.name} {case.read}",
        format_func=str,
    )  # fmt: skip
    covered, active = explain(exam, case.image, target, taught.head(exam.model) if case.true is None else None)
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


def show_neighbours(exam: Exam, case: Case) -> None:
    """Show the training digits that the network takes for most alike; looks again until all have been compared."""
    bank = feature_bank(exam)

    @st.fragment(run_every=None if bank.complete else 1.0)
    def show() -> None:
        if bank.complete and not finished:
            st.rerun()
        images, labels = ui.load_digits()[0]
        found, distances = bank.nearest(case.features, NEIGHBOURS)
        some = f"{bank.done:,} training digits compared" + ("." if bank.complete else ", going on …")
        st.caption(f"The training digits whose features point the same way, the nearest first. {some}")
        with st.grid(8, min_column_width=84, gap="small"):
            for i, distance in zip(found, distances, strict=True):
                with st.container(gap=None):
                    alt = f"Training digit number {i}, a {labels[i]}"
                    ui.show_thumbnail(images[i], alt, f"**{labels[i]}** · {distance:.3f}")

    finished = bank.complete
    show()


def show_misread(exam: Exam, case: Case) -> None:
    """Show the misread test digits that the network takes for most alike."""
    wrong = np.flatnonzero(~exam.right)
    others = wrong[wrong != (-1 if case.number is None else case.number)]
    found, _ = explanations.nearest(case.features, exam.features[others], NEIGHBOURS)
    ui.show_gallery(exam, others[found], "misread")


def show_place(exam: Exam, case: Case, stored: np.ndarray) -> None:
    """Show where the digit lies among the test digits."""
    table, spec = draw_map(exam, stored)
    place = places.place_case(case, exam, stored)
    show_chart(fill(spec, table, place), f"Map of the test digits with a diamond where {case.name} lies", "place")
    st.page_link(
        navigation.MAP.path, label="Open the map", icon=navigation.MAP.icon, query_params={"model": exam.model}
    )


st.title("Digit")
model = ui.pick_model()
exam = ui.load_exam(model.name)
number, image = visitor_digit.pick(visitor_digit.TEST, FIRST)
case = visitor_digit.ask(model.name, image) if number is None else exam.case(number)
show_digit(exam, case)
st.header("Why?")
show_why(exam, case)
st.header("What it has seen alike")
show_neighbours(exam, case)
st.header("Misread alike")
st.caption("The misread test digits whose features are nearest to this one's.")
show_misread(exam, case)
if stored := ui.load_map_and_labels(model):
    st.header("Where it lies")
    st.caption("The diamond, among the test digits: what the network takes for alike lies together.")
    show_place(exam, case, stored.points)
