"""How good a network is on MNIST's test digits, from the answers stored with it."""

import streamlit as st

from mnist_app import metrics
from mnist_app.insight import page_exam
from mnist_app.insight.charts.evaluation import rest_chart, rest_rows
from mnist_app.insight.charts.look import NOWHERE, set_params
from mnist_app.insight.charts.matrix import VIEWS, confusion_chart, confusion_rows, per_class_chart, per_class_rows
from mnist_app.insight.exam import ANY, DIGITS, Exam, choose, describe, to_digit
from mnist_app.settings import CLASSES
from mnist_app.web import navigation, ui, whole_pages
from mnist_app.web.charts import show_chart

COLUMNS = {
    "digit": st.column_config.NumberColumn("Digit", help="The true digit."),
    "precision": st.column_config.NumberColumn(
        "Precision", format=ui.PERCENT, help="When it says this digit, how often it is one."
    ),
    "recall": st.column_config.NumberColumn(
        "Recall", format=ui.PERCENT, help="Of all that are this digit, how many it finds."
    ),
    "f1": st.column_config.NumberColumn("F1", format=ui.PERCENT, help="Both in one figure."),
    "support": st.column_config.NumberColumn("Test digits", format="localized", help="That are this digit."),
}

LOSS_HELP = "Cross-entropy. 0 would be: right every time, and fully sure. Being surely wrong costs most."
CALIBRATION_HELP = (
    "How far the stated confidence is from the truth, on average. At 0%, of the digits that are read with 90% "
    "confidence, exactly 90% are right."
)


@ui.remember(max_entries=32)
def draw_matrix(exam: Exam, view: str) -> dict:
    """The matrix's specification."""
    typical = exam.typical_errors() if view == "typical errors" else {}
    pictures = {pair: ui.to_url(ui.enlarge(exam.images[i], 56)) for pair, i in typical.items()}
    return confusion_chart(confusion_rows(exam.matrix, view, pictures)).to_dict()


@ui.remember(max_entries=8)
def draw_digits(exam: Exam) -> dict:
    """The specification of the chart of precision, recall and F1."""
    return per_class_chart(per_class_rows(exam.matrix)).to_dict()


@ui.remember(max_entries=32)
def draw_rest(exam: Exam, digit: int) -> dict:
    """The specification of the chart of one digit against the others."""
    rows = rest_rows(*metrics.one_against_rest(exam.y_true, exam.y_prob, digit))
    return rest_chart(rows).to_dict()


@st.fragment
def show_rest(exam: Exam) -> None:
    """Show one digit against the nine others; a fragment, so that another digit redraws nothing else."""
    digit = st.segmented_control(
        "Digit", range(CLASSES), default=0, required=True, format_func=str, key="digit", bind="query-params"
    )
    found, true, read = exam.matrix[digit, digit], exam.matrix[digit].sum(), exam.matrix[:, digit].sum()
    st.write(
        f"Of {true:,} digits that are {digit}, **{found:,}** are found and **{true - found}** missed. "
        f"**{read - found}** others are taken for a {digit}."
    )
    with st.container(horizontal=True):
        for label, key in (("Missed", "true"), ("Taken for it", "predicted")):
            query = {"model": exam.model, key: str(digit), "answer": "misread"}
            st.page_link(navigation.ERRORS.path, label=label, icon=navigation.ERRORS.icon, query_params=query)
    st.caption(
        f"Is it a {digit} or not? Where its probability alone decides, a higher bar takes fewer wrong ones and misses "
        "more right ones. Each dot is such a bar; three are named."
    )
    show_chart(draw_rest(exam, digit), f"Curve: precision by recall of {digit} against the other digits", "rest")


def open_cell() -> None:
    """Take the cell that was clicked over into the two fields, which are in the address."""
    for cell in st.session_state["matrix"]["selection"]["cell"]:
        st.session_state["row"], st.session_state["column"] = str(cell["true"]), str(cell["predicted"])


def show_figures(exam: Exam) -> None:
    """Show how good the network is, in figures."""
    figures, total = exam.figures, len(exam.y_true)
    st.markdown(
        f"“{exam.model}” reads **{figures['accuracy']:.2%}** of the test digits right. On other digits of the same "
        f"kind, expect between **{figures['accuracy_low']:.2%}** and **{figures['accuracy_high']:.2%}**: with "
        f"{total:,} digits, chance plays a part (95% interval)."
    )
    with st.grid(4, min_column_width=140):
        st.metric(
            "Read right", f"{figures['accuracy']:.2%}", help="Accuracy: the share of test digits that are read right."
        )
        st.metric("Misread", f"{figures['errors']:,}", help=f"Of {total:,} test digits. The Errors page shows them.")
        st.metric("Loss", f"{figures['loss']:.4f}", help=LOSS_HELP)
        st.metric("Calibration error", f"{figures['ece']:.2%}", help=CALIBRATION_HELP)


def choose_cell() -> tuple[str, str]:
    """Let the user choose true and predicted digit.

    They are not called as on Errors: a link loses what has the name of a widget on the page that it leaves.
    """
    st.write("**Open a cell**: click on it, or choose here.")
    with st.container(horizontal=True, wrap=False):
        true = st.selectbox("True digit", DIGITS, key="row", bind="query-params")
        predicted = st.selectbox("Read as", DIGITS, key="column", bind="query-params")
    return true, predicted


def show_pairs(exam: Exam) -> None:
    """Lead to the pairs that are confused most often."""
    pairs = metrics.confused_pairs(exam.matrix)
    st.write("**Confused most often**" if pairs else "Every test digit is read right.")
    with st.grid(2, min_column_width=140, gap="xxsmall"):
        for pair in pairs:
            ui.link_pair(exam.model, pair)


def show_matrix(exam: Exam, true: str, predicted: str) -> None:
    """Show the confusion matrix with the chosen cell outlined; a click chooses another."""
    view = st.pills(
        "Show in the cells", VIEWS, default="counts", required=True, wrap=True, key="view", bind="query-params"
    )
    cell = NOWHERE if ANY in (true, predicted) else [int(true), int(predicted)]
    wrong, total = exam.figures["errors"], len(exam.y_true)
    show_chart(
        set_params(draw_matrix(exam, view), chosen=cell),
        f"Confusion matrix ({view}): {wrong} of {total} test digits lie off the diagonal",
        "matrix",
        on_select=open_cell,
        selection_mode="cell",
    )
    st.caption(
        "Each row is a true digit, each column what the network read. What is right lies on the diagonal. "
        "**Row %** is the share of the row's digit, **column %** of all that were read so."
    )


def show_cell(exam: Exam, true: str, predicted: str) -> None:
    """Show the digits of the open cell, or of a whole row or column, few enough to be seen beside the matrix."""
    if true == predicted == ANY:
        return
    found = choose(exam, true=to_digit(true), predicted=to_digit(predicted))
    st.header(f"{describe(true, predicted)}: {len(found):,}")
    ui.show_gallery(exam, found, f"cell {exam.model} {true} {predicted}", **ui.BESIDE)


def show_digits(exam: Exam) -> None:
    """Show precision, recall and F1 of each digit."""
    st.caption(
        "**Precision**: when the network says 4, how often is it a 4? **Recall**: of all 4s, how many does it find? "
        "**F1** joins both in one figure. Lines are 95% intervals. The axis does not start at 0, so that small "
        "differences show."
    )
    show_chart(
        draw_digits(exam),
        "Dot chart: precision, recall and F1 of each digit; the table below has the same figures",
        "digits",
        table=False,
    )
    st.dataframe(
        ui.in_percent(exam.figures["per_class"], "precision", "recall", "f1"), column_config=COLUMNS, hide_index=True
    )
    ui.offer_csv(lambda: per_class_rows(exam.matrix), "per_digit", "These figures with their intervals")


st.title("Evaluation")
st.write(
    "See how well a network reads the 10,000 test digits, which it never saw while learning, and which it confuses."
)
model = ui.pick_model()
exam = ui.load_exam(model.name)
show_figures(exam)

st.header("What is read as what")
left, right = st.columns([5, 3], gap="medium")
with right:
    cell = choose_cell()
    show_cell(exam, *cell)
    show_pairs(exam)
with left:
    show_matrix(exam, *cell)

st.header("Digit by digit")
show_digits(exam)

st.header("One digit against the rest")
show_rest(exam)

if pages := page_exam.load_pages(model):
    whole_pages.show(pages)
