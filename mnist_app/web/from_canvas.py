"""What paper and picture send, checked where it comes in: anyone can send anything in a browser's name."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, FailFast, Field, ValidationError

from mnist_app.reading.corrections import Mark
from mnist_app.settings import CLASSES
from mnist_app.web.strokes import Stroke

MOST_STROKES, MOST_POINTS = 1000, 20_000  # points of all strokes together: minutes without lifting the pen
MOST_BOXES = 1000
MOST_CHANGES = 10**6
FARTHEST = 10_000.0  # pixels that anything may be away from the paper's corner
WIDEST = 100.0  # pixels of the widest pen
LONGEST = 1e6  # pixels of the longest side of a picture
NO_STROKES = "A part of the drawing was left out, because it is no pen stroke."
TOO_MANY = f"A part of the drawing was left out: at most {MOST_STROKES:,} strokes of {MOST_POINTS:,} points are read."
NO_BOXES = "Some of the boxes were left out, because they are none."

Number = Annotated[float, Field(strict=True, ge=-FARTHEST, le=FARTHEST, allow_inf_nan=False)]
Width = Annotated[float, Field(strict=True, ge=0, le=WIDEST, allow_inf_nan=False)]
Pixel = Annotated[float, Field(strict=True, ge=-LONGEST, le=LONGEST, allow_inf_nan=False)]
Length = Annotated[Pixel, Field(gt=0)]


class TakenStrokes(NamedTuple):
    """What fits of what the paper sends, and a sentence on what does not; "" where all fits."""

    strokes: list[Stroke]
    left_out: str


class TakenBoxes(NamedTuple):
    """What fits of what a picture with boxes sends.

    Attributes:
        marks: the boxes; None where they are to be as they were read.
        change: by which number the browser calls this change, from 1.
        left_out: a sentence on what does not fit; "" where all fits.
    """

    marks: list[Mark] | None
    change: int
    left_out: str


AS_READ = TakenBoxes(None, 0, "")


class PenStroke(BaseModel):
    """A stroke, as the paper writes one."""

    width: Width
    points: Annotated[list[tuple[Number, Number]], Field(min_length=1, max_length=MOST_POINTS), FailFast()]


class Corrected(BaseModel):
    """A box over a picture, in its pixels, and the digit that was typed for it."""

    box: tuple[Pixel, Pixel, Length, Length]
    digit: Annotated[int, Field(strict=True, ge=0, lt=CLASSES)] | None = None


class Told(BaseModel):
    """What a picture tells after a change."""

    change: Annotated[int, Field(strict=True, ge=0, le=MOST_CHANGES)]
    boxes: list[Any] | None


def take_strokes(state: Any) -> TakenStrokes:
    """Take pen strokes.

    Args:
        state: what `st.session_state` holds of a paper.

    Returns:
        The strokes, the oldest first, up to `MOST_STROKES` with `MOST_POINTS` in all.
    """
    sent = state.get("strokes") if isinstance(state, Mapping) else None
    if not isinstance(sent, list):
        return TakenStrokes([], NO_STROKES)
    left_out = TOO_MANY if len(sent) > MOST_STROKES else ""
    strokes: list[Stroke] = []
    points = 0
    for item in sent[:MOST_STROKES]:
        try:
            stroke = PenStroke.model_validate(item)
        except ValidationError:
            left_out = left_out or NO_STROKES
            continue
        points += len(stroke.points)
        if points > MOST_POINTS:
            return TakenStrokes(strokes, TOO_MANY)
        strokes.append(Stroke(width=stroke.width, points=stroke.points))
    return TakenStrokes(strokes, left_out)


def take_boxes(state: Any) -> TakenBoxes | None:
    """Take the boxes of a picture; as `take_strokes`, up to `MOST_BOXES`, and None where nothing was sent."""
    sent = state.get("told") if isinstance(state, Mapping) else None
    if sent is None:
        return None
    try:
        told = Told.model_validate(sent)
    except ValidationError:
        return TakenBoxes(None, 0, NO_BOXES)
    if told.boxes is None:
        return TakenBoxes(None, told.change, "")
    marks = [Mark(one.box, one.digit) for item in told.boxes[:MOST_BOXES] if (one := _fit(item))]
    return TakenBoxes(marks, told.change, "" if len(marks) == len(told.boxes) else NO_BOXES)


def _fit(item: Any) -> Corrected | None:
    try:
        return Corrected.model_validate(item)
    except ValidationError:
        return None
