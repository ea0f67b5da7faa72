"""What paper and canvas send, checked where it comes in: anyone can send anything in a browser's name."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError

from mnist_app.web.strokes import Stroke

MOST_STROKES, MOST_POINTS = 1000, 20_000  # points of all strokes together: minutes without lifting the pen
MOST_BOXES = 1000
FARTHEST = 10_000.0  # pixels that anything may be away from the paper's corner
LARGEST = 100.0  # times its size that something may be scaled to, and pixels of the widest pen
NO_STROKES = "A part of the drawing was left out, because it is no pen stroke."
TOO_MANY = f"A part of the drawing was left out: at most {MOST_STROKES:,} strokes of {MOST_POINTS:,} points are read."
NO_BOXES = "Some of the boxes were left out, because they are none."

Number = Annotated[float, Field(strict=True, ge=-FARTHEST, le=FARTHEST, allow_inf_nan=False)]
Scale = Annotated[float, Field(strict=True, ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
Word = Annotated[str, Field(strict=True, max_length=40)]


class TakenStrokes(NamedTuple):
    """What fits of what the paper sends, and a sentence on what does not; "" where all fits."""

    strokes: list[Stroke]
    left_out: str


class TakenBoxes(NamedTuple):
    """What fits of what a canvas with boxes sends, and a sentence on what does not; "" where all fits."""

    objects: list[dict[str, Any]]
    left_out: str


class Placed(BaseModel):
    """Where something lies on the canvas, and how it was moved there; other keys are dropped."""

    model_config = ConfigDict(extra="ignore")

    left: Number = 0
    top: Number = 0
    width: Number = 0
    height: Number = 0
    scaleX: Scale = 1
    scaleY: Scale = 1
    originX: Literal["left", "center", "right"] = "left"
    originY: Literal["top", "center", "bottom"] = "top"


class PenStroke(BaseModel):
    """A stroke, as the paper writes one."""

    width: Annotated[Scale, Field(ge=0)]
    points: Annotated[list[tuple[Number, Number]], Field(min_length=1, max_length=MOST_POINTS), FailFast()]


class LabelledBox(Placed):
    """A box with a label over a photo, as the canvas writes one."""

    type: Literal["LabeledRect"]
    label: Word = ""


class Raw(BaseModel):
    """A drawing of fabric.js."""

    objects: list[Any] = []


class Drawn(BaseModel):
    """What the canvas tells of its drawing."""

    raw: Raw | None = None


class Photo(BaseModel):
    """Where the photo behind the canvas lies."""

    naturalWidth: float
    naturalHeight: float
    scaleX: float
    scaleY: float
    offsetX: float
    offsetY: float


class State(BaseModel):
    """All that a canvas sends."""

    drawing: Drawn | None = None
    backgroundFit: Photo | None = None


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


def take_boxes(state: Any) -> TakenBoxes:
    """Take labelled boxes; as `take_strokes`, up to `MOST_BOXES`."""
    sent, fits = _unpack(state)
    boxes = [box for item in sent[:MOST_BOXES] if (box := _fit(LabelledBox, item))]
    return TakenBoxes(boxes, "" if fits and len(boxes) == len(sent) else NO_BOXES)


def _unpack(state: Any) -> tuple[list[Any], bool]:
    """The objects of a drawing, and whether there was one to unpack."""
    try:
        drawing = State.model_validate(state).drawing
    except ValidationError:
        return [], False
    return (drawing.raw.objects if drawing and drawing.raw else []), True


def _fit(shape: type[Placed], item: Any) -> dict[str, Any] | None:
    """What is known of an object; None where it does not fit its shape."""
    try:
        return {key: item[key] for key in shape.model_validate(item).model_fields_set}
    except ValidationError:
        return None
