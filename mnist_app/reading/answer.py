"""The answer for a picture: its digits in rows, and the ink that was left out."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from mnist_app.reading.boxes import Box

LooksLike = Literal["photo", "words", "print", "drawing"]


@dataclass(frozen=True)
class Digit:
    """One digit that was read.

    Attributes:
        label: the most probable digit.
        confidence: its probability.
        box: `(x, y, w, h)` in the picture's own pixels.
        probabilities: `(10,)` float32.
        features: `(d,)` float32, what the network's last layer saw.
        ink: `(h, w)` uint8, its own ink in the size at which it was read, which `steps.show_digit_steps` begins with.
        image: `(28, 28)` uint8, what the network was given.
        state: "unsure" where the two `candidates` should be shown, "typed" where a person said what it is.
    """

    label: int
    confidence: float
    box: Box
    probabilities: np.ndarray = field(repr=False)
    features: np.ndarray = field(repr=False)
    ink: np.ndarray = field(repr=False)
    image: np.ndarray = field(repr=False)
    state: Literal["sure", "unsure", "typed"]

    @property
    def candidates(self) -> tuple[int, int]:
        """The two most probable digits."""
        second, best = np.argsort(self.probabilities, kind="stable")[-2:]
        return int(best), int(second)


@dataclass(frozen=True)
class Rejected:
    """Ink that was left out, and why."""

    box: Box
    reason: str
    image: np.ndarray | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Reading:
    """All that was found in a picture.

    Attributes:
        rows: its digits, from top to bottom and left to right.
        rejected: what was left out.
        looks_like: what most of a picture without digits is, where the detector can tell.
    """

    rows: tuple[tuple[Digit, ...], ...]
    rejected: tuple[Rejected, ...]
    looks_like: LooksLike | None = None

    @property
    def text(self) -> str:
        return "\n".join("".join(str(digit.label) for digit in row) for row in self.rows)

    @property
    def digits(self) -> tuple[Digit, ...]:
        return tuple(digit for row in self.rows for digit in row)

    def to_dict(self) -> dict[str, Any]:
        """The keys of `to_answer` that say what was read."""
        return {
            "text": self.text,
            "digits": [
                {
                    "label": digit.label,
                    "confidence": round(digit.confidence, 4),
                    "box": list(digit.box),
                    "probabilities": [round(float(p), 4) for p in digit.probabilities],
                }
                for digit in self.digits
            ],
            "rejected": [{"box": list(blob.box), "reason": blob.reason} for blob in self.rejected],
        }


NOTHING = Reading((), ())  # of a picture that could not be read


def to_answer(path: str | None, reading: Reading, error: str | None = None) -> dict[str, Any]:
    """One picture's answer, as `predict --format json` prints it.

    Args:
        path: the picture's file; None where it has no name.
        reading: what was read, or `NOTHING`.
        error: one sentence why the picture could not be read.
    """
    return {"path": path, **reading.to_dict(), "error": error}
