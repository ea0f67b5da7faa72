"""All networks beside what is claimed for them, two of them side by side, and a report on each."""

from functools import partial

import streamlit as st

from mnist_app import tables
from mnist_app.insight import comparison, documents, report
from mnist_app.insight.comparison import Disagreement
from mnist_app.network import model_store
from mnist_app.network.model_store import StoredModel
from mnist_app.network.pace import duration
from mnist_app.reading.detecting.detector import DETECTOR
from mnist_app.settings import MODELS_FOLDER
from mnist_app.web import ui

COLUMNS = {
    "model": st.column_config.TextColumn("Network", pinned=True),
    "claim": st.column_config.TextColumn("Claim", help="What the project that the recipe follows says of its network."),
    "measured": st.column_config.NumberColumn("Read right", format=ui.PERCENT, help="Of the test digits."),
    "errors": st.column_config.NumberColumn("Misread", format="localized", help="Test digits read wrong."),
    "corruptions": st.column_config.NumberColumn(
        "Spoilt", format=ui.PERCENT, help="Read right of spoilt test digits, the mean of all kinds; –: not measured."
    ),
    "parameters": st.column_config.NumberColumn("Weights", format="localized", help="Numbers that were learned."),
    "size": st.column_config.NumberColumn("Size", format="%.0f KB", help="Of the file that this app runs."),
    "train_seconds": st.column_config.NumberColumn(
        "Training time", format="%.0f s", help="On the machine that trained it."
    ),
}
EPOCH_COLUMNS = {"accuracy": ("Training", ".2%"), "val_accuracy": ("Validation", ".2%"), "val_loss": ("Loss", ".4f")}
WHOSE = {"claimed": "claimed", "measured": "ours"}


def make_report(model: StoredModel) -> str:
    """The report on a network as one HTML file."""
    return documents.to_html(report.build(model))


def show_table(models: list[StoredModel]) -> None:
    """Show claim and measurement of every network."""
    rows = [comparison.describe(model) for model in models]
    st.dataframe(
        [row | {"size": row["size"] / 1000} for row in ui.in_percent(rows, "measured", "corruptions")],
        column_config=COLUMNS,
        column_order=list(COLUMNS),
        hide_index=True,
        height="content",
        placeholder="–",
        alt="Table: claim, accuracy and size of every network; the CSV has the same figures",
    )
    ui.offer_csv(lambda: rows, "models")
    st.caption("How long each takes for a digit is measured on your machine by the command “bench”.")


def show_claimed_epochs(models: list[StoredModel]) -> None:
    """Show the table of epochs that a project prints beside the epochs of the network that follows it."""
    for model in models:
        claim = comparison.find_claim(model)
        if claim and claim.epochs:
            st.header(f"“{model.name}”, epoch by epoch")
            st.caption(
                f"The project that its recipe follows claims {claim.text} and prints some epochs. It validates on the "
                "test digits, and so does this training, to compare: but who chooses the best epoch by them has no "
                "honest test left."
            )
            rows = comparison.epoch_rows(claim, model.history)
            show_epochs(rows)
            ui.offer_csv(partial(list, rows), f"epochs_{model.name}")


def show_epochs(rows: list[tables.Row]) -> None:
    """Show rows of `comparison.epoch_rows`, with a dash for what is not known."""

    def say(value: float | None, style: str) -> str:
        return "–" if value is None else format(value, style)

    st.dataframe(  # unlike `st.table`, it can be scrolled by keyboard
        [
            {"Epoch": str(row["epoch"])}
            | {
                f"{said}, {name}": say(row[f"{whose}_{figure}"], style)
                for figure, (said, style) in EPOCH_COLUMNS.items()
                for whose, name in WHOSE.items()
            }
            for row in rows
        ],
        hide_index=True,
        height="content",
        alt="Table: accuracy and loss after each epoch, claimed and ours",
    )


def show_disagreement(names: list[str]) -> None:
    """Let the user choose two networks, and show the digits that only one of them reads right."""
    st.header("Where two networks disagree")
    with st.container(horizontal=True):
        first = st.selectbox("One network", names, key="one", bind="query-params")
        others = [name for name in names if name != first]
        second = st.selectbox("The other", others, key="other", bind="query-params")
    exams = {name: ui.load_exam(name) for name in (first, second)}
    found = comparison.compare(exams[first].right, exams[second].right)
    with st.grid(4, min_column_width=140):
        st.metric("Both right", f"{found.both_right:,}")
        st.metric(f"Only “{first}” right", f"{len(found.first_only):,}")
        st.metric(f"Only “{second}” right", f"{len(found.second_only):,}")
        st.metric("Both wrong", f"{found.both_wrong:,}")
    st.write(comparison.verdict(first, second, found))
    show_pictures(first, second, found)


def show_pictures(first: str, second: str, found: Disagreement) -> None:
    """Show the digits that one reads right and the other wrong, with what the other makes of them."""
    sides = {first: (second, found.first_only), second: (first, found.second_only)}
    right = st.segmented_control(
        "Show the digits that are read right by", list(sides), default=first, required=True, key=f"{first} {second}"
    )
    wrong, numbers = sides[right]
    if len(numbers):
        st.caption(f"“{right}” reads these right; below each is what “{wrong}” makes of it.")
        ui.show_gallery(ui.load_exam(wrong), numbers, f"only {right} not {wrong}")
    else:
        st.info(f"There is no digit that “{right}” reads right and “{wrong}” wrong.")


def offer_report(models: list[StoredModel]) -> None:
    """Let the user take a report on a network away."""
    st.header("A report to take away")
    st.caption(
        "One file for any browser, which needs no internet: the data, the network, how it learned, how well it reads, "
        "its worst mistakes, and what stands out."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        model = st.selectbox("Network", models, format_func=lambda model: model.name, width=240)
        st.download_button(
            "Report",
            partial(make_report, model),
            f"report-{model.name}.html",
            "text/html",
            on_click="ignore",
            icon=":material/download:",
            help="Takes some seconds to write.",
        )


def show_detector(detector: StoredModel) -> None:
    """Show what the detector is, and how it learned."""
    st.header("The detector")
    st.write(
        "Before a network reads a digit, the detector finds where on a page digits are written, and tells them from "
        "words, print, drawings and photos. There is one, which all networks share."
    )
    if fault := model_store.find_fault(detector, model_store.DETECTOR_NETWORK):
        st.warning(f"What is stored of it cannot be shown: {fault}", icon=":material/folder_off:")
        return
    history = detector.history
    with st.grid(4, min_column_width=140):
        if (detector.folder / "recipe.json").exists():
            st.metric("Weights", f"{detector.recipe['parameters']:,}", help="Numbers that were learned.")
        size = (detector.folder / model_store.DETECTOR_NETWORK).stat().st_size
        st.metric("Size", f"{size / 1e6:.1f} MB", help="Of the file that this app runs.")
        if history:
            st.metric("Epochs", f"{len(history)}", help="It never sees a page twice: an epoch is 500 steps.")
            seconds = sum(row["seconds"] for row in history)
            st.metric("Training time", duration(seconds), help="On the machine that trained it.")
    if history:
        ui.show_curves(history, len(history), "the detector")
        st.caption(
            "**Accuracy** is the share of the ink that is told right, digit or not; **loss** also counts how well "
            "places and sizes of digits are found. **Validation** pages are drawn with fonts, pictures and digits that "
            "it does not learn from."
        )


st.title("Models")
st.write("See what is claimed for each network and what it really does, set two side by side, and take a report away.")
comparable, others = ui.list_models()
ui.show_broken()
show_table(comparable + others)
show_claimed_epochs(comparable + others)
if others:
    st.caption(f"Tested on other digits than MNIST's, and so not compared below: {ui.name_models(others)}.")
if len(comparable) > 1:
    show_disagreement([model.name for model in comparable])
if comparable:
    offer_report(comparable)
detector = StoredModel(MODELS_FOLDER / DETECTOR)
if (detector.folder / model_store.DETECTOR_NETWORK).exists():
    show_detector(detector)
