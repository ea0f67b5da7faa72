"""The front door: a picture goes in, the digits on it come out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal

import cv2
import numpy as np

from mnist_app.classifier import Classifier, load_classifier
from mnist_app.detecting.detector import Detector, Level, load_detector
from mnist_app.detecting.scoring import Marks, odds_of
from mnist_app.digits.kinds import Kind
from mnist_app.grouping import Look, Looker, join_pieces, split_touching
from mnist_app.ink import lift_ink, paper_levels
from mnist_app.lines import remove_lines
from mnist_app.model_store import find_model
from mnist_app.preprocessing import DIGIT_STEPS, PICTURE_STEPS, Row, Step, changed_pixels, run_steps
from mnist_app.rejection import LINE, NOT_A_DIGIT, reject, reject_background, reject_shapes
from mnist_app.rows import reading_order
from mnist_app.segmentation import Blob, Box, find_pieces, ink_inside, union

SHOWN_SIDE = 800  # steps are shown at most that large
LINES, JOINING, SPLITTING, REJECTION, DETECTION = "Line removal", "Joining", "Splitting", "Rejection", "Detector"
SWITCHES = (*(row.name for row in (*PICTURE_STEPS, *DIGIT_STEPS)), LINES, JOINING, SPLITTING, REJECTION, DETECTION)

PHOTO, WORDS, PRINTED, DRAWING = "photo", "words", "print", "drawing"
LOOKS = {Kind.PICTURE: PHOTO, Kind.LETTER: WORDS, Kind.PRINT: PRINTED, Kind.DRAWING: DRAWING}
MOSTLY = 0.5  # share of a picture, or of its ink, from which on it is said what it looks like
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
    looks_like: Literal["photo", "words", "print", "drawing"] | None = None

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
    digits: Literal["many", "one"] = "many",
    boxes: Sequence[Box] | None = None,
    drawn: bool = False,
    detector: Detector | None = None,
    without: frozenset[str] = frozenset(),
) -> Reading:
    """Read the digits in a picture.

    Args:
        picture: `(h, w, 3)` or `(h, w, 4)` uint8, RGB or RGBA.
        classifier: the network.
        digits: "one" for a picture known to hold one digit: all its ink is that digit.
        boxes: read exactly these `(x, y, w, h)`, in the picture's pixels, in place of looking for digits.
        drawn: whether all ink is known to be pen strokes, as on the canvas: no detector is needed then.
        detector: tells digits from everything else; the one in `models/` where None.
        without: names of steps to switch off, to see what each is worth.

    Returns:
        What was found; a blank picture has no rows.

    Raises:
        ValueError: the picture has another shape or type, or is empty.
    """
    _check(picture)
    made = run_steps(PICTURE_STEPS, picture, without)
    mask = made["Ink mask"]
    look, looks_like = looker(made["Grey"], classifier, without), None
    if boxes is not None:
        inside = [ink_inside(mask, _scaled(box, mask.shape[1] / picture.shape[1])) for box in boxes]
        looks, left_out = look([blob for blob in inside if blob]), []
    elif digits == "one":
        pieces = find_pieces(mask)
        looks, left_out = look([union(pieces)] if pieces else []), []
    else:
        beyond = changed_pixels(made["Polarity"], made["Page finding"])
        faint = made["Grey"] > paper_levels(made["Grey"])[1]
        found = find_digits(mask, faint, beyond, look, classifier.calibration.reject, without)
        looks, left_out = found.looks, found.rejected
        if not drawn and DETECTION not in without:
            detector = detector or load_detector()
            levels = detector.look(made["Composite alpha"])
            looks, left_out, looks_like = _judge(found, _witnesses(found, made["Grey"], detector), levels, detector)

    scale = picture.shape[1] / mask.shape[1]
    order = reading_order([one.blob.box for one in looks])
    rows = tuple(tuple(_digit(looks[i], scale, classifier.calibration.unsure) for i in row) for row in order)
    rejected = tuple(Rejected(_scaled(one.box, scale), one.reason, one.image) for one in left_out)
    return Reading(rows, rejected, made, looks_like)


def looker(strength: np.ndarray, classifier: Classifier, without: frozenset[str] = frozenset()) -> Looker:
    """Return the function that shows the ink of blobs to the network."""
    paper, _ = paper_levels(strength)

    def look(blobs: list[Blob]) -> list[Look]:
        if not blobs:
            return []
        parts = [strength[y : y + h, x : x + w] for x, y, w, h in (blob.box for blob in blobs)]
        made = [
            run_steps(DIGIT_STEPS, lift_ink(part, blob.mask, paper), without)
            for part, blob in zip(parts, blobs, strict=True)
        ]
        outputs = classifier.predict(np.stack([steps["Centre of mass"] for steps in made]))
        return [
            Look(
                blob,
                made[i],
                outputs.y_prob[i],
                outputs.features[i],
                digit_prob=float(outputs.digit_prob[i]),
                strength=cv2.mean(parts[i], blob.mask.view(np.uint8))[0] - paper,
            )
            for i, blob in enumerate(blobs)
        ]

    return look


@dataclass(frozen=True, eq=False)
class Found:
    """A page's ink, sorted by shape and neighbours.

    Attributes:
        looks: what has the form of a digit.
        rejected: the rest, with its reasons.
        left: the rest's ink, without ruled lines.
        mask: `(h, w)` bool, all ink but ruled lines.
    """

    looks: list[Look]
    rejected: list[Rejected]
    left: list[Blob]
    mask: np.ndarray


def find_digits(
    mask: np.ndarray,
    faint: np.ndarray,
    beyond: np.ndarray | None,
    look: Looker,
    threshold: float,
    without: frozenset[str] = frozenset(),
) -> Found:
    """Sort a page's ink into what has the form of a digit and the rest; boxes are in pixels of the mask.

    Args:
        mask: `(h, w)` bool, the ink.
        faint: `(h, w)` bool, all that is darker than paper.
        beyond: `(h, w)` bool, what is no paper; None where the paper fills the picture.
        look: asks the network about blobs.
        threshold: score below which a blob is no digit.
        without: names of `SWITCHES` that are off.
    """
    mask, lines = (mask, []) if LINES in without else remove_lines(mask, faint)
    rejected = [Rejected(box, LINE) for box in lines]
    pieces = find_pieces(mask)
    reasons = reject_shapes(pieces, mask.shape)
    rejected += [Rejected(pieces[i].box, reason) for i, reason in reasons.items()]
    left = [pieces[i] for i in reasons]
    looks = look([piece for i, piece in enumerate(pieces) if i not in reasons])

    def leave_out(reasons: dict[int, str]) -> list[Look]:
        rejected.extend(Rejected(looks[i].blob.box, why, looks[i].made["Centre of mass"]) for i, why in reasons.items())
        left.extend(looks[i].blob for i in reasons)
        return [one for i, one in enumerate(looks) if i not in reasons]

    looks = leave_out(reject_background(looks, mask.shape, beyond))
    if JOINING not in without:
        looks = join_pieces(looks, look)
    if SPLITTING not in without:
        looks = split_touching(looks, look)
    if REJECTION not in without:
        looks = leave_out(reject(looks, threshold, mask.shape))
    return Found(looks, rejected, left, mask)


def _judge(
    found: Found, witnesses: list[Look], levels: list[Level], detector: Detector
) -> tuple[list[Look], list[Rejected], str | None]:
    """Keep what is a written digit to the detector, too; say of the rest why not, and what a page without any is."""
    marks = Marks.of(witnesses, found.left, found.mask, levels)
    kept = odds_of(marks, levels, detector.score) > detector.score.threshold
    looks = [one for one, keep in zip(found.looks, kept, strict=True) if keep]
    out = [
        Rejected(one.blob.box, REASONS[Kind(int(kinds.argmax()))], one.made["Centre of mass"])
        for one, kinds, keep in zip(found.looks, marks.seen.kinds, kept, strict=False)
        if not keep
    ]
    return looks, [*found.rejected, *out], None if looks else _looks_like(marks, levels)


def _witnesses(found: Found, strength: np.ndarray, detector: Detector) -> list[Look]:
    """What the network that the judge was fitted with says of the looks, whichever network reads the digits."""
    if not found.looks or detector.score.fits(found.looks[0].features):
        return found.looks
    return looker(strength, _default_classifier())([one.blob for one in found.looks])


@cache
def _default_classifier() -> Classifier:
    return load_classifier(find_model())


def _looks_like(marks: Marks, levels: list[Level]) -> str | None:
    """What most of a picture is, or most of its ink."""
    whole = levels[-1].kinds.mean(axis=(0, 1))
    if whole[Kind.PICTURE] > MOSTLY:
        return PHOTO
    if not marks.blobs:
        return None
    areas = np.array([blob.area for blob in marks.blobs])
    ink = areas @ marks.seen.kinds / areas.sum()
    kind = Kind(int(ink.argmax()))
    return LOOKS.get(kind) if ink[kind] > MOSTLY else None


def _digit(look: Look, scale: float, unsure: float) -> Digit:
    confidence = float(look.y_prob.max())
    return Digit(
        label=look.label,
        confidence=confidence,
        box=_scaled(look.blob.box, scale),
        probabilities=look.y_prob,
        features=look.features,
        image=look.made["Centre of mass"],
        state="sure" if min(confidence, look.digit_prob) >= unsure else "unsure",
        made=look.made,
    )


def _scaled(box: Box, scale: float) -> Box:
    return tuple(round(value * scale) for value in box)


def _check(picture: np.ndarray) -> None:
    if picture.ndim != 3 or picture.shape[2] not in (3, 4) or picture.dtype != np.uint8:
        raise ValueError(f"picture must be (h, w, 3) or (h, w, 4) uint8, not {picture.shape} {picture.dtype}.")
    if not picture.size:
        raise ValueError(f"picture is empty: its shape is {picture.shape}.")


def _show(table: tuple[Row, ...], made: dict[str, np.ndarray]) -> tuple[Step, ...]:
    return tuple(Step(row.name, row.hint, _reduced(made[row.name])) for row in table)


def _reduced(array: np.ndarray) -> np.ndarray:
    if array.dtype == bool:
        array = array.view(np.uint8) * 255
    scale = SHOWN_SIDE / max(array.shape[:2])
    return array if scale >= 1 else cv2.resize(array, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
