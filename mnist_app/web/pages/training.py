"""How each network learned, and a form to train another one."""

from typing import Any

import streamlit as st

from mnist_app import tables
from mnist_app.network import model_store
from mnist_app.network.pace import duration
from mnist_app.network.recipes import RECIPES
from mnist_app.settings import Setting, TrainingSettings
from mnist_app.web import runs, ui

STATES = {
    "starting": "Starting: TensorFlow is loading, which takes some seconds.",
    "finishing": "Learned everything. Now the network reads the 10,000 test digits and maps them: one or two minutes.",
    "done": "is trained. It can now be chosen as the network on all pages.",
    "cancelled": "was cancelled; nothing of it is kept.",
    "failed": "could not be trained. The last lines that the training printed:",
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


def show_network() -> None:
    """Show the chosen network: figures, curves, recipe."""
    model = ui.pick_model(tested_here=False)
    metrics, history = model.metrics, model.history
    st.subheader(f"How “{model.name}” learned")
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
        pressed = st.form_submit_button("Start training", type="primary", disabled=runs.SERVER.busy)
    if pressed:
        try:
            runs.SERVER.start(recipe, name.strip(), settings)
        except ValueError as error:
            st.error(str(error))
            st.stop()
        st.rerun()


def show_run(run: runs.Run, was_running: bool) -> None:
    """Show how far a training is, with its curves; when it has ended, the whole page is drawn anew."""
    if was_running and not run.running:
        st.rerun()
    state, (step, steps, figures) = run.state, run.progress
    with st.container(border=True):
        if state == "done":
            st.success(f"“{run.name}” {STATES[state]}")
        elif state == "cancelled":
            st.info(f"“{run.name}” {STATES[state]}")
        elif state == "failed":
            st.error(f"“{run.name}” {STATES[state]}")
            st.code(run.log_tail, language=None, wrap_lines=True)
        else:
            st.markdown(f"**Training “{run.name}”**")
            left = run.seconds_left
            waiting = "working out the time left" if left is None else f"about {duration(left)} left"
            st.progress(step / steps if steps else 0.0, STATES.get(state, f"Step {step:,} of {steps:,} · {waiting}"))
            if figures:
                st.caption(f"This epoch so far: loss {figures['loss']:.3f}, accuracy {figures['accuracy']:.1%}")
            st.button("Cancel", icon=":material/close:", on_click=run.cancel)
        if history := run.history:
            ui.show_curves(history, run.settings.epochs, run.name)


st.title("Training")
st.write("See how each network learned to read, and train one of your own with other settings.")

run = runs.SERVER.latest
running = run if run is not None and run.running else None
if running:
    st.info(
        f"“{running.name}” is being trained: [see how far it is](#train-a-network).", icon=":material/model_training:"
    )
if model_store.list_models():
    show_network()
else:
    st.info("There is no trained network yet. Train one below: the first recipe takes some minutes.")
st.subheader("Train a network")
if run is not None:  # near the button that starts it, where the eyes are then
    st.fragment(show_run, run_every=1 if running else None)(run, was_running=running is not None)
show_form()
