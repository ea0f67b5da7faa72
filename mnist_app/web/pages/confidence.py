"""How sure a network is, how right it is to be, and what is gained by keeping quiet."""

import numpy as np
import streamlit as st

from mnist_app import metrics
from mnist_app.insight.charts.evaluation import (
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
    st.vega_lite_chart(
        spec=draw_risk(exam, reads, 1 - right),
        alt=f"Curve: {reads:.2%} of the digits are answered, {1 - right:.2%} of the answers are wrong",
    )


st.title("Confidence")
st.write("See how sure the network is of its answers, whether it is right to be, and what it gains by keeping quiet.")
model = ui.pick_model()
exam, temperature = ui.load_exam(model.name), model.calibration.temperature
histograms, reliability, raw_error = draw(exam, temperature)

st.subheader("Answer only when sure")
show_risk(exam)

left, right = st.columns(2, gap="medium")
with left:
    st.subheader("Is it as right as it is sure?")
    st.caption(
        f"On the dashed line it is. Mean distance (expected calibration error): **{exam.figures['ece']:.2%}**; "
        f"**{raw_error:.2%}** before the scores were divided by the temperature {temperature:.2f}."
    )
    st.vega_lite_chart(spec=reliability, alt="Reliability diagram: share read right by mean confidence, 15 bins")
with right:
    st.subheader("Right and wrong answers")
    st.caption("How many answers there are of each confidence. Each chart has its own scale.")
    for answer, histogram in zip(("right", "wrong"), histograms, strict=True):
        st.vega_lite_chart(spec=histogram, alt=f"Histogram of the confidence of {answer} answers")
