from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import typer
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from mnist_app.cli import commands
from mnist_app.network.recipes import RECIPES
from mnist_app.settings import AT_LEAST_1, Form, TrainingSettings, setting
from mnist_app.web import navigation, runs

APP = Path(__file__).parents[1] / "app.py"


@dataclass(frozen=True)
class More(TrainingSettings):
    """The settings, and a new one."""

    patience: int = setting(3, "Patience", "How long it waits.", allowed=AT_LEAST_1, form=Form(1, 50, 1))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("batch_size", 0),
        ("seed", -1),
        ("learning_rate", 0),
        ("weight_decay", -0.1),
        ("dropout", 1),
        ("average", 1),
        ("validation_split", -0.1),
        ("validation_split", 1),
        ("synthetic_share", -0.1),
        ("non_digit_share", -0.1),
        ("style_share", -0.1),
        ("style_weight", 0),
        ("circumstance_share", 1),
        ("circumstance_weight", 0),
        ("optimizer", "sgd"),
        ("schedule", "square"),
        ("precision", "float8"),
        ("augmentation", "wild"),
        ("loss", "square"),
        ("validate_on", "luck"),
    ],
)
def test_wrong_values_are_named(name, value):
    with pytest.raises(ValueError, match=rf"{name} must .*{value}"):
        TrainingSettings(**{name: value})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"epochs": 0}, "epochs must be at least 1, not 0."),
        ({"weight_decay": -0.5}, "weight_decay must not be negative, but is -0.5."),
        ({"learning_rate": 0}, "learning_rate must be above 0, not 0."),
        ({"dropout": 1}, "dropout must be from 0 to below 1, not 1."),
        ({"loss": "square"}, "loss must be one of sparse, one-hot, not 'square'."),
    ],
)
def test_a_refusal_says_what_is_allowed(values, sentence):
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        TrainingSettings(**values)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(("split", "source"), [(0, ""), (0.2, "other")])
def test_a_calibration_is_taken_over_where_no_digit_is_kept_for_one(split, source):
    with pytest.raises(ValueError, match="calibration_from must name a model where validation_split is 0"):
        TrainingSettings(validation_split=split, calibration_from=source)
    assert TrainingSettings(validation_split=0, calibration_from="other").validation_split == 0


def test_a_teacher_gives_answers_as_many_numbers_and_so_are_the_labels():
    with pytest.raises(ValueError, match="loss must be one-hot where a teacher is named, not 'sparse'"):
        TrainingSettings(teacher="flagship")
    assert TrainingSettings(teacher="flagship", loss="one-hot").teacher == "flagship"


def test_override_leaves_the_rest():
    settings = TrainingSettings(epochs=3).override(batch_size=7, seed=None)
    assert (settings.epochs, settings.batch_size, settings.seed) == (3, 7, 0)


def test_round_trip_through_a_recipe():
    settings = TrainingSettings(epochs=3, non_digit_share=0.5)
    assert TrainingSettings.from_dict(settings.to_dict() | {"parameters": 225034}) == settings


def test_a_network_that_learns_non_digits_has_one_class_more():
    assert TrainingSettings().classes == 10
    assert TrainingSettings(non_digit_share=0.1).classes == 11


def test_the_form_can_show_every_recipe_and_offers_nothing_that_is_refused():
    for name, row in TrainingSettings.table().items():
        if row.form:
            assert not row.refusal(row.form.lowest), name
            assert not row.refusal(row.form.highest), name
            for recipe in RECIPES.values():
                assert row.form.lowest <= getattr(recipe.settings, name) <= row.form.highest, name


def test_a_new_setting_is_checked():
    with pytest.raises(ValueError, match="patience must be at least 1, not 0"):
        More(patience=0)


def test_a_new_setting_is_an_option_and_the_flags_fill_it():
    told, app = {}, typer.Typer()

    def train(**overridden):
        told.update(overridden)

    app.command()(commands.with_settings(train, More))
    settings = More(epochs=5, patience=7, validation_split=0, calibration_from="other")
    flags = runs.flags(settings)
    result = CliRunner().invoke(app, flags)
    assert result.exit_code == 0, result.output
    assert "--patience=7" in flags
    assert More().override(**told) == settings
    help = {option.name: option.help for option in typer.main.get_command(app).params}
    assert help["patience"] == "How long it waits. At least 1."
    assert "architecture" not in help


def test_a_new_setting_is_asked_for_and_shown(monkeypatch):
    started = []
    monkeypatch.setitem(RECIPES, "quick", replace(RECIPES["quick"], settings=More()))
    monkeypatch.setattr(TrainingSettings, "from_dict", More.from_dict)
    monkeypatch.setattr(runs.Runs, "start", lambda _, *arguments: started.append(arguments[:3]))
    page = AppTest.from_file(str(APP), default_timeout=30).switch_page(navigation.TRAINING.path).run()
    assert not page.exception
    assert page.table[0].value.set_index("Setting").loc["Patience"].tolist() == ["3", "How long it waits."]
    asked = page.number_input(key="quick-patience")
    assert (asked.label, asked.help, asked.min, asked.max, asked.value) == ("Patience", "How long it waits.", 1, 50, 3)
    asked.set_value(7)
    next(button for button in page.button if button.label == "Start training").click().run()
    assert started == [("quick", "my-quick", More(patience=7))]
