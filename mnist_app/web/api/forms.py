"""The shapes of all that the API takes and gives: what comes in is checked by them, and /openapi.json shows them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError, from_json

from mnist_app.network.model_store import DEFAULT_MODEL
from mnist_app.reading.front_door import HowMany
from mnist_app.web.from_canvas import FARTHEST, MOST_BOXES, MOST_POINTS, MOST_STROKES

WIDEST = 4000  # pixels of a canvas's side: as large as screens are
SEVEN: dict[str, Any] = {
    "width": 100,
    "height": 150,
    "strokes": [[[6, 10], [50, 10], [96, 8], [96, 8], [72, 58], [52, 98], [42, 140]]],
}

Pixel = Annotated[int, Field(ge=0, le=10**6)]
Length = Annotated[int, Field(ge=1, le=10**6)]
PictureBox = tuple[Pixel, Pixel, Length, Length]
Side = Annotated[int, Field(ge=1, le=WIDEST)]
Coordinate = Annotated[float, Field(ge=-FARTHEST, le=FARTHEST, allow_inf_nan=False)]
Stroke = Annotated[list[tuple[Coordinate, Coordinate]], Field(min_length=1)]


class Asked(BaseModel):
    """What can be asked of a picture as of a drawing."""

    model_config = ConfigDict(extra="forbid")

    digits: Annotated[HowMany, Field(description="'one' where it is known to hold one digit.")] = "many"
    model: Annotated[str, Field(description="A model's name; /api/models lists them.")] = DEFAULT_MODEL


class AskedOfPicture(Asked):
    """What can be asked of a picture."""

    boxes: Annotated[
        list[PictureBox] | None,
        Field(
            max_length=MOST_BOXES,
            description="Read exactly these boxes in place of looking for digits: x,y,w,h in the picture's pixels, "
            "once more for each further box; or all as one JSON list of lists.",
        ),
    ] = None

    @field_validator("boxes", mode="before")
    @classmethod
    def split(cls, given: list[str]) -> Any:
        """Take boxes apart as addresses and forms write them; an empty one means to look for digits."""
        written = [text.strip() for text in given]
        if written == [""]:
            return None
        if len(written) > 1 or not written[0].startswith("["):
            return [text.split(",") for text in written]
        try:
            return from_json(written[0])
        except ValueError:
            raise ValueError("should be x,y,w,h or a JSON list of such") from None


class Drawing(Asked):
    """A drawing as strokes, in pixels of its canvas, x to the right and y downwards."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [SEVEN]},
    )

    width: Annotated[Side, Field(description="Of the canvas.")]
    height: Annotated[Side, Field(description="Of the canvas.")]
    strokes: Annotated[
        list[Stroke],
        Field(
            max_length=MOST_STROKES,
            description="Each a list of the points [x, y] that the pen went through; "
            f"at most {MOST_POINTS:,} points in all.",
        ),
    ]

    @field_validator("strokes")
    @classmethod
    def count(cls, strokes: list[Any]) -> list[Any]:
        """Refuse more points than can be drawn in a second."""
        if (points := sum(map(len, strokes))) > MOST_POINTS:
            said = "should have at most {most} points in all, not {points}"
            raise PydanticCustomError("too_long", said, {"most": MOST_POINTS, "points": points})
        return strokes


class DigitRead(BaseModel):
    """One digit that was read."""

    label: Annotated[int, Field(ge=0, le=9)]
    confidence: Annotated[float, Field(ge=0, le=1, description="The label's probability.")]
    box: Annotated[tuple[int, int, int, int], Field(description="x, y, w, h in pixels of what was sent.")]
    probabilities: Annotated[list[float], Field(min_length=10, max_length=10, description="Of 0 to 9.")]


class LeftOut(BaseModel):
    """Ink that was left out."""

    box: tuple[int, int, int, int]
    reason: str


class Answer(BaseModel):
    """What was read, as `python -m mnist_app predict --format json` prints it."""

    path: Annotated[str | None, Field(description="The file's name where a form told it.")]
    text: Annotated[str, Field(description="The digits in reading order, rows on lines of their own.")]
    digits: list[DigitRead]
    rejected: list[LeftOut]
    error: Annotated[None, Field(description="Always null: a picture that cannot be read is a problem.")]


class ModelTold(BaseModel):
    """One network with what the page Models says of it; null is what is not known."""

    model: str
    claim: str | None
    claimed: float | None
    measured: Annotated[float, Field(description="Share of MNIST's test digits that it reads right.")]
    errors: int
    parameters: int
    size: Annotated[int, Field(description="Bytes of the file that is run.")]
    train_seconds: float
    corruptions: float | None


class ModelsTold(BaseModel):
    """All networks."""

    default: Annotated[str, Field(description="The one that reads where none is asked for.")]
    models: list[ModelTold]


class Health(BaseModel):
    """Whether the API can read."""

    status: Literal["ok"]
    models: Annotated[int, Field(ge=1, description="How many networks there are.")]


class ProblemTold(BaseModel):
    """Why a request is not answered (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: Annotated[str, Field(description="One sentence: what was wrong, and what would be right.")]
