"""How sure a network is, how right it is to be, and what is gained by keeping quiet."""

import numpy as np
import streamlit as st

from mnist_app import metrics
from mnist_app.insight.charts.evaluation import (
    HISTOGRAM_BINS,
    histogram_chart,
    histogram_rows,
    reliability_chart,
    reliability_rows,
    risk_chart,
    risk_rows,
)
from mnist_app.insight.exam import Exam
from mnist_app.network.classifier import softmax
from mnist_app.web import ui
from mnist_app.web.charts import show_chart


@ui.remember(max_entries=8)
def draw(exam: Exam, temperature: float) -> tuple[list[dict], dict, float]:
    """Specifications of histograms and reliability diagram, and the calibration error without temperature."""
    logarithms = np.log(np.maximum(exam.y_prob, metrics.TINY))
    raw = softmax(logarithms * temperature)  # undoes the division of the scores
    curves = {
        "as answered": metrics.reliability(exam.y_true, exam.y_prob),
        "no temperature": metrics.reliability(exam.y_true, raw),
    }
    rows = histogram_rows(exam.values["confidence"], exam.right)
    return (
        [histogram_chart(rows, answer).to_dict() for answer in ("right", "wrong")],
        reliability_chart(reliability_rows(curves)).to_dict(),
        metrics.expected_calibration_error(exam.y_true, raw),
    )


@ui.remember(max_entries=8)
def risk(exam: Exam) -> list[dict]:
    """Share of errors by the share that is answered."""
    return risk_rows(*metrics.risk_coverage(exam.y_true, exam.y_prob))


@ui.remember(max_entries=64)
def draw_risk(exam: Exam, coverage: float, error: float) -> dict:
    """Specification of the curve with the point where the user stands."""
    return risk_chart(risk(exam), coverage, error).to_dict()


@st.fragment
def show_risk(exam: Exam) -> None:
    """Show what a threshold gains and costs; a fragment, so that the slider redraws nothing else."""
    percent = st.slider(
        "Answer only from a confidence of", 0.0, 99.9, 90.0, 0.1, format="%.1f %%", key="from", bind="query-params"
    )
    answered = exam.values["confidence"] >= percent / 100
    reads, right = float(answered.mean()), float(exam.right[answered].mean()) if answered.any() else 1.0
    wrong = int((~exam.right[answered]).sum())
    st.markdown(
        f"It reads **{reads:.2%}** of the digits; of those **{right:.2%}** are right, {wrong} are wrong. "
        f"It leaves {int((~answered).sum()):,} to a person."
    )
    show_chart(
        draw_risk(exam, reads, 1 - right),
        f"Curve: {reads:.2%} of the digits are answered, {1 - right:.2%} of the answers are wrong",
        "risk",
    )


def say_temperature(exam: Exam, temperature: float, raw_error: float) -> str:
    """Say how far confidence is from the truth, with and without the temperature, and why it may be no nearer with."""
    error, sure, right = exam.figures["ece"], exam.values["confidence"].mean(), exam.figures["accuracy"]
    said = (
        f"On the dashed line it is. Mean distance (expected calibration error): **{error:.2%}**; **{raw_error:.2%}** "
        f"before the scores were divided by the temperature {temperature:.2f}."
    )
    if error <= raw_error:
        return said
    more, less = ("right", "sure") if right > sure else ("sure", "right")
    shares = {"right": f"{right:.2%}", "sure": f"{sure:.2%}"}
    return (
        f"{said} Why is it worse with it? The temperature is fitted to digits that were kept aside, never to these, "
        "and to their loss, not to this distance. On the test digits the network is now "
        f"more {more} ({shares[more]}) than {less} ({shares[less]})."
    )


def say_one_bar(exam: Exam) -> str:
    """Say why the histogram of right answers seems to have one bar only."""
    last = (exam.values["confidence"][exam.right] >= 1 - 1 / HISTOGRAM_BINS).mean()
    return (
        "How many answers there are of each confidence; each chart has its own scale. The right ones seem to have one "
        f"bar only, since **{last:.1%}** of them are in it: a network that reads this well is nearly always sure. The "
        "other bars are there, but too low to be seen beside it."
    )


st.title("Confidence")
st.write("See how sure the network is of its answers, whether it is right to be, and what it gains by keeping quiet.")
model = ui.pick_model()
exam, temperature = ui.load_exam(model.name), model.calibration.temperature
histograms, reliability, raw_error = draw(exam, temperature)

st.header("Answer only when sure")
show_risk(exam)

left, right = st.columns(2, gap="medium")
with left:
    st.header("Is it as right as it is sure?")
    st.caption(say_temperature(exam, temperature, raw_error))
    show_chart(reliability, "Reliability diagram: share read right by mean confidence, 15 bins", "reliability")
with right:
    st.header("Right and wrong answers")
    st.caption(say_one_bar(exam))
    for answer, histogram in zip(("right", "wrong"), histograms, strict=True):
        show_chart(histogram, f"Histogram of the confidence of {answer} answers", f"{answer} answers")
