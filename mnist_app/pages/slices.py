"""Where the network is weakest: by how digits are written, and by what befalls a picture."""

import streamlit as st

from mnist_app import charts_evaluation as charts
from mnist_app import explore, gallery, slices, tables, ui
from mnist_app.gallery import Exam

UNITS = {"stroke width": " px", "slant": "°", "height": " px", "width": " px"}
BINS = 5


@st.cache_data(max_entries=8, show_spinner=False)
def find_slices(_exam: Exam, model: str, errors: int) -> list[dict]:
    """One row a slice, the weakest first."""
    found = slices.slices({name: _exam.values[name] for name in gallery.PROPERTIES}, _exam.right, BINS)
    return [
        {"property": s.property, "from": s.low, "to": s.high, "digits": s.total, "misread": s.total - s.right}
        | {"accuracy": s.interval.value, "low": s.interval.low, "high": s.interval.high}
        for s in found
    ]


@st.cache_data(max_entries=8, show_spinner=False)
def draw(rows: list[dict]) -> dict:
    """The specification of the chart of slices."""
    return charts.slices_chart([row | {"slice": name_slice(row)} for row in rows]).to_dict()


def name_slice(row: dict) -> str:
    """Say in words which digits a slice holds."""
    unit = UNITS.get(row["property"])
    low, high = (f"{row[end]:.1f}" if unit else f"{row[end]:.1%}" for end in ("from", "to"))
    return f"{row['property']} {low} to {high}{unit or ''}"


def show_corruptions(rows: list[dict]) -> None:
    """Show the accuracy under every family of corruption, the worst first."""
    st.subheader("When the picture is spoilt")
    st.caption("Accuracy on test digits with this done to them, from mild (1) to strong (5); the weakest family first.")
    st.vega_lite_chart(
        spec=charts.corruptions_chart(rows).to_dict(), alt="Heat map: accuracy by corruption and severity"
    )
    st.download_button("CSV", tables.to_csv(rows), "corruptions.csv", "text/csv", key="c", icon=":material/download:")


st.title("Weak spots")
st.write("See which ways of writing the network reads worst, with how many digits they have and the 95% interval.")
model = ui.pick_model()
exam = ui.load_exam(model.name)
rows = find_slices(exam, exam.model, exam.figures["errors"])
weakest = rows[0]
st.markdown(
    f"Weakest: **{name_slice(weakest)}**. Of {weakest['digits']:,} such digits **{weakest['accuracy']:.2%}** are read "
    f"right; of all digits it is {exam.figures['accuracy']:.2%}."
)
low, high, step = gallery.span(weakest["property"], exam.values[weakest["property"]])
ends = [max(low, weakest["from"] // step * step), min(high, -(-weakest["to"] // step) * step)]
st.page_link(
    "mnist_app/pages/gallery.py",
    label="Look at such digits",
    icon=":material/search:",
    query_params=[("model", exam.model), *((weakest["property"].replace(" ", "_"), f"{end:.2f}") for end in ends)],
)
st.vega_lite_chart(spec=draw(rows), alt="Accuracy of each slice with its interval, the weakest first")
st.download_button("CSV", tables.to_csv(rows), "slices.csv", "text/csv", icon=":material/download:")
if corruptions := explore.load_corruptions(model):
    show_corruptions(corruptions)
