"""The front door: a picture goes in, the digits on it come out."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

from mnist_app.network.classifier import Classifier, load_model
from mnist_app.reading.answer import Digit, LooksLike, Reading, Rejected
from mnist_app.reading.boxes import Box, scaled
from mnist_app.reading.detecting.candidates import Candidate, gather
from mnist_app.reading.detecting.detector import Detector, Level, load_detector
from mnist_app.reading.detecting.evidence import weigh
from mnist_app.reading.detecting.judge import Judge, load_judge
from mnist_app.reading.detecting.search import SAME_INK
from mnist_app.reading.finding import LINES, Look, find_ink, looker
from mnist_app.reading.left_out import LINE, leave_out, looks_like
from mnist_app.reading.picture_files import NoReaderError, open_picture, room_for
from mnist_app.reading.rows import reading_order
from mnist_app.reading.segmentation import find_pieces, ink_inside, union
from mnist_app.reading.steps import DIGIT_STEPS, MASK, ON_PAPER, PICTURE_STEPS, STRENGTH, run_steps, step_id
from mnist_app.reading.timing import stage

HowMany = Literal["many", "one"]  # digits on a picture
Tool = TypeVar("Tool", Detector, Judge)
DETECTION = "detector"
SWITCHES = {row.id: row.name for row in (*PICTURE_STEPS, *DIGIT_STEPS)}
SWITCHES |= {LINES: "Line removal", DETECTION: "Detector"}


def read_picture(
    picture: np.ndarray | str | Path | bytes,
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
        picture: `(h, w, 3)` or `(h, w, 4)` uint8, RGB or RGBA; or a picture file, by its path or its content.
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
        PictureError: the file cannot be read, see `open_picture`.
        NoReaderError: the stored detector or judge cannot be used; one digit, or boxes, can still be read.
    """
    if not isinstance(picture, np.ndarray):
        picture = open_picture(picture)
    _check(picture)
    without = frozenset(map(step_id, without))
    with stage("clean"), room_for(2 * picture.nbytes):  # it and a copy; from here on all is small
        made = run_steps(PICTURE_STEPS, picture, without)
    mask = made[MASK]
    look = looker(made[STRENGTH], classifier, without)
    left_out: list[Rejected] = []
    seems: LooksLike | None = None
    if boxes is not None:
        inside = [ink_inside(mask, scaled(box, max(mask.shape) / max(picture.shape[:2]))) for box in boxes]
        with stage("look"):
            looks = look([blob for blob in inside if blob])
    elif digits == "one":
        pieces = find_pieces(mask)
        with stage("look"):
            looks = look([union(pieces)] if pieces else [])
    else:
        with stage("find"):
            pieces, lines = (find_pieces(mask), []) if drawn else find_ink(made, without)
        known = drawn or DETECTION in without
        with stage("detect"):
            levels = None if known else (detector or _stored(load_detector)).look(made[ON_PAPER])
        with stage("look"):
            candidates = gather(pieces, mask, levels, look)
        with stage("judge"):
            looks, left_out, seems = _judge(candidates, mask, levels, judge or _stored(load_judge), made[STRENGTH])
        left_out += [Rejected(box, LINE) for box in lines]

    scale = max(picture.shape[:2]) / max(mask.shape)  # of the longer side: the other may be a pixel, rounded
    order = reading_order([one.blob.box for one in looks])
    rows = tuple(tuple(_digit(looks[i], scale, classifier.calibration.unsure) for i in row) for row in order)
    rejected = tuple(replace(one, box=scaled(one.box, scale)) for one in left_out)
    return Reading(rows, rejected, seems)


def _stored(load: Callable[[], Tool]) -> Tool:
    try:
        return load()
    except ValueError as error:
        raise NoReaderError(str(error)) from error


def _judge(
    candidates: list[Candidate], ink: np.ndarray, levels: list[Level] | None, judge: Judge, strength: np.ndarray
) -> tuple[list[Look], list[Rejected], LooksLike | None]:
    """Choose what is a written digit; say of the other marks why not, and what a page without any is."""
    if not candidates:
        return [], [], looks_like([], None, levels) if levels else None
    evidence = weigh(_heard(candidates, strength, judge), ink, levels)
    chosen = judge.choose(evidence, judge.odds(evidence))
    covered = evidence.overlap[:, chosen].max(axis=1, initial=0) > SAME_INK
    left_out = [leave_out(one) for one, inside in zip(candidates, covered, strict=True) if one.mark and not inside]
    seems = looks_like(candidates, evidence, levels) if levels and not chosen else None
    return [candidates[i].look for i in chosen], left_out, seems


def _heard(candidates: list[Candidate], strength: np.ndarray, judge: Judge) -> list[Candidate]:
    """The candidates as the network sees them with which the judge was fitted, whichever network reads the digits.

    Where that network cannot be used, the judge goes by all the rest that is known of them.
    """
    if judge.fits(candidates[0].look.features):
        return candidates
    try:
        fitted = _default_classifier()
    except ValueError:
        return [replace(one, look=replace(one.look, features=judge.usual_features)) for one in candidates]
    looks = looker(strength, fitted)([one.blob for one in candidates])
    return [replace(one, look=look) for one, look in zip(candidates, looks, strict=True)]


@cache
def _default_classifier() -> Classifier:
    return load_model()


def _digit(look: Look, scale: float, unsure: float) -> Digit:
    confidence = float(look.y_prob.max())
    return Digit(
        label=look.label,
        confidence=confidence,
        box=scaled(look.blob.box, scale),
        probabilities=look.y_prob,
        features=look.features,
        ink=look.ink,
        image=look.image,
        state="sure" if min(confidence, look.digit_prob) >= unsure else "unsure",
    )


def _check(picture: np.ndarray) -> None:
    if picture.ndim != 3 or picture.shape[2] not in (3, 4) or picture.dtype != np.uint8:
        raise ValueError(f"picture must be (h, w, 3) or (h, w, 4) uint8, not {picture.shape} {picture.dtype}.")
    if not picture.size:
        raise ValueError(f"picture is empty: its shape is {picture.shape}.")
