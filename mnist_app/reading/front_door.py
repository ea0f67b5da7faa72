"""The front door: a picture goes in, the digits on it come out."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, Literal

import cv2
import numpy as np

from mnist_app.digits.generated.kinds import Kind
from mnist_app.network.classifier import Classifier, load_classifier
from mnist_app.network.model_store import find_model
from mnist_app.reading.boxes import Box, scaled
from mnist_app.reading.detecting.candidates import Candidate, gather
from mnist_app.reading.detecting.detector import UNSEEN, Detector, Level, load_detector
from mnist_app.reading.detecting.evidence import Evidence, weigh
from mnist_app.reading.detecting.judge import Judge, load_judge
from mnist_app.reading.detecting.search import SAME_INK
from mnist_app.reading.finding import LINES, Look, find_ink, looker
from mnist_app.reading.rows import reading_order
from mnist_app.reading.segmentation import find_pieces, ink_inside, union
from mnist_app.reading.steps import (
    DIGIT_STEPS,
    IMAGE,
    MASK,
    ON_PAPER,
    PICTURE_STEPS,
    STRENGTH,
    Row,
    Step,
    run_steps,
    step_id,
)

HowMany = Literal["many", "one"]  # digits on a picture
SHOWN_SIDE = 800  # steps are shown at most that large
DETECTION = "detector"
SWITCHES = {row.id: row.name for row in (*PICTURE_STEPS, *DIGIT_STEPS)}
SWITCHES |= {LINES: "Line removal", DETECTION: "Detector"}

LooksLike = Literal["photo", "words", "print", "drawing"]
PHOTO: LooksLike = "photo"
WORDS: LooksLike = "words"
PRINTED: LooksLike = "print"
DRAWING: LooksLike = "drawing"
LOOKS = {Kind.PICTURE: PHOTO, Kind.LETTER: WORDS, Kind.PRINT: PRINTED, Kind.DRAWING: DRAWING}
MOSTLY = 0.5  # share of a picture, or of its ink, from which on it is said what it looks like
LINE, NOT_A_DIGIT = "ruled line", "I don't think this is a digit"
REASONS = {
    Kind.PAPER: "a line, a shadow or a speck",
    Kind.DIGIT: NOT_A_DIGIT,
    Kind.LETTER: "part of a word",
    Kind.PRINT: "printed",
    Kind.DRAWING: "a sign or a drawing",
    Kind.PICTURE: "not written ink",
}


@dataclass(frozen=True)
class Digit:
    """One digit that was read.

    Attributes:
        label: the most probable digit.
        confidence: its probability.
        box: `(x, y, w, h)` in the picture's own pixels.
        probabilities: `(10,)` float32.
        features: `(d,)` float32, what the network's last layer saw.
        image: `(28, 28)` uint8, what the network was given.
        state: "unsure" where the two `candidates` should be shown.
    """

    label: int
    confidence: float
    box: Box
    probabilities: np.ndarray = field(repr=False)
    features: np.ndarray = field(repr=False)
    image: np.ndarray = field(repr=False)
    state: Literal["sure", "unsure"]
    made: dict[str, np.ndarray] = field(repr=False)

    @property
    def candidates(self) -> tuple[int, int]:
        """The two most probable digits."""
        second, best = np.argsort(self.probabilities, kind="stable")[-2:]
        return int(best), int(second)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What each step made of this digit's ink."""
        return _show(DIGIT_STEPS, self.made)


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
        made: what each step made of the picture.
        looks_like: what most of a picture without digits is, where the detector can tell.
    """

    rows: tuple[tuple[Digit, ...], ...]
    rejected: tuple[Rejected, ...]
    made: dict[str, np.ndarray] = field(repr=False)
    looks_like: LooksLike | None = None

    @property
    def text(self) -> str:
        return "\n".join("".join(str(digit.label) for digit in row) for row in self.rows)

    @property
    def digits(self) -> tuple[Digit, ...]:
        return tuple(digit for row in self.rows for digit in row)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What each step made of the picture, reduced for showing."""
        return _show(PICTURE_STEPS, self.made)

    def to_dict(self) -> dict[str, Any]:
        """The keys of `predict --format json`."""
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


def read_picture(
    picture: np.ndarray,
    classifier: Classifier,
    *,
    digits: HowMany = "many",
    boxes: Sequence[Box] | None = None,
    drawn: bool = False,
    detector: Detector | None = None,
    judge: Judge | None = None,
    without: frozenset[str] = frozenset(),
) -> Reading:
    """Read the digits in a picture.

    Args:
        picture: `(h, w, 3)` or `(h, w, 4)` uint8, RGB or RGBA.
        classifier: the network.
        digits: "one" for a picture known to hold one digit: all its ink is that digit.
        boxes: read exactly these `(x, y, w, h)`, in the picture's pixels, in place of looking for digits.
        drawn: whether all ink is known to be pen strokes, as on the canvas: no detector is needed then.
        detector: says what every place of a picture is; the one in `models/` where None.
        judge: says which candidates are digits, from what the detector sees; likewise.
        without: ids of `SWITCHES` to switch off, to see what each is worth; see `steps.step_id`.

    Returns:
        What was found; a blank picture has no rows.

    Raises:
        ValueError: the picture has another shape or type, or is empty.
    """
    _check(picture)
    without = frozenset(map(step_id, without))
    made = run_steps(PICTURE_STEPS, picture, without)
    mask = made[MASK]
    look = looker(made[STRENGTH], classifier, without)
    left_out: list[Rejected] = []
    looks_like: LooksLike | None = None
    if boxes is not None:
        inside = [ink_inside(mask, scaled(box, mask.shape[1] / picture.shape[1])) for box in boxes]
        looks = look([blob for blob in inside if blob])
    elif digits == "one":
        pieces = find_pieces(mask)
        looks = look([union(pieces)] if pieces else [])
    else:
        pieces, lines = (find_pieces(mask), []) if drawn else find_ink(made, without)
        known = drawn or DETECTION in without
        levels = None if known else (detector or load_detector()).look(made[ON_PAPER])
        candidates = gather(pieces, mask, levels, look)
        looks, left_out, looks_like = _judge(candidates, mask, levels, judge or load_judge(), made[STRENGTH])
        left_out += [Rejected(box, LINE) for box in lines]

    scale = picture.shape[1] / mask.shape[1]
    order = reading_order([one.blob.box for one in looks])
    rows = tuple(tuple(_digit(looks[i], scale, classifier.calibration.unsure) for i in row) for row in order)
    rejected = tuple(replace(one, box=scaled(one.box, scale)) for one in left_out)
    return Reading(rows, rejected, made, looks_like)


def _judge(
    candidates: list[Candidate], ink: np.ndarray, levels: list[Level] | None, judge: Judge, strength: np.ndarray
) -> tuple[list[Look], list[Rejected], LooksLike | None]:
    """Choose what is a written digit; say of the other marks why not, and what a page without any is."""
    if not candidates:
        return [], [], PHOTO if levels and _is_photo(levels) else None
    evidence = weigh(_heard(candidates, strength, judge), ink, levels)
    chosen = judge.choose(evidence, judge.odds(evidence))
    covered = evidence.overlap[:, chosen].max(axis=1, initial=0) > SAME_INK
    left_out = [_left_out(one) for one, inside in zip(candidates, covered, strict=True) if one.mark and not inside]
    looks_like = _looks_like(candidates, evidence, levels) if levels and not chosen else None
    return [look for i in chosen if (look := candidates[i].look)], left_out, looks_like


def _heard(candidates: list[Candidate], strength: np.ndarray, judge: Judge) -> list[Candidate]:
    """The candidates as the network sees them with which the judge was fitted, whichever network reads the digits."""
    if judge.fits(candidates[0].look.features):
        return candidates
    looks = looker(strength, _default_classifier())([one.blob for one in candidates])
    return [replace(one, look=look) for one, look in zip(candidates, looks, strict=True)]


@cache
def _default_classifier() -> Classifier:
    return load_classifier(find_model())


def _looks_like(candidates: list[Candidate], evidence: Evidence, levels: list[Level]) -> LooksLike | None:
    """What most of a picture is, or most of its ink."""
    if _is_photo(levels):
        return PHOTO
    areas = evidence.mark * np.array([one.blob.area for one in candidates])
    ink = areas @ evidence.kinds / max(areas.sum(), 1)
    kind, writing = Kind(int(ink.argmax())), ink[Kind.LETTER] + ink[Kind.PRINT]  # words between both are words
    return LOOKS.get(kind) if max(ink[kind], writing) > MOSTLY else None


def _is_photo(levels: list[Level]) -> bool:
    return bool(levels[-1].kinds[..., Kind.PICTURE].mean() > MOSTLY)


def _left_out(candidate: Candidate) -> Rejected:
    kind = Kind.DIGIT if candidate.seen is UNSEEN else Kind(int(candidate.seen.near.argmax()))
    return Rejected(candidate.blob.box, REASONS[kind], candidate.look.made[IMAGE])


def _digit(look: Look, scale: float, unsure: float) -> Digit:
    confidence = float(look.y_prob.max())
    return Digit(
        label=look.label,
        confidence=confidence,
        box=scaled(look.blob.box, scale),
        probabilities=look.y_prob,
        features=look.features,
        image=look.made[IMAGE],
        state="sure" if min(confidence, look.digit_prob) >= unsure else "unsure",
        made=look.made,
    )


def _check(picture: np.ndarray) -> None:
    if picture.ndim != 3 or picture.shape[2] not in (3, 4) or picture.dtype != np.uint8:
        raise ValueError(f"picture must be (h, w, 3) or (h, w, 4) uint8, not {picture.shape} {picture.dtype}.")
    if not picture.size:
        raise ValueError(f"picture is empty: its shape is {picture.shape}.")


def _show(table: tuple[Row, ...], made: dict[str, np.ndarray]) -> tuple[Step, ...]:
    return tuple(Step(row.name, row.hint, _reduced(made[row.id])) for row in table)


def _reduced(array: np.ndarray) -> np.ndarray:
    if array.dtype == bool:
        array = array.view(np.uint8) * 255
    scale = SHOWN_SIDE / max(array.shape[:2])
    return array if scale >= 1 else cv2.resize(array, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
