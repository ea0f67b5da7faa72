"""The recipes that `train --recipe NAME` knows: an architecture with its training settings."""

from dataclasses import dataclass

from mnist_app.settings import TrainingSettings


@dataclass(frozen=True)
class Recipe:
    """One way to train a network.

    Attributes:
        title: what a person reads.
        description: one plain sentence.
        settings: how it is trained.
    """

    title: str
    description: str
    settings: TrainingSettings


RECIPES = {
    "dropout": Recipe(
        "Classic CNN with dropout",
        "Two convolutions and a dense layer, trained on MNIST as it is: small, quick, and the reference for the rest.",
        TrainingSettings(),
    ),
    "hands": Recipe(
        "Reads people's hands",
        "A deeper network that also learns from warped digits, digits drawn with European pen strokes, and non-digits.",
        TrainingSettings(
            architecture="hands",
            epochs=16,
            learning_rate=1e-3,
            optimizer="adamw",
            weight_decay=1e-2,
            schedule="cosine",
            dropout=0.3,
            validation_split=1 / 12,
            augmentation="hands",
            synthetic_share=0.3,
            non_digit_share=0.5,
        ),
    ),
    "flagship": Recipe(
        "Flagship",
        "The same network, which has also seen bad light, grain, lines and page edges; its weights are averaged.",
        TrainingSettings(
            architecture="hands",
            epochs=20,
            learning_rate=1e-3,
            optimizer="adamw",
            weight_decay=1e-2,
            schedule="cosine",
            dropout=0.3,
            validation_split=1 / 12,
            augmentation="flagship",
            synthetic_share=0.25,
            non_digit_share=0.6,
            average=0.999,
        ),
    ),
}


def find_recipe(name: str) -> Recipe:
    """Return the recipe of that name, or raise a ValueError that lists those that exist."""
    if name not in RECIPES:
        raise ValueError(f"recipe must be one of {', '.join(RECIPES)}, not {name!r}.")
    return RECIPES[name]
