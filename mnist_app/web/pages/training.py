"""How each network learned, and a form to train another one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from mnist_app import tables
from mnist_app.collection.store import NO_DIGIT
from mnist_app.insight.charts.learning import loss_chart
from mnist_app.network import fine_tuning, model_store
from mnist_app.network.fine_tuning import Lesson
from mnist_app.network.installation import ONLY_READS, can_train
from mnist_app.network.model_store import StoredModel
from mnist_app.network.pace import duration
from mnist_app.network.personal import MAY_LOSE
from mnist_app.network.recipes import RECIPES
from mnist_app.network.watching import MAPPING, MEASURING, NUMBERS, Answer
from mnist_app.reading import wording
from mnist_app.settings import Setting, TrainingSettings
from mnist_app.web import navigation, rights, runs, ui, visitor

FEW = "Confirm or correct some digits first: at least three of one class, so that there are some to judge by."
OWN = (
    "“{name}” goes on learning for some minutes, with {taught} of your digits, warped in many ways, among MNIST's. The "
    "other {held} judge it: it is kept, as a network that everybody here can choose, only if it reads more of them "
    "right than before, and loses at most {lost:.2%} of MNIST's test digits."
)
STATES = {
    "done": "is trained. It can now be chosen as the network on all pages.",
    "declined": "is not kept: it does not read your digits better, or reads too few of MNIST's. Its last lines:",
    "cancelled": "was cancelled; nothing of it is kept.",
    "failed": "could not be trained. The last lines that the training printed:",
}
STARTING = "Starting: TensorFlow is loading, which takes some seconds."
AFTERWARDS = {  # by stage: what happens after the last step
    "": "The network is stored, so that this app can run it.",
    MEASURING: "It is calibrated, and reads the 10,000 test digits.",
    MAPPING: "It maps the test digits, and looks for doubtful labels: about a minute.",
}


def describe_settings(settings: TrainingSettings) -> list[tables.Row]:
    """Every setting with its value and what it means."""
    values = settings.to_dict()
    return [
        {"Setting": setting.label, "Value": format(values[name], ".4g" if isinstance(values[name], float) else "")}
        | {"Meaning": setting.hint}
        for name, setting in settings.table().items()
        if setting.label
    ]


def show_network(model: StoredModel) -> None:
    """Show a network: figures, curves, recipe."""
    metrics, history = model.metrics, model.history
    st.header(f"How “{model.name}” learned")
    with st.grid(4, min_column_width=140):
        st.metric("Test digits read right", f"{metrics['accuracy']:.2%}")
        st.metric("Test digits misread", f"{metrics['errors']:,}", help="Of 10,000.")
        st.metric("Weights", f"{metrics['parameters']:,}", help="Numbers in the network that training adjusts.")
        st.metric("Training time", duration(metrics["train_seconds"]), help="On the machine that trained it.")
    ui.show_curves(history, len(history), model.name)
    st.caption(
        "**Accuracy** is the share read right; **loss** is lower the surer the network is of the right digit. "
        "**Training** digits are those it learns from; **validation** digits are kept aside. Training may look worse "
        "than validation: while learning, digits are changed and parts of the network are switched off."
    )
    with st.expander("The recipe: every setting, with what it means"):
        rows = describe_settings(TrainingSettings.from_dict(model.recipe))
        st.table(rows)
        ui.offer_csv(lambda: rows, f"recipe_{model.name}")


def ask_setting(setting: Setting, value: Any, key: str) -> Any:
    """Ask for one setting, a number or a word; starts with `value`."""
    if setting.form is None:
        start = setting.choices.index(value)
        return st.selectbox(setting.label, setting.choices, start, help=setting.hint, key=key)
    lowest, highest, step, format = setting.form
    return st.number_input(setting.label, lowest, highest, value, step, format, help=setting.hint, key=key)


def ask_settings(preset: TrainingSettings, key: str) -> TrainingSettings:
    """Ask for every setting that the form has; starts with those of the recipe."""

    def ask(first: bool) -> dict[str, Any]:
        with st.grid(4, min_column_width=150):
            return {
                name: ask_setting(setting, getattr(preset, name), f"{key}-{name}")
                for name, setting in preset.table().items()
                if (setting.form or setting.choices) and setting.first == first
            }

    changed = ask(first=True)
    with st.expander("More settings"):
        changed |= ask(first=False)
    return preset.override(**changed)


def show_form() -> None:
    """Ask how to train, and start the training."""
    recipe = st.selectbox("Recipe", list(RECIPES), format_func=lambda name: RECIPES[name].title, key="recipe")
    st.caption(RECIPES[recipe].description)
    with st.form("train", enter_to_submit=False):
        name = st.text_input("Name of the new network", f"my-{recipe}", max_chars=40, key=f"{recipe}-name")
        settings = ask_settings(RECIPES[recipe].settings, recipe)
        pressed = st.form_submit_button("Start training", type="primary")
    if pressed:
        start(lambda: start_here(recipe, name.strip(), settings))


def start_here(recipe: str, name: str, settings: TrainingSettings) -> None:
    """Start a training that the visitor may start; raises what `Runs.start` does."""
    rights.check_epochs(settings)
    runs.SERVER.start(recipe, name, settings, visitor.owner())


def show_own_form(base: StoredModel) -> None:
    """Offer to train a network further with what the visitor confirmed or corrected."""
    kept = visitor.ask(lambda store: store.latest(visitor.owner(), fine_tuning.MOST)) or []
    digits = [one for one in kept if one.label != NO_DIGIT]
    labels = np.array([one.label for one in digits], np.uint8)
    held = int(fine_tuning.hold_back(labels).sum())
    if not held:
        st.caption(FEW)
        st.page_link(navigation.MY_DIGITS.path, label=navigation.MY_DIGITS.title, icon=navigation.MY_DIGITS.icon)
        return
    st.write(OWN.format(name=base.name, taught=len(digits) - held, held=held, lost=MAY_LOSE))
    with st.form("own", enter_to_submit=False):
        name = st.text_input("Name of the new network", f"my-{base.name}", max_chars=40, key="own-name")
        pressed = st.form_submit_button("Train with my digits")
    if pressed:
        lesson = Lesson(base, np.stack([one.image for one in digits]), labels)
        start(lambda: runs.SERVER.fine_tune(lesson, name.strip(), visitor.owner()))


def start(run: Callable[[], object]) -> None:
    """Start a training, or have it wait, and draw the page anew; or say why it cannot be."""
    try:
        run()
    except (ValueError, OSError) as error:
        st.error(str(error))
        st.stop()
    st.rerun()


def show_progress(run: runs.Run) -> None:
    """Show what a training is at, how its loss falls, and what it makes of ten digits by now."""
    state, (step, steps, figures) = run.state, run.progress
    if state == "starting":
        st.write(f":material/hourglass_top: {STARTING} Then it reads these digits by chance:")
    elif state == "training":
        left = run.seconds_left
        waiting = "working out the time left" if left is None else f"about {duration(left)} left"
        st.progress(step / steps, f"Step {step:,} of {steps:,} · {waiting}")
    else:
        now = list(AFTERWARDS).index(run.stage)
        marks = [":material/check:"] * (now + 1) + [":material/hourglass_top:"] + [":material/more_horiz:"] * 2
        said = ["It has learned from all digits.", *AFTERWARDS.values()]
        st.markdown("  \n".join(f"{mark} {line}" for mark, line in zip(marks, said, strict=False)))
    show_answers(run.answers)
    if run.losses:
        st.caption(
            f"This epoch so far: loss {figures['loss']:.3f}, accuracy {figures['accuracy']:.1%}. The line is the loss "
            "after each step: the lower, the surer the network is of the right digit."
        )
        st.altair_chart(
            loss_chart(run.losses, steps),
            key=f"{run.name}-steps",
            alt=f"Line chart: loss of {run.name} after each step; it is {figures['loss']:.3f} now",
        )


def show_answers(answers: list[Answer]) -> None:
    """Show ten test digits with what the network makes of them so far."""
    images, labels = ui.load_digits()[1]
    with st.grid(10, min_column_width=72, gap="small"):
        for place, number in enumerate(NUMBERS):
            with st.container(gap=None):
                answer = answers[place] if answers else None
                said = f"{answer.read}, {wording.percent(answer.confidence)}" if answer else "not read yet"
                mark = "" if not answer else ":green[✓] " if answer.read == labels[number] else ":red[✗] "
                ui.show_thumbnail(images[number], f"A handwritten {labels[number]}: {said}", mark + said)


def show_run(run: runs.Run, was_running: bool) -> None:
    """Show how far a training is, with its curves; when it has ended, the whole page is drawn anew."""
    if was_running and not run.running:
        st.rerun()
    state = run.state
    with st.container(border=True):
        if state == "done":
            st.success(f"“{run.name}” {STATES[state]}")
        elif state == "cancelled":
            st.info(f"“{run.name}” {STATES[state]}")
        elif state in ("failed", "declined"):
            (st.error if state == "failed" else st.warning)(f"“{run.name}” {STATES[state]}")
            st.code(run.log_tail, language=None, wrap_lines=True)
        else:
            st.markdown(f"**Training “{run.name}”**, for {duration(run.seconds)}")
            show_progress(run)
            if rights.may_stop(run):
                st.button("Cancel", icon=":material/close:", on_click=run.cancel)
        if history := run.history:
            ui.show_curves(history, run.settings.epochs, run.name)


def show_waiting() -> None:
    """Name the trainings that wait, in their order; whoever asked for one can take it back."""
    for place, order in enumerate(runs.SERVER.waiting, 1):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.write(f"“{order.name}” waits as number {place}.")
            if rights.may_stop(order):
                label = f"Take “{order.name}” back"
                st.button(label, icon=":material/close:", on_click=runs.SERVER.withdraw, args=[order])


st.title("Training")
st.write("See how each network learned to read, and train one of your own with other settings.")

run = runs.SERVER.latest
running = run if run is not None and run.running else None
if running:
    st.info(
        f"“{running.name}” is being trained: [see how far it is](#train-a-network).", icon=":material/model_training:"
    )
model = ui.pick_model(tested_here=False) if model_store.list_models() else None
if model:
    show_network(model)
else:
    ui.show_broken()
    st.info("There is no trained network yet. Train one below: the first recipe takes a minute.")
st.header("Train a network")
if run is not None:  # near the button that starts it, where the eyes are then
    st.fragment(show_run, run_every=1 if running else None)(run, was_running=running is not None)
show_waiting()
if not can_train():
    st.info(ONLY_READS, icon=":material/menu_book:")
    st.stop()
if not rights.may_train():
    st.info(rights.REFUSAL, icon=":material/lock:")
    st.stop()
show_form()
if model and model in ui.list_models()[0]:
    st.header("Train with my digits")
    show_own_form(model)
