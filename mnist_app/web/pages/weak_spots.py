"""Where the network is weakest: by how digits are written, and by what befalls a picture."""

import numpy as np
import streamlit as st

from mnist_app.digits.corruptions import BENCHMARK, SEVERITIES, corrupt
from mnist_app.insight import choosing, robustness, slices
from mnist_app.insight.charts.evaluation import corruptions_chart, slices_chart
from mnist_app.insight.charts.look import set_params
from mnist_app.insight.exam import PROPERTIES, Exam, span
from mnist_app.insight.slices import Slice
from mnist_app.web import navigation, ui
from mnist_app.web.charts import show_chart

UNITS = {"stroke width": " px", "slant": "°", "height": " px", "width": " px"}
BINS = 5


@ui.remember(max_entries=8)
def find_slices(exam: Exam) -> tuple[list[Slice], dict]:
    """The slices, and the specification of their chart."""
    found = slices.slices({name: exam.values[name] for name in PROPERTIES}, exam.right, BINS)
    rows = [
        row | {"slice": name_slice(one), "pictures": [ui.to_url(ui.enlarge(exam.images[i], 56)) for i in one.examples]}
        for row, one in zip(to_rows(found), found, strict=True)
    ]
    return found, slices_chart(rows).to_dict()


def to_rows(found: list[Slice]) -> list[dict]:
    """One row a slice."""
    return [
        {"property": s.property, "from": s.low, "to": s.high, "digits": s.total, "misread": s.total - s.right}
        | {"accuracy": s.interval.value, "low": s.interval.low, "high": s.interval.high, "verdict": s.verdict}
        for s in found
    ]


@st.cache_data(max_entries=8, show_spinner=False)
def draw_hands(rows: list[dict]) -> dict:
    """The specification of the chart of other hands."""
    return slices_chart(rows).to_dict()


def name_slice(one: Slice) -> str:
    """Say in words which digits a slice holds."""
    unit = UNITS.get(one.property)
    low, high = (f"{end:.1f}" if unit else f"{end:.1%}" for end in (one.low, one.high))
    return f"{one.property} {low if low == high else f'{low} to {high}'}{unit or ''}"


@st.cache_data(max_entries=8, show_spinner=False)
def draw_corruptions(rows: list[dict], dark: bool) -> dict:
    """The specification of the heat map of corruptions."""
    return corruptions_chart(rows, dark).to_dict()


def open_cell() -> None:
    """Take the cell that was clicked over into the two fields, which are in the address."""
    for cell in st.session_state["corruptions"]["selection"]["cell"]:
        st.session_state["family"], st.session_state["severity"] = cell["family"], int(cell["severity"])


def show_corruptions(exam: Exam, rows: list[dict]) -> None:
    """Show the accuracy under every family of corruption, the worst first, and the worst digits of one cell."""
    means = robustness.summarize_corruptions(rows)
    st.markdown(
        f"At severity {BENCHMARK}, that of the benchmark MNIST-C, **{means['corruptions']:.2%}** are read right on "
        f"average{name_means(means)}; under the worst family {means['corruptions_lowest']:.2%}."
    )
    families = list(dict.fromkeys(row["family"] for row in sorted(rows, key=lambda row: row["accuracy"])))
    left, right = st.columns([5, 3], gap="medium")
    with right:
        st.write("**Open a cell**: click on it, or choose here.")
        with st.container(horizontal=True, wrap=False):
            family = st.selectbox("What is done", families, format_func=spell, key="family", bind="query-params")
            severity = st.selectbox(
                "Severity", SEVERITIES, None, placeholder=str(BENCHMARK), key="severity", bind="query-params"
            )
        severity = severity or BENCHMARK
        row = next((row for row in rows if (row["family"], row["severity"]) == (family, severity)), None)
        if row:
            show_worst(exam, row)
    with left:
        show_chart(
            set_params(draw_corruptions(rows, ui.is_dark()), chosen=[family, severity]),
            "Heat map: accuracy by corruption and severity",
            "corruptions",
            on_select=open_cell,
            selection_mode="cell",
        )
        st.caption("Accuracy on test digits with this done to them, from mild (1) to strong (5), the weakest on top.")
        ui.offer_csv(lambda: rows, "corruptions")


def spell(family: str) -> str:
    """Write a family's name for people."""
    return family.replace("_", " ")


def name_means(means: dict[str, float | None]) -> str:
    """Say what the families that were and were not shown in training have on average, where there are both."""
    seen, unseen = means["corruptions_seen"], means["corruptions_unseen"]
    return "" if None in (seen, unseen) else f" ({seen:.2%} where training showed the like, {unseen:.2%} elsewhere)"


def show_worst(exam: Exam, row: dict) -> None:
    """Show the misread digits of a cell that the network was surest of, as it saw them."""
    worst = robustness.worst_digits(row)
    st.markdown(
        f"**{row['accuracy']:.1%}** of {row['digits']:,} are read right (95% interval {row['low']:.1%} to "
        f"{row['high']:.1%}). {'The surest of its errors:' if worst else 'None is misread.'}"
    )
    if not worst:
        return
    indices = np.array([i for i, _ in worst])
    images = corrupt(exam.images[indices], row["family"], row["severity"], indices=indices)
    with ui.pictures("spoilt", 4, 72):
        for image, (i, read) in zip(images, worst, strict=True):
            with st.container(gap=None):
                said = f"{exam.y_true[i]} read as {read}"
                ui.show_thumbnail(image, f"Test digit number {i}, spoilt: {said}", said)
                ui.link_digit(exam.model, i)


def show_slices(exam: Exam) -> None:
    """Show the accuracy of each slice, and lead to the digits of the weakest."""
    found, spec = find_slices(exam)
    weakest = slices.weakest(found)
    chance = " That could be chance." if weakest.verdict == slices.CHANCE else ""
    st.markdown(
        f"Weakest: **{name_slice(weakest)}**. Of {weakest.total:,} such digits **{weakest.interval.value:.2%}** are "
        f"read right; of all digits it is {exam.figures['accuracy']:.2%}.{chance}"
    )
    low, high, step = span(weakest.property, exam.values[weakest.property])
    ends = [max(low, weakest.low // step * step), min(high, -(-weakest.high // step) * step)]
    st.page_link(
        navigation.ERRORS.path,
        label="Look at such digits",
        icon=navigation.ERRORS.icon,
        query_params=[("model", exam.model), *((weakest.property.replace(" ", "_"), f"{end:.2f}") for end in ends)],
    )
    st.caption(
        "Each property cuts the test digits into up to five parts, from its least values to its greatest; pictures are "
        "from the middle of each. A difference **could be chance** where the interval of a part and that of all other "
        "digits overlap."
    )
    show_chart(spec, "Accuracy of each slice with its interval, property by property", "slices")
    ui.offer_csv(lambda: to_rows(found), "slices")


def show_hands(rows: list[dict]) -> None:
    """Show how habits that MNIST hardly holds are read, the worst first, and lead to where they are drawn."""
    weakest = rows[0]
    taken = "" if weakest["mostly_taken_for"] is None else f", the others mostly as {weakest['mostly_taken_for']}"
    st.markdown(
        "Digits as other writers write them, and as other pens and scanners leave them, drawn by the program with "
        f"strokes that no network learnt from. Weakest: **{weakest['slice']}**. **{weakest['accuracy']:.1%}** are read "
        f"right{taken}."
    )
    st.page_link(navigation.DATA.path, label="Look at these hands", icon=navigation.DATA.icon)
    show_chart(draw_hands(rows), "Accuracy of each habit with its interval, the weakest first", "other hands")
    ui.offer_csv(lambda: rows, "other_hands")


st.title("Weak spots")
st.write("See which ways of writing the network reads worst, with how many digits they have and the 95% interval.")
model = ui.pick_model()
exam = ui.load_exam(model.name)
show_slices(exam)

st.header("Other hands")
if hands := choosing.hand_slices(choosing.load_styles(model)):
    show_hands(hands)
else:
    st.write("How this network reads other hands has not been measured yet.")

st.header("When the picture is spoilt")
if corruptions := robustness.load_corruptions(model):
    show_corruptions(exam, corruptions)
else:
    st.write("How this network reads spoilt pictures has not been measured yet.")
