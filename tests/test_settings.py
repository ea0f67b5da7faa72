import pytest

from mnist_app.settings import TrainingSettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("batch_size", 0),
        ("seed", -1),
        ("learning_rate", 0),
        ("dropout", 1),
        ("validation_split", -0.1),
        ("validation_split", 1),
        ("synthetic_share", -0.1),
        ("optimizer", "sgd"),
        ("augmentation", "wild"),
        ("loss", "square"),
        ("validate_on", "luck"),
    ],
)
def test_wrong_values_are_named(name, value):
    with pytest.raises(ValueError, match=rf"{name} must .*{value}"):
        TrainingSettings(**{name: value})


@pytest.mark.parametrize(("split", "source"), [(0, ""), (0.2, "other")])
def test_a_calibration_is_taken_over_where_no_digit_is_kept_for_one(split, source):
    with pytest.raises(ValueError, match="calibration_from must name a model where validation_split is 0"):
        TrainingSettings(validation_split=split, calibration_from=source)
    assert TrainingSettings(validation_split=0, calibration_from="other").validation_split == 0


def test_override_leaves_the_rest():
    settings = TrainingSettings(epochs=3).override(batch_size=7, seed=None)
    assert (settings.epochs, settings.batch_size, settings.seed) == (3, 7, 0)


def test_round_trip_through_a_recipe():
    settings = TrainingSettings(epochs=3, non_digit_share=0.5)
    assert TrainingSettings.from_dict(settings.to_dict() | {"parameters": 225034}) == settings


def test_a_network_that_learns_non_digits_has_one_class_more():
    assert TrainingSettings().classes == 10
    assert TrainingSettings(non_digit_share=0.1).classes == 11
