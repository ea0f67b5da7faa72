"""Settings that more than one module needs: where things are, and what a training run can be told."""

from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

PACKAGE = Path(__file__).resolve().parent
DATA_FOLDER = PACKAGE / "data"
MODELS_FOLDER = PACKAGE.parent / "models"

IMAGE_SIZE = 28
CLASSES = 10
NOT_A_DIGIT = CLASSES  # the label of a non-digit, for the networks that learn one more class

CHOICES = {
    "optimizer": ("adam", "adamw"),
    "schedule": ("constant", "cosine"),
    "augmentation": ("none", "gentle", "flagship"),
    "loss": ("sparse", "one-hot"),
    "validate_on": ("kept", "test"),
    "precision": ("float32", "mixed_bfloat16"),
}

# In these, trainings by one recipe may differ: chance, and whether digits were kept to calibrate with.
OWN_SETTINGS = ("seed", "validation_split", "calibration_from")


@dataclass(frozen=True)
class TrainingSettings:
    """Everything that decides how a network is trained; stored as `recipe.json` beside the result.

    Attributes:
        architecture: a name in `architectures.ARCHITECTURES`.
        epochs: passes over the training digits, at least 1.
        batch_size: images per step, at least 1.
        learning_rate: the highest learning rate.
        optimizer: "adam", or "adamw" with `weight_decay`.
        weight_decay: AdamW's decay per step, 0 for none.
        schedule: "constant", or "cosine": one epoch of warm-up, then half a cosine down to zero.
        loss: categorical cross-entropy of "sparse" labels, 0 to 9, or of "one-hot" ones, ten numbers of which one is 1.
            Both are the same sum; only the labels' form differs.
        dropout: share of units dropped in each dropout layer, 0 to below 1; of no effect on networks without any.
        validation_split: share of the training digits kept for validation, taken from the end as Keras does; 0 to learn
            from all, which leaves none to calibrate with.
        validate_on: the digits whose loss and accuracy each epoch's history has: those "kept" by `validation_split`, or
            the "test" digits. Who chooses anything by the latter has no honest test left; it serves to do what a
            project did. Calibration uses the kept digits alone, either way.
        calibration_from: the model, trained by the same recipe with validation digits, whose temperature and thresholds
            are taken over; needed where `validation_split` is 0, else "".
        augmentation: a name in `augmentation.AUGMENTATIONS`.
        synthetic_share: digits drawn by `synthesis` per training digit of an epoch.
        non_digit_share: non-digits drawn by `synthesis` per training digit; above 0 the network has an 11th class.
        precision: Keras's dtype policy while training: "float32", or "mixed_bfloat16", which computes with 8 bits of
            mantissa, about a quarter faster on processors that can, and keeps the weights in single precision. What is
            stored computes in single precision either way.
        average: momentum of the moving average of the weights that is kept at the end, 0 for the last weights alone.
        seed: seeds weights, shuffling, dropout and augmentation.
    """

    architecture: str = "dropout"
    epochs: int = 10
    batch_size: int = 128
    learning_rate: float = 1e-3
    optimizer: str = "adam"
    weight_decay: float = 0.0
    schedule: str = "constant"
    loss: str = "sparse"
    dropout: float = 0.5
    validation_split: float = 0.2
    validate_on: str = "kept"
    augmentation: str = "none"
    synthetic_share: float = 0.0
    non_digit_share: float = 0.0
    precision: str = "float32"
    average: float = 0.0
    calibration_from: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        for name, lowest in (("epochs", 1), ("batch_size", 1), ("seed", 0)):
            if getattr(self, name) < lowest:
                raise ValueError(f"{name} must be at least {lowest}, not {getattr(self, name)}.")
        for name in ("weight_decay", "synthetic_share", "non_digit_share"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, but is {getattr(self, name)}.")
        if not self.learning_rate > 0:
            raise ValueError(f"learning_rate must be above 0, not {self.learning_rate}.")
        for name in ("dropout", "average", "validation_split"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be from 0 to below 1, not {getattr(self, name)}.")
        if bool(self.calibration_from) != (self.validation_split == 0):
            raise ValueError(
                "calibration_from must name a model where validation_split is 0, and only there, "
                f"but is {self.calibration_from!r} with {self.validation_split}."
            )
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}, not {getattr(self, name)!r}.")

    @property
    def classes(self) -> int:
        """Scores the network gives: ten digits, and one for "not a digit" where it learns that."""
        return CLASSES + (self.non_digit_share > 0)

    def override(self, **changes: Any) -> Self:
        """Return these settings with every change that is not None."""
        return replace(self, **{name: value for name, value in changes.items() if value is not None})

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Build settings from a recipe; other keys of the recipe are left alone."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})


def differing_settings(recipe: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Name what is different between two stored recipes: settings other than `OWN_SETTINGS`, or `data_sha256`."""
    one, two = (
        TrainingSettings.from_dict(each).to_dict() | {"data_sha256": each["data_sha256"]} for each in (recipe, other)
    )
    return [name for name in one if one[name] != two[name] and name not in OWN_SETTINGS]
