"""The recipes that `train --recipe NAME` knows: an architecture, its training settings, what is claimed for it."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from mnist_app.settings import TrainingSettings


class ClaimedEpoch(NamedTuple):
    """What a project printed after an epoch: shares from 0 to 1, and the mean cross-entropy in nats."""

    epoch: int
    accuracy: float
    val_accuracy: float
    val_loss: float


@dataclass(frozen=True)
class Claim:
    """What the project that a recipe follows says of its network.

    Attributes:
        text: in few words.
        accuracy: the share of digits that it says are read right; None where it gives no figure.
        epochs: its table of epochs, as far as it is known.
    """

    text: str
    accuracy: float | None = None
    epochs: tuple[ClaimedEpoch, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """One way to train a network.

    Attributes:
        title: what a person reads.
        description: one or two plain sentences.
        settings: how it is trained.
        claim: what others claim for it; None for this project's own recipes.
    """

    title: str
    description: str
    settings: TrainingSettings
    claim: Claim | None = None


FLAGSHIP = TrainingSettings(
    architecture="flagship",
    epochs=40,
    optimizer="adamw",
    weight_decay=1e-2,
    schedule="cosine",
    dropout=0.3,
    validation_split=1 / 12,
    augmentation="flagship",
    synthetic_share=0.2,
    non_digit_share=0.4,
    style_share=0.15,
    style_weight=1.5,
    circumstance_share=0.2,
    precision="mixed_bfloat16",
    average=0.999,
)

RECIPES = {
    "quick": Recipe(
        "Quick",
        "99 % of the test digits after some fifteen seconds: four convolutions that stride early, and two rounds "
        "through the digits, each a little moved and turned. The one to watch while it learns.",
        TrainingSettings(
            architecture="quick",
            epochs=2,
            batch_size=256,
            learning_rate=6e-3,
            schedule="cosine",
            dropout=0.0,
            validation_split=1 / 12,
            augmentation="gentle",
        ),
    ),
    "dropout": Recipe(
        "Classic CNN with dropout",
        "Two convolutions and a dense layer, trained on MNIST as it is: small, quick, and the reference for the rest.",
        TrainingSettings(loss="one-hot"),
        Claim("high accuracy"),
    ),
    "minimal": Recipe(
        "Minimal CNN",
        "One convolution and two dense layers: about the least that may be called a convolutional network.",
        TrainingSettings(architecture="minimal", epochs=8, dropout=0.0),
        Claim("high accuracy"),
    ),
    "validated": Recipe(
        "CNN with validation",
        "Three convolutions, sparse labels, and a fifth of the training digits kept aside, to see whether it learns by "
        "heart.",
        TrainingSettings(architecture="validated", dropout=0.0),
        Claim("over 98%, little overfitting", 0.98),
    ),
    "kaggle": Recipe(
        "Digit Recognizer CNN",
        "Two convolutions with one-hot labels, made for Kaggle's competition; `--data` takes the competition's files.",
        TrainingSettings(architecture="kaggle", dropout=0.0, loss="one-hot"),
        Claim("high accuracy"),
    ),
    "double-conv": Recipe(
        "Double convolution",
        "Two convolutions and a single dense layer. Like the project it follows, it is validated on the test digits, "
        "which one should not do: who chooses anything by them has no honest test left.",
        TrainingSettings(
            architecture="double-conv",
            batch_size=32,
            schedule="cosine",
            dropout=0.0,
            loss="one-hot",
            validation_split=1 / 60,  # no more than the calibration needs: the project learns from all digits
            validate_on="test",
        ),
        Claim(
            "98.15% after 10 epochs",
            0.9815,
            (
                ClaimedEpoch(1, 0.9160, 0.9736, 0.0790),
                ClaimedEpoch(2, 0.9797, 0.9769, 0.0765),
                ClaimedEpoch(3, 0.9847, 0.9779, 0.0736),
                ClaimedEpoch(10, 0.9941, 0.9815, 0.1006),
            ),
        ),
    ),
    "flagship": Recipe(
        "Flagship",
        "A deeper network that has also seen warped digits, other writers' pen strokes, coarse scans, odd pens, bad "
        "light, grain, page edges and things that are no digits; its weights are averaged.",
        FLAGSHIP,
    ),
    "swift": Recipe(
        "Swift",
        "A tenth of the flagship's size: it learns the flagship's answers to the same changed digits, beside the "
        "labels. For phones, folders of scans, and wherever many digits wait.",
        replace(FLAGSHIP, architecture="swift", learning_rate=2e-3, loss="one-hot", dropout=0.1, teacher="flagship"),
    ),
}


DETECTOR = "detector"  # it reads no digits but finds them, so it is not among the networks to choose from
DETECTOR_RECIPE = Recipe(
    "Detector",
    "Finds written digits on a page and tells them from words, print, drawings and photos; learns from pages that the "
    "program draws.",
    TrainingSettings(
        architecture=DETECTOR,
        epochs=22,
        batch_size=32,
        learning_rate=2e-3,
        optimizer="adamw",
        weight_decay=1e-2,
        schedule="cosine",
        dropout=0.0,
        precision="mixed_bfloat16",
        average=0.998,
    ),
)
TRAINABLE = RECIPES | {DETECTOR: DETECTOR_RECIPE}


def find_recipe(name: str) -> Recipe:
    """Return the recipe of that name, or raise a ValueError that lists those that exist."""
    if name not in TRAINABLE:
        raise ValueError(f"recipe must be one of {', '.join(TRAINABLE)}, not {name!r}.")
    return TRAINABLE[name]


def claim_of(name: str, architecture: str) -> Claim | None:
    """What is claimed for a model: it bears its recipe's name, as `train` names it, and has its architecture."""
    recipe = RECIPES.get(name)
    return recipe.claim if recipe and recipe.settings.architecture == architecture else None
