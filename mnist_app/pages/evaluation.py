"""How good a network is on MNIST's test digits, from the answers stored with it."""

import streamlit as st

from mnist_app import charts, metrics
from mnist_app.ui import load_digits, load_test_outputs, pick_model

COLUMNS = {
    "digit": st.column_config.NumberColumn("Digit"),
    "precision": st.column_config.NumberColumn("Precision", format="percent"),
    "recall": st.column_config.NumberColumn("Recall", format="percent"),
    "f1": st.column_config.NumberColumn("F1", format="percent"),
    "support": st.column_config.NumberColumn("Test digits", format="localized"),
}

LOSS_HELP = "Cross-entropy. 0 would be: right every time, and fully sure. Being surely wrong costs most."
CALIBRATION_HELP = (
    "How far the stated confidence is from the truth, on average. At 0%, of the digits that are read with 90% "
    "confidence, exactly 90% are right."
)

st.title("Evaluation")
st.write(
    "See how well a network reads the 10,000 test digits, which it never saw while learning, and which it confuses."
)

model = pick_model()
_, (_, y_true) = load_digits()
y_prob, _ = load_test_outputs(model.name)
figures = metrics.summarize(y_true, y_prob)
matrix = metrics.confusion(y_true, y_prob.argmax(axis=1))

st.markdown(
    f"“{model.name}” reads **{figures['accuracy']:.2%}** of the test digits right. On other digits of the same kind, "
    f"expect between **{figures['accuracy_low']:.2%}** and **{figures['accuracy_high']:.2%}**: with {len(y_true):,} "
    "digits, chance plays a part (95% interval)."
)
with st.grid(4, min_column_width=140):
    st.metric(
        "Read right", f"{figures['accuracy']:.2%}", help="Accuracy: the share of test digits that are read right."
    )
    st.metric("Misread", f"{figures['errors']:,}", help=f"Of {len(y_true):,} test digits. The Errors page shows them.")
    st.metric("Loss", f"{figures['loss']:.4f}", help=LOSS_HELP)
    st.metric("Calibration error", f"{figures['ece']:.2%}", help=CALIBRATION_HELP)

left, right = st.columns([5, 2], gap="medium")
with left:
    st.subheader("What is read as what")
    view = st.segmented_control(
        "Figures in the cells", charts.VIEWS, default="counts", required=True, key="view", bind="query-params"
    )
    st.altair_chart(
        charts.confusion_chart(charts.confusion_rows(matrix, view)),
        alt=f"Confusion matrix ({view}): {figures['errors']} of {len(y_true)} test digits lie off the diagonal",
    )
    st.caption(
        "Each row is a true digit, each column what the network read. What is right lies on the diagonal. "
        "**Row %** is the share of the row's digit."
    )
with right:
    st.subheader("Confused most often")
    st.caption("Choose a pair to see its digits." if figures["errors"] else "None: every test digit is read right.")
    with st.grid(2, min_column_width=150, gap="xsmall"):
        for pair in charts.confused_pairs(matrix):
            true, predicted = str(pair["true"]), str(pair["predicted"])
            st.page_link(
                "mnist_app/pages/errors.py",
                label=f"**{true} read as {predicted}** · {pair['count']} times",
                help=f"{pair['share']:.1%} of the digits that are {true}",
                query_params={"model": model.name, "true": true, "predicted": predicted},
            )

st.subheader("Digit by digit")
st.caption(
    "**Precision**: when the network says 4, how often is it a 4? **Recall**: of all 4s, how many does it find? **F1** "
    "joins both in one figure. The axis does not start at 0, so that small differences show."
)
st.altair_chart(
    charts.per_class_chart(charts.per_class_rows(figures["per_class"])),
    alt="Dot chart: precision, recall and F1 of each digit; the table below has the same figures",
)
st.dataframe(figures["per_class"], column_config=COLUMNS, hide_index=True)
