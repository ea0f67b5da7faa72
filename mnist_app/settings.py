"""Settings that more than one module needs: where things are, and what a training run can be told."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, NamedTuple, Self

PACKAGE = Path(__file__).resolve().parent
DATA_FOLDER = PACKAGE / "data"
MODELS_FOLDER = PACKAGE.parent / "models"

IMAGE_SIZE = 28
CLASSES = 10
NOT_A_DIGIT = CLASSES  # the label of a non-digit, for the networks that learn one more class

# In these, trainings by one recipe may differ: chance, and whether digits were kept to calibrate with.
OWN_SETTINGS = ("seed", "validation_split", "calibration_from")


class Range(NamedTuple):
    """The numbers that a setting may be.

    Attributes:
        words: which they are.
        holds: tells whether a number is one of them.
        refusal: what is said of a number that is not.
    """

    words: str
    holds: Callable[[float], bool]
    refusal: str = "must be {words}, not {value}."


AT_LEAST_0 = Range("at least 0", lambda value: value >= 0)
AT_LEAST_1 = Range("at least 1", lambda value: value >= 1)
ABOVE_0 = Range("above 0", lambda value: value > 0)
NOT_NEGATIVE = Range("0 or more", lambda value: value >= 0, "must not be negative, but is {value}.")
SHARE = Range("from 0 to below 1", lambda value: 0 <= value < 1)


class Form(NamedTuple):
    """How the form asks for a number: within which limits, in which steps, and how it is written there."""

    lowest: float
    highest: float
    step: float
    format: str | None = None


class Setting(NamedTuple):
    """What is known of one of the `TrainingSettings`, beside its name, type and default.

    Attributes:
        label: what pages call it; what has none is not shown there.
        hint: what it does, for visitors and for the command line's help.
        more: what that help adds, where the command line can do more than the form.
        allowed: the numbers that it may be; all others are refused.
        form: how the form asks for the number: only within limits that make sense to try, narrower than `allowed`.
        choices: the words that it may be. The form asks for what has choices or a `form`.
        first: whether the form shows it at once, not among "More settings".
        option: whether `train` has an option for it; what has none is up to the recipe.
    """

    label: str
    hint: str
    more: str = ""
    allowed: Range | None = None
    form: Form | None = None
    choices: tuple[str, ...] = ()
    first: bool = False
    option: bool = True

    @property
    def range(self) -> str:
        """What it may be, in words; "" where that is anything."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        return self.allowed.words if self.allowed else ""

    def refusal(self, value: Any) -> str:
        """What is wrong with a value, as a sentence to follow the name; "" where nothing is."""
        if self.choices and value not in self.choices:
            return f"must be {self.range}, not {value!r}."
        if self.allowed and not self.allowed.holds(value):
            return self.allowed.refusal.format(words=self.range, value=value)
        return ""


def setting(default: Any, label: str, hint: str, **rest: Any) -> Any:
    """Make a field of `TrainingSettings` from its default and what `Setting` takes."""
    return field(default=default, metadata={"setting": Setting(label, hint, **rest)})


@dataclass(frozen=True)
class TrainingSettings:
    """Everything that decides how a network is trained; stored as `recipe.json` beside the result.

    A field says all that is said of a setting: the check, the options of `train`, the flags that the web app gives it,
    the form and the table of a recipe are made from the fields, in their order. A new setting is one more field, and
    the code that heeds it.
    """

    # A name in `architectures.ARCHITECTURES`.
    architecture: str = setting(
        "dropout", "Network", "Which layers the network has; the recipe decides it.", option=False
    )
    epochs: int = setting(
        10,
        "Epochs",
        "How many times the network goes through all training digits.",
        allowed=AT_LEAST_1,
        form=Form(1, 200, 1),
        first=True,
    )
    batch_size: int = setting(
        128,
        "Batch size",
        "How many digits it looks at before it corrects itself.",
        allowed=AT_LEAST_1,
        form=Form(8, 2048, 8),
        first=True,
    )
    # The highest one, where the schedule changes it.
    learning_rate: float = setting(
        1e-3,
        "Learning rate",
        "How far each correction goes; too far and it never settles.",
        allowed=ABOVE_0,
        form=Form(1e-5, 0.1, 1e-4, "%.5f"),
        first=True,
    )
    # Names in `augmentation.AUGMENTATIONS`.
    augmentation: str = setting(
        "none",
        "Augmentation",
        "How digits are changed anew in each epoch; the Data page shows it.",
        choices=("none", "gentle", "flagship"),
        first=True,
    )
    # Of no effect on networks without dropout layers.
    dropout: float = setting(
        0.5,
        "Dropout",
        "Share of the network that is switched off at random, so that it does not learn by heart.",
        allowed=SHARE,
        form=Form(0.0, 0.9, 0.05),
    )
    # Taken from the end, as Keras does. 0 leaves none to calibrate with.
    validation_split: float = setting(
        0.2,
        "Validation share",
        "Share of the training digits kept aside, to see how it reads unknown ones.",
        more="0: learn from all 60,000 digits.",
        allowed=SHARE,
        form=Form(0.01, 0.5, 0.01),
    )
    optimizer: str = setting(
        "adam",
        "Optimizer",
        "The rule that makes corrections; adamw also keeps weights small, by the weight decay.",
        choices=("adam", "adamw"),
    )
    # Per step.
    weight_decay: float = setting(
        0.0,
        "Weight decay",
        "How strongly adamw pulls weights towards 0, which works against learning by heart.",
        allowed=NOT_NEGATIVE,
        form=Form(0.0, 1.0, 0.005, "%.4f"),
    )
    # "cosine": one epoch of warm-up, then half a cosine down to zero.
    schedule: str = setting(
        "constant",
        "Schedule",
        "Whether the learning rate stays constant, or sinks to 0 along a cosine.",
        choices=("constant", "cosine"),
    )
    # Categorical cross-entropy, which is the same sum either way; only the labels' form differs.
    loss: str = setting(
        "sparse",
        "Labels",
        "Whether a label is a digit (sparse) or ten numbers (one-hot); the result is the same.",
        choices=("sparse", "one-hot"),
    )
    # The digits whose loss and accuracy each epoch's history has. "test" serves to do what a project did. Calibration
    # uses the digits kept by `validation_split` alone, either way.
    validate_on: str = setting(
        "kept",
        "Validation digits",
        "The digits kept aside, or the test digits: then no honest test is left for whoever chooses by them.",
        choices=("kept", "test"),
    )
    # By `synthesis`, per training digit of an epoch.
    synthetic_share: float = setting(
        0.0,
        "Drawn digits",
        "Digits drawn by the program, for each MNIST digit.",
        allowed=NOT_NEGATIVE,
        form=Form(0.0, 2.0, 0.05),
    )
    # By `synthesis`, per training digit; above 0 the network has an 11th class.
    non_digit_share: float = setting(
        0.0,
        "Drawn non-digits",
        "Letters and scribbles for each MNIST digit; above 0, it learns what is no digit.",
        allowed=NOT_NEGATIVE,
        form=Form(0.0, 2.0, 0.05),
    )
    # By `skeletons.other_hands`, per training digit of an epoch.
    style_share: float = setting(
        0.0,
        "Other hands",
        "Digits drawn as other writers write them, for each MNIST digit.",
        allowed=NOT_NEGATIVE,
        form=Form(0.0, 2.0, 0.05),
    )
    style_weight: float = setting(
        1.0,
        "Weight of other hands",
        "What a mistake with one of them counts, beside 1 for any other.",
        allowed=ABOVE_0,
        form=Form(0.1, 10.0, 0.1),
    )
    # By `circumstances`; non-digits meet them, too, so that a coarse scan alone does not tell a digit.
    circumstance_share: float = setting(
        0.0,
        "Other circumstances",
        "Share of all pictures that are stretched, scanned coarsely, or written with another pen.",
        allowed=SHARE,
        form=Form(0.0, 0.9, 0.05),
    )
    circumstance_weight: float = setting(
        1.0,
        "Weight of other circumstances",
        "What a mistake with one of these counts, beside 1 for any other.",
        allowed=ABOVE_0,
        form=Form(0.1, 10.0, 0.1),
    )
    # Keras's dtype policy while training. "mixed_bfloat16" computes with 8 bits of mantissa, about a quarter faster on
    # processors that can, and keeps the weights in single precision. What is stored computes in that either way.
    precision: str = setting(
        "float32",
        "Precision",
        "How exactly it computes while it learns; mixed_bfloat16 is rougher, and faster on newer processors.",
        choices=("float32", "mixed_bfloat16"),
    )
    # Momentum of the moving average of the weights that is kept at the end.
    average: float = setting(
        0.0,
        "Weight averaging",
        "0 keeps the last weights; 0.999 an average over the last thousand corrections or so, which is steadier.",
        allowed=SHARE,
        form=Form(0.0, 0.9999, 0.001, "%.4f"),
    )
    # Its temperature and thresholds are taken over; needed where `validation_split` is 0, else "".
    calibration_from: str = setting(
        "", "", "Where no digit was kept for validation: the model with the same recipe that kept some."
    )
    # A stored model; needs one-hot labels.
    teacher: str = setting(
        "", "", "The model whose answers it learns from, digit by digit, beside the labels (distillation)."
    )
    # Seeds weights, shuffling, dropout and augmentation.
    seed: int = setting(
        0,
        "Seed",
        "Decides all chance. The same seed gives the same network again.",
        allowed=AT_LEAST_0,
        form=Form(0, 2**31 - 1, 1),
    )

    def __post_init__(self) -> None:
        for name, row in self.table().items():
            if refusal := row.refusal(getattr(self, name)):
                raise ValueError(f"{name} {refusal}")
        if bool(self.calibration_from) != (self.validation_split == 0):
            raise ValueError(
                "calibration_from must name a model where validation_split is 0, and only there, "
                f"but is {self.calibration_from!r} with {self.validation_split}."
            )

        if self.teacher and self.loss != "one-hot":
            raise ValueError(f"loss must be one-hot where a teacher is named, not {self.loss!r}.")

    @classmethod
    def table(cls) -> dict[str, Setting]:
        """What is known of each setting, by name."""
        return {each.name: each.metadata["setting"] for each in fields(cls)}

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
        known = cls.table()
        return cls(**{name: value for name, value in values.items() if name in known})


def differing_settings(recipe: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Name what is different between two stored recipes: settings other than `OWN_SETTINGS`, or `data_sha256`."""
    one, two = (
        TrainingSettings.from_dict(each).to_dict() | {"data_sha256": each["data_sha256"]} for each in (recipe, other)
    )
    return [name for name in one if one[name] != two[name] and name not in OWN_SETTINGS]
