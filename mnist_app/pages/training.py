"""How each network learned, and a form to train another one."""

from dataclasses import asdict

import streamlit as st

from mnist_app import model_store, runs, tables, ui
from mnist_app.recipes import RECIPES
from mnist_app.settings import CHOICES, TrainingSettings

# Every setting: what it is called here, and a hint.
WORDS = {
    "architecture": ("Network", "Which layers the network has; the recipe decides it."),
    "epochs": ("Epochs", "How many times the network goes through all training digits."),
    "batch_size": ("Batch size", "How many digits it looks at before it corrects itself."),
    "learning_rate": ("Learning rate", "How far each correction goes; too far and it never settles."),
    "optimizer": ("Optimizer", "The rule that makes corrections; adamw also keeps weights small, by the weight decay."),
    "weight_decay": (
        "Weight decay",
        "How strongly adamw pulls weights towards 0, which works against learning by heart.",
    ),
    "schedule": ("Schedule", "Whether the learning rate stays constant, or sinks to 0 along a cosine."),
    "loss": ("Labels", "Whether a label is a digit (sparse) or ten numbers (one-hot); the result is the same."),
    "dropout": ("Dropout", "Share of the network that is switched off at random, so that it does not learn by heart."),
    "validation_split": (
        "Validation share",
        "Share of the training digits kept aside, to see how it reads unknown ones.",
    ),
    "validate_on": (
        "Validation digits",
        "The digits kept aside, or the test digits: then no honest test is left for whoever chooses by them.",
    ),
    "augmentation": ("Augmentation", "How digits are changed anew in each epoch; the Data page shows it."),
    "synthetic_share": ("Drawn digits", "Digits drawn by the program, for each MNIST digit."),
    "non_digit_share": (
        "Drawn non-digits",
        "Letters and scribbles for each MNIST digit; above 0, it learns what is no digit.",
    ),
    "precision": (
        "Precision",
        "How exactly it computes while it learns; mixed_bfloat16 is rougher, and faster on newer processors.",
    ),
    "average": (
        "Weight averaging",
        "0 keeps the last weights; 0.999 an average over the last thousand corrections or so, which is steadier.",
    ),
    "seed": ("Seed", "Decides all chance. The same seed gives the same network again."),
}
STATES = {
    "starting": "Starting: TensorFlow is loading, which takes some seconds.",
    "finishing": "Learned everything. Now the network reads the 10,000 test digits and maps them: one or two minutes.",
    "done": "is trained. It can now be chosen as the network on all pages.",
    "cancelled": "was cancelled; nothing of it is kept.",
    "failed": "could not be trained. The last lines that the training printed:",
}


def describe_settings(settings: TrainingSettings) -> list[tables.Row]:
    """Every setting with its value and what it means."""
    values = asdict(settings)
    return [
        {"Setting": label, "Value": format(values[name], ".4g" if isinstance(values[name], float) else "")}
        | {"Meaning": hint}
        for name, (label, hint) in WORDS.items()
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
        st.metric("Training time", ui.duration(metrics["train_seconds"]), help="On the machine that trained it.")
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


def ask_settings(preset: TrainingSettings, key: str) -> TrainingSettings:
    """Ask for every setting but the architecture and whose calibration to use; starts with those of the recipe."""

    def number(name: str, lowest: float, highest: float, step: float, **options: str) -> float:
        label, hint = WORDS[name]
        value = getattr(preset, name)
        return st.number_input(label, lowest, highest, value, step, help=hint, key=f"{key}-{name}", **options)

    def choice(name: str) -> str:
        label, hint = WORDS[name]
        options = CHOICES[name]
        return st.selectbox(label, options, options.index(getattr(preset, name)), help=hint, key=f"{key}-{name}")

    changed = {}
    with st.grid(4, min_column_width=150):
        changed["epochs"] = number("epochs", 1, 200, 1)
        changed["batch_size"] = number("batch_size", 8, 2048, 8)
        changed["learning_rate"] = number("learning_rate", 1e-5, 0.1, 1e-4, format="%.5f")
        changed["augmentation"] = choice("augmentation")
    with st.expander("More settings"), st.grid(4, min_column_width=150):
        changed["dropout"] = number("dropout", 0.0, 0.9, 0.05)
        changed["validation_split"] = number("validation_split", 0.01, 0.5, 0.01)
        changed["optimizer"] = choice("optimizer")
        changed["weight_decay"] = number("weight_decay", 0.0, 1.0, 0.005, format="%.4f")
        changed["schedule"] = choice("schedule")
        changed["loss"] = choice("loss")
        changed["validate_on"] = choice("validate_on")
        changed["synthetic_share"] = number("synthetic_share", 0.0, 2.0, 0.05)
        changed["non_digit_share"] = number("non_digit_share", 0.0, 2.0, 0.05)
        changed["precision"] = choice("precision")
        changed["average"] = number("average", 0.0, 0.9999, 0.001, format="%.4f")
        changed["seed"] = number("seed", 0, 2**31 - 1, 1)
    return TrainingSettings(**asdict(preset) | changed)


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
            waiting = "working out the time left" if left is None else f"about {ui.duration(left)} left"
            st.progress(step / steps if steps else 0.0, STATES.get(state, f"Step {step:,} of {steps:,} · {waiting}"))
            if figures:
                st.caption(f"This epoch so far: loss {figures['loss']:.3f}, accuracy {figures['accuracy']:.1%}")
            st.button("Cancel", icon=":material/close:", on_click=run.cancel)
        if history := run.history:
            ui.show_curves(history, run.settings.epochs, run.name)


st.title("Training")
st.write("See how each network learned to read, and train one of your own with other settings.")

run = runs.SERVER.latest
running = run is not None and run.running
if running:
    st.info(f"“{run.name}” is being trained: [see how far it is](#train-a-network).", icon=":material/model_training:")
if model_store.list_models():
    show_network()
else:
    st.info("There is no trained network yet. Train one below: the first recipe takes some minutes.")
st.subheader("Train a network")
if run is not None:  # near the button that starts it, where the eyes are then
    st.fragment(show_run, run_every=1 if running else None)(run, running)
show_form()
