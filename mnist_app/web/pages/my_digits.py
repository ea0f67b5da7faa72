"""My digits: all that a visitor confirmed or corrected, what it says of their hand, and how to take it away."""

import numpy as np
import streamlit as st

from mnist_app.collection.export import to_zip
from mnist_app.collection.store import LABELS, NO_DIGIT, Entry
from mnist_app.insight import places, your_hand
from mnist_app.insight.charts.look import NOWHERE, set_params
from mnist_app.insight.charts.map import BY_DIGIT, fill, mark_places
from mnist_app.insight.charts.matrix import confusion_chart, confusion_rows
from mnist_app.metrics import confusion, wilson_interval
from mnist_app.network import personal
from mnist_app.network.model_store import StoredModel
from mnist_app.web import digit_map, navigation, taps, taught, ui, visitor, visitor_digit
from mnist_app.web.charts import show_chart

ANY = "any"
CHOICES = (ANY, *map(taps.name_of, LABELS))
MISSING = (
    "Nothing is kept yet. Draw a digit or upload a picture, then tap **Right** or the digit that it is: it is kept "
    "here, in this browser's name, and nobody else sees it."
)
NOTHING_TAUGHT = "There is nothing to learn from yet: none of these is a digit, or the network was tested on others."
LESSON_HELP = (
    "Without what you taught it → with it. Each of your digits is read by a network that was taught all the others. "
    f"Of MNIST's 10,000 test digits at most {personal.MAY_LOSE:.2%} may be lost."
)
FEW = "Of at least two of a class, this compares your digits with MNIST's."


@st.cache_resource(max_entries=1, show_spinner=False)
def usual_hand() -> dict[int, your_hand.Manner]:
    """How MNIST's test digits are written, measured once."""
    return your_hand.describe(*ui.load_digits()[1])


def show_missing() -> None:
    """Say how digits come here."""
    st.info(MISSING, icon=":material/draw:")
    with st.container(horizontal=True):
        st.page_link(navigation.DRAW.path, label=navigation.DRAW.title, icon=navigation.DRAW.icon)
        st.page_link(navigation.UPLOAD.path, label=navigation.UPLOAD.title, icon=navigation.UPLOAD.icon)


def show_summary(labels: np.ndarray, read: np.ndarray) -> None:
    """Say how many were read right, and which are confused."""
    right = int((labels == read).sum())
    share = wilson_interval(right, len(labels))
    st.markdown(
        f"**{right} of {len(labels)}** were read right: {share.value:.0%}, and with this few digits the true share may "
        f"lie between {share.low:.0%} and {share.high:.0%}."
    )
    digits = (labels != NO_DIGIT) & (read != NO_DIGIT)
    for sentence in your_hand.say_misread(labels[digits], read[digits]):
        st.markdown(f"- {sentence}")
    unread = int(((labels != NO_DIGIT) & (read == NO_DIGIT)).sum())
    if unread:
        st.markdown(f"- {unread} of your digits {'was' if unread == 1 else 'were'} taken for no digit.")


def open_cell() -> None:
    """Take the cell that was clicked over into the two fields of the gallery."""
    for cell in st.session_state["matrix"]["selection"]["cell"]:
        st.session_state["label"], st.session_state["read"] = str(cell["true"]), str(cell["predicted"])


def show_matrix(labels: np.ndarray, read: np.ndarray) -> None:
    """Show the visitor's own confusion matrix; a cell that is clicked is shown below."""
    chosen = [st.session_state.get(field, ANY) for field in ("label", "read")]
    cell = list(map(int, chosen)) if all(map(str.isdecimal, chosen)) else NOWHERE
    digits = (labels != NO_DIGIT) & (read != NO_DIGIT)
    matrix = confusion(labels[digits], read[digits])
    show_chart(
        set_params(confusion_chart(confusion_rows(matrix, "counts")).to_dict(), chosen=cell),
        "Confusion matrix of your digits: rows are what they are, columns what was read",
        "matrix",
        on_select=open_cell,
        selection_mode="cell",
    )


def show_hand(entries: list[Entry]) -> None:
    """Show the mean of the visitor's digits beside MNIST's, and say what is unusual."""
    written = [one for one in entries if one.label != NO_DIGIT]
    labels = np.array([one.label for one in written])
    mine = your_hand.describe(np.stack([one.image for one in written]), labels) if written else {}
    if not mine:
        st.caption(FEW)
        return
    for sentence in your_hand.say_unusual(mine, usual_hand()):
        st.markdown(f"- {sentence}")
    with st.container(horizontal=True, gap="medium"):
        for digit, manner in mine.items():
            with st.container(width=150):
                pair = np.hstack([ui.enlarge(mean, 70) for mean in (manner.mean, usual_hand()[digit].mean)])
                st.image(ui.to_url(pair), alt=f"The mean of your {digit}, and of MNIST's")
                st.caption(f"**{digit}**: yours ({manner.count}), MNIST's")


def show_map(entries: list[Entry], model: StoredModel) -> None:
    """Show where the visitor's digits lie among the test digits."""
    exam = ui.load_exam(model.name)
    stored = ui.load_map_and_labels(model)
    mine = [one for one in entries if one.model == model.name and one.label != NO_DIGIT]
    if not stored or not mine:
        st.caption(f"None of these was read by {model.name}, or it has no map.")
        return
    points, table = digit_map.lay_out(exam, stored.points)
    found = places.place(np.stack([one.features for one in mine]), exam.features, stored.points)
    here = places.scale_points(found, stored.points)
    show_chart(
        mark_places(fill(digit_map.draw(exam, points, BY_DIGIT, brush=False), table), here),
        "Map of the test digits, with your own as black diamonds",
        "mine",
    )


def show_lesson(model: StoredModel) -> None:
    """Show what the network learns from these digits, whether it reads with it, and the switch."""
    learnt = taught.learn(model)
    if learnt is None:
        st.caption(NOTHING_TAUGHT)
        return
    gate = learnt[1]
    if not gate.own_before:
        st.write(f"It reads all of these {gate.own} digits right as it is, so there is nothing to change.")
        return
    if gate.opens:
        st.write("With what you taught it, it reads your digits better, and MNIST's all but as well as before.")
        ui.session().as_taught = st.toggle("Read my digits with it", ui.session().as_taught)
    elif gate.keeps:
        st.write("Not in use yet: it would not read your digits better. Teach it two or more of each that is misread.")
    else:
        st.write("Not in use: to read your digits, it would have to forget too many of MNIST's.")
    with st.grid(2, min_column_width=220):
        for name, before, after, count in (
            ("Your digits misread", gate.own_before, gate.own_after, gate.own),
            ("MNIST's test digits misread", gate.mnist_before, gate.mnist_after, gate.mnist),
        ):
            st.metric(name, f"{before} → {after} of {count:,}", help=LESSON_HELP)


def show_gallery(entries: list[Entry], model: str) -> None:
    """Show the digits, some at a time; each can be given another label, or be forgotten."""
    with st.grid(4, min_column_width=140):
        label = st.selectbox("What it is", CHOICES, key="label", bind="query-params")
        read = st.selectbox("Read as", CHOICES, key="read", bind="query-params")
    found = [
        one for one in entries
        if label in (ANY, taps.name_of(one.label)) and read in (ANY, taps.name_of(one.read))
    ]  # fmt: skip
    if not found:
        st.info("None of your digits is like this. Choose others above.", icon=":material/search_off:")
        return
    pages = -(-len(found) // ui.PER_PAGE)
    page = st.pagination(pages, key=f"mine {label} {read}") if pages > 1 else 1
    with ui.pictures("mine", least=96):
        for one in found[(page - 1) * ui.PER_PAGE : page * ui.PER_PAGE]:
            with st.container(gap=None):
                show_one(one, model)


def show_one(one: Entry, model: str) -> None:
    """Show one digit, which leads to its detail, with the way to change it."""
    said = taps.name_of(one.label)
    said += "" if one.read == one.label else f", read as {taps.name_of(one.read)}"
    ui.show_thumbnail(one.image, f"Your {said}", said)
    visitor_digit.link_detail("Look closer", model, one.image, icon=None)
    with st.popover("Change", type="tertiary"):
        st.write("It is")
        with st.container(horizontal=True, gap="xsmall"):
            for label in LABELS:
                st.button(
                    taps.name_of(label), key=f"relabel {one.id} {label}", on_click=visitor.ask,
                    args=[lambda store, label=label: store.relabel(visitor.owner(), one.id, label)],
                    disabled=label == one.label,
                )  # fmt: skip
        st.button(
            "Delete", icon=":material/delete:", key=f"forget {one.id}", on_click=visitor.ask,
            args=[lambda store: store.forget(visitor.owner(), one.id)],
        )  # fmt: skip


def show_ways_out(entries: list[Entry]) -> None:
    """Offer to take everything away, and to delete everything."""
    with st.container(horizontal=True):
        st.download_button(
            "Take everything away", lambda: to_zip(entries[::-1]), "my-digits.zip", "application/zip",
            icon=":material/download:", on_click="ignore",
            help="A zip with a picture of each digit, a table, and files that any MNIST program reads.",
        )  # fmt: skip
        with st.popover("Delete everything", icon=":material/delete_forever:"):
            st.write(f"All {len(entries)} digits, for good?")
            st.button(
                "Yes, delete them", type="primary", on_click=visitor.ask,
                args=[lambda store: store.forget_all(visitor.owner())],
            )  # fmt: skip


st.title("My digits")
st.write("Every digit that you confirmed or corrected, and what it says of your hand.")
model = ui.pick_model()
entries = visitor.ask(lambda store: store.entries(visitor.owner())[::-1])  # the latest first
visitor.say_trouble()
if entries is None:
    st.stop()
if not entries:
    show_missing()
    st.stop()

labels, read = (np.array([getattr(one, name) for one in entries]) for name in ("label", "read"))
show_summary(labels, read)
show_ways_out(entries)
st.header("What the network learns from you")
show_lesson(model)
st.header("All of them")
matrix = st.expander("What is read as what", on_change="rerun", key="my_matrix", icon=":material/grid_on:")
if matrix.open:
    with matrix:
        show_matrix(labels, read)
show_gallery(entries, model.name)
st.header("Your hand beside MNIST's")
show_hand(entries)
on_map = st.expander("On the map of the test digits", on_change="rerun", key="my_map", icon=":material/map:")
if on_map.open:
    with on_map:
        show_map(entries, model)
