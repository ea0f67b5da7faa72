"""What a canvas sends, checked where it comes in: anyone can send anything in a browser's name."""

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError, field_validator

MOST_STROKES, MOST_POINTS = 1000, 20_000  # points of all strokes together: minutes without lifting the pen
MOST_BOXES = 1000
FARTHEST = 10_000.0  # pixels that anything may be away from the canvas's corner
LARGEST = 100.0  # times its size that something may be scaled to
NO_STROKES = "A part of the drawing was left out, because it is no pen stroke."
TOO_MANY = f"A part of the drawing was left out: at most {MOST_STROKES:,} strokes of {MOST_POINTS:,} points are read."
NO_BOXES = "Some of the boxes were left out, because they are none."

Number = Annotated[float, Field(strict=True, ge=-FARTHEST, le=FARTHEST, allow_inf_nan=False)]
Scale = Annotated[float, Field(strict=True, ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
Flag = Annotated[bool, Field(strict=True)]
Word = Annotated[str, Field(strict=True, max_length=40)]
Start = tuple[Literal["M"], Number, Number]
Straight = tuple[Literal["L"], Number, Number]
Curve = tuple[Literal["Q"], Number, Number, Number, Number]
Piece = Annotated[Curve | Straight | Start, Field(union_mode="left_to_right")]


class Taken(NamedTuple):
    """What fits of what a canvas sent, and a sentence on what does not; "" where all fits."""

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


class Stroke(Placed):
    """A pen stroke, as fabric.js writes one."""

    type: Literal["Path"]
    path: Annotated[list[Piece], Field(min_length=1, max_length=MOST_POINTS), FailFast()]
    angle: Number = 0
    flipX: Flag = False
    flipY: Flag = False
    fill: Word | None = None
    stroke: Word | None = None
    strokeWidth: Annotated[Scale, Field(ge=0)] = 0
    strokeLineCap: Word = ""
    strokeLineJoin: Word = ""

    @field_validator("path")
    @classmethod
    def begin(cls, path: list[Piece]) -> list[Piece]:
        """A curve has to come from somewhere."""
        if path[0][0] == "Q":
            raise ValueError("should begin with a point")
        return path


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


def take_strokes(state: Any) -> Taken:
    """Take pen strokes.

    Args:
        state: what `st.session_state` holds of a canvas.

    Returns:
        The strokes as fabric.js objects, the oldest first, up to `MOST_STROKES` with `MOST_POINTS` in all.
    """
    sent, fits = _unpack(state)
    left_out = NO_STROKES if not fits else TOO_MANY if len(sent) > MOST_STROKES else ""
    strokes: list[dict[str, Any]] = []
    points = 0
    for item in sent[:MOST_STROKES]:
        stroke = _fit(Stroke, item)
        if stroke is None:
            left_out = left_out or NO_STROKES
            continue
        points += sum(len(piece) // 2 for piece in stroke["path"])
        if points > MOST_POINTS:
            return Taken(strokes, TOO_MANY)
        strokes.append(stroke)
    return Taken(strokes, left_out)


def take_boxes(state: Any) -> Taken:
    """Take labelled boxes; as `take_strokes`, up to `MOST_BOXES`."""
    sent, fits = _unpack(state)
    boxes = [box for item in sent[:MOST_BOXES] if (box := _fit(LabelledBox, item))]
    return Taken(boxes, "" if fits and len(boxes) == len(sent) else NO_BOXES)


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
