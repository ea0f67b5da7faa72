"""Inside: a digit on its way through a network, stage by stage, down to the sum that makes one pixel."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import streamlit as st

from mnist_app.digits.changes import Change
from mnist_app.insight import inside
from mnist_app.insight.charts.pictures import overlay
from mnist_app.network import snapshots, stages
from mnist_app.network.model_store import StoredModel
from mnist_app.network.snapshots import Snapshots
from mnist_app.network.stages import Stages
from mnist_app.reading import wording
from mnist_app.web import inside_view, navigation, ui, visitor_digit
from mnist_app.web.cells import show_cells
from mnist_app.web.inside_view import Choice, Titled

GROWN = "grown"  # key of the map that has grown
FIRST = 0  # the test digit that is shown at first
SIDE = 260  # pixels of a map that has grown
MISSING = "This network's stages were not stored yet: `python -m mnist_app inside --model {}` does it."
EASY = snapshots.ARCHITECTURE
SLIDERS = (  # field of Change, name, least, greatest, step, format
    ("turn", "Turn", -90, 90, 5, "%d°"),
    ("slant", "Slant", -45, 45, 5, "%d°"),
    ("thicken", "Thin or thick", -1.5, 3.0, 0.25, "%.2f"),
    ("right", "Move right", -8, 8, 1, "%d"),
    ("down", "Move down", -8, 8, 1, "%d"),
    ("noise", "Noise", 0, 60, 5, "%d %%"),
)


@ui.keep(max_entries=8)
def load_stages(model: StoredModel) -> Stages:
    """A network's stages, loaded once for all sessions."""
    return Stages(model)


def find_easy() -> StoredModel | None:
    """The smallest network; None where it is not there, or cannot be used."""
    return next((model for models in ui.list_models() for model in models if model.name == EASY), None)


@ui.keep(max_entries=1)
def load_snapshots(model: StoredModel) -> Snapshots | None:
    """The small network as it learns."""
    return snapshots.load(model)


@ui.keep(max_entries=200)
def find_favourites(model: StoredModel, stage: int, channel: int) -> list[tuple[int, str]]:
    """The test digits that a map answers to most, their numbers and pictures, coloured by where it does."""
    images = ui.load_digits()[1][0]
    numbers = [each[channel] for each in inside.load_favourites(model)[stage : stage + 1]]
    found = list(map(int, np.concatenate(numbers))) if numbers else []
    maps = [inside.follow(load_stages(model), images[i])[stage + 1][..., channel] for i in found]
    return [(i, ui.to_url(overlay(images[i], one, 112))) for i, one in zip(found, maps, strict=True)]


def show_sliders() -> Change:
    """Let the user change the digit."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("What would it take?", width="content")
        st.button("As it was", icon=":material/undo:", on_click=reset)
    st.caption("Change the digit until the network reads something else, and see where on its way that begins.")
    with st.grid(6, min_column_width=140, gap="small"):
        found = {
            field: st.slider(name, low, high, type(low)(0), step, format=form, key=f"change_{field}")
            for field, name, low, high, step, form in SLIDERS
        }
    return Change(**(found | {"noise": found["noise"] / 100}))


def reset() -> None:
    """Put all sliders back."""
    for field in asdict(Change()):
        del st.session_state[f"change_{field}"]


@st.fragment
def look_inside(model: StoredModel, image: np.ndarray) -> None:
    """All that follows from the digit: a fragment, so that a slider redraws neither the page nor the sidebar."""
    changed = show_sliders().apply(image)
    (was, y_prob), (_, features) = ask(model, np.stack([image, changed]))
    show_change(was, y_prob)
    show_stages(model, load_stages(model), changed, features, y_prob)
    show_learning(changed)


def ask(model: StoredModel, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and features of images."""
    outputs = ui.load_classifier(model.name).predict(images)
    return outputs.y_prob, outputs.features


def show_change(was: np.ndarray, y_prob: np.ndarray) -> None:
    """Say beside the sliders what the digit is read as now, and whether that is something else."""
    read, best = int(was.argmax()), int(y_prob.argmax())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"Read as **{best}**, {wording.percent(y_prob[best])}", width="content")
        if best != read:
            st.badge(f"no longer as {read}", icon=":material/swap_horiz:", color="orange")


@st.fragment
def show_stages(
    model: StoredModel, network: Stages, image: np.ndarray, features: np.ndarray, y_prob: np.ndarray
) -> None:
    """Show the way from the picture to the answer, and one map of it: a fragment, so that a choice redraws no more."""
    titled, maps = inside_view.name_stages(network.stages), inside.follow(network, image)
    choice = inside_view.read_choice(titled, maps)
    st.header("From the picture to the answer")
    st.caption("Each small picture is a map: dark where it found its pattern. Choose one, and it grows.")
    with st.container(horizontal=True, gap="medium"):
        with st.container(width="stretch"):
            sheets = inside_view.flow_cells(image, titled, maps, choice)
            sheets += inside_view.feature_cells(features, network)
            show_cells(sheets, "flow", lambda sheet, cell: choice.keep(stage=sheet - 1, channel=cell), GROWN)
        with st.container(width=260, gap="xsmall"):
            show_answer(y_prob)
            st.caption(f"Ten sums, one a digit. {network.score_weights:,} weights.")
    show_map(titled, maps, choice)
    if titled[choice.stage].stage.shape[2] > 1:
        show_favourites(model, choice)


def show_answer(y_prob: np.ndarray) -> None:
    """Show the answer and its ten probabilities."""
    st.markdown(f"**Answer: {y_prob.argmax()}**, {wording.percent(y_prob.max())}")
    ui.show_bars(y_prob)


def show_map(named: Sequence[Titled], maps: Sequence[np.ndarray], choice: Choice) -> None:
    """Show the chosen map grown, the others of its stage, and how one of its pixels comes about."""
    titled, before, after = named[choice.stage], maps[choice.stage], maps[choice.stage + 1]
    one = after[..., choice.channel]
    st.header(f"Map {choice.channel + 1} of {titled.name}")
    chooser = inside_view.chooser_cells(titled, after, choice.channel)
    with st.container(horizontal=True, gap="medium"):
        if chooser.count > 1:
            with st.container(width=chooser.columns * chooser.side):
                st.markdown(f"**All maps of {titled.name}**")
                show_cells([chooser], "chooser", lambda _, cell: choice.keep(channel=cell), GROWN)
        with st.container(width=SIDE):
            st.markdown(f"**Map {choice.channel + 1}**, grown: choose a pixel")
            grown, width = inside_view.map_cells(one, choice.row, choice.column, SIDE), one.shape[1]
            show_cells([grown], GROWN, lambda _, cell: choice.keep(row=cell // width, column=cell % width))
        with st.container(width=320):
            pixel = inside.explain_pixel(before, titled.stage, choice.channel, choice.row, choice.column)
            inside_view.show_sum(pixel, titled.stage, before=named[choice.stage - 1].name if choice.stage else "")


def show_favourites(model: StoredModel, choice: Choice) -> None:
    """Show the test digits that the chosen map answers to most."""
    st.header("What does this map look for?")
    st.caption("The test digits that it answers to most, blue where it does.")
    with ui.pictures("favourites"):
        for number, url in find_favourites(model, choice.stage, choice.channel):
            with st.container(gap=None):
                st.image(url, width="stretch", alt=f"Test digit number {number}")
                ui.link_digit(model.name, number)


@st.fragment
def show_learning(image: np.ndarray) -> None:
    """Show the same digit in the smallest network, from chance to what it has learnt."""
    easy = find_easy()
    found = load_snapshots(easy) if easy else None
    if not found:
        return
    st.header("How it learned")
    st.caption(
        f"The same digit in the smallest network, “{EASY}”. At first its patterns are chance; then it sees the "
        "training digits again and again, and changes its weights a little each time, to err less."
    )
    epoch = st.select_slider(
        "Times that it saw all training digits (epochs)", found.epochs, found.epochs[0], key="epoch", width=SIDE
    )
    snapshot = found.after(epoch)
    with st.container(horizontal=True, gap="large"):
        show_cells(inside_view.snapshot_cells(snapshot, image), "learning")
        with st.container(width=260):
            show_answer(snapshot.answer(image))
            st.caption(f"Of all test digits it now reads {snapshot.accuracy:.1%} right.")


st.title("Inside")
st.write("See a digit go through the network: what each stage makes of it, and how in the end there is an answer.")
model = ui.pick_model(tested_here=False)
if not (model.folder / stages.FILE).exists():
    st.info(MISSING.format(model.name), icon=":material/account_tree:")
    st.stop()
_, image = visitor_digit.pick(visitor_digit.TEST if visitor_digit.image() is None else visitor_digit.OWN, FIRST)
if model.name != EASY and find_easy():
    st.page_link(
        navigation.INSIDE.path,
        label=f"Easier to follow: the smallest network, “{EASY}”",
        icon=":material/school:",
        query_params={**st.query_params.to_dict(), "model": EASY, "stage": "", "map": "", "pixel": ""},
    )
look_inside(model, image)
