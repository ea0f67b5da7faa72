"""From a picture to ink, and from one digit's ink to the 28 x 28 that networks for MNIST expect.

Two tables of named steps, each a pure function from array to array. A new step is one function and one row. The
functions of the second table are in `frame`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from mnist_app.digits.frame import BOX, centre_box, centre_mass, crop_to_ink, fit_box, normalise_stroke
from mnist_app.reading.ink import grey, ink_mask, luminance, otsu
from mnist_app.reading.paper import divide_background, find_page, polarity

WORKING_SIDE = 1200  # a page of handwriting is legible at that size, and 12 megapixels are slow
SMALL_SIDE = 200  # smaller pictures are enlarged, so that strokes are several pixels wide
SHOWN_SIDE = 800  # steps are shown at most that large

# Ids of the steps whose arrays others take from what `run_steps` made.
ON_PAPER, STRENGTH, MASK = "composite_alpha", "grey", "ink_mask"
IMAGE = "centre_of_mass"


@dataclass(frozen=True)
class Step:
    """What a step made of the picture, to be shown.

    Attributes:
        name, hint: for people.
        picture: `(h, w)` grey or `(h, w, 3)` RGB, uint8.
        changed: whether it looks otherwise than before.
    """

    name: str
    hint: str
    picture: np.ndarray
    changed: bool


@dataclass(frozen=True)
class Row:
    """One row of a table of steps.

    Attributes:
        id: what programs call the step, in `made` and in `without`; it stays when the name is worded anew.
        name: short and plain, for people.
        hint: one sentence on what it does and why.
        apply: the step, from array to array.
        otherwise: the least that must happen in its place when it is switched off.
    """

    id: str
    name: str
    hint: str
    apply: Callable[[np.ndarray], np.ndarray]
    otherwise: Callable[[np.ndarray], np.ndarray]


def step_id(word: str) -> str:
    """The id that a word means: itself, or one written as a name, as steps were once called ("Centre of mass")."""
    return word.lower().replace(" ", "_")


def run_steps(table: Iterable[Row], array: np.ndarray, without: frozenset[str] = frozenset()) -> dict[str, np.ndarray]:
    """Send an array through a table; returns what every step made of it, by id and in order."""
    made = {}
    for row in table:
        array = made[row.id] = (row.otherwise if row.id in without else row.apply)(array)
    return made


# ---- the picture ----


def working_size(picture: np.ndarray) -> np.ndarray:
    """Bring the longest side between 1200 and 2400 pixels, or above 200, by a whole factor: those are fast."""
    height, width = picture.shape[:2]
    longest = max(height, width)
    if longest >= 2 * WORKING_SIDE:
        factor = longest // WORKING_SIDE
        size = (max(1, width // factor), max(1, height // factor))
        whole = picture[: size[1] * factor, : size[0] * factor]
        return cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    if longest <= SMALL_SIDE:
        factor = -(-2 * SMALL_SIDE // longest)
        return cv2.resize(picture, (width * factor, height * factor), interpolation=cv2.INTER_CUBIC)
    return picture


def composite_alpha(picture: np.ndarray) -> np.ndarray:
    """Lay a transparent picture on white, or on black where its ink is light (RGBA to RGB)."""
    if picture.shape[2] == 3:
        return picture
    colour, alpha = picture[..., :3], picture[..., 3]
    if alpha.min() == 255:
        return np.ascontiguousarray(colour)
    opacity = cv2.merge([alpha] * 3)
    ink = cv2.multiply(colour, opacity, scale=1 / 255)
    light = sum(cv2.mean(ink)) > 0.5 * sum(cv2.mean(opacity))
    return ink if light else cv2.add(ink, cv2.bitwise_not(opacity))


PICTURE_STEPS = (
    Row(
        "working_size",
        "Made larger or smaller",
        "Huge pictures are reduced and tiny ones enlarged, to work on strokes of several pixels.",
        working_size,
        np.asarray,
    ),
    Row(
        ON_PAPER,
        "Laid on paper",
        "A transparent picture is laid on white, or on black where its ink is light.",
        composite_alpha,
        lambda picture: picture[..., :3].copy(),
    ),
    Row(
        "polarity",
        "Dark on light",
        "Light ink on dark paper is turned into dark ink on light paper.",
        polarity,
        np.asarray,
    ),
    Row("page_finding", "Only the sheet", "What lies beside a sheet of paper is painted over.", find_page, np.asarray),
    Row(
        "background_division",
        "Light made even",
        "Dividing by the paper's brightness removes shadows and the paper's colour.",
        divide_background,
        np.asarray,
    ),
    Row(
        STRENGTH,
        "How dark it is",
        "Each pixel keeps the colour that its ink absorbs most, so red and yellow ink count; white is ink.",
        grey,
        luminance,
    ),
    Row(
        MASK,
        "Ink or paper",
        "What is nearly half as dark as the darkest ink nearby, and darker than the paper's grain, is ink.",
        ink_mask,
        otsu,
    ),
)


# ---- one digit ----


DIGIT_STEPS = (
    Row("crop_to_ink", "The digit alone", "Only the digit's own ink is kept.", crop_to_ink, np.asarray),
    Row(
        "stroke_width",
        "A usual pen",
        "Hair lines are widened and brush strokes thinned, to the pens that the network learnt from.",
        normalise_stroke,
        np.asarray,
    ),
    Row(
        "fit_20_x_20",
        "Made small",
        "The longer side becomes 20 pixels, the shape is kept.",
        fit_box,
        lambda ink: cv2.resize(ink, (BOX, BOX)),
    ),
    Row(
        IMAGE,
        "Centred",
        "The middle of its ink goes to the middle of 28 x 28 pixels. This is what the network sees.",
        centre_mass,
        centre_box,
    ),
)


# ---- to be shown ----


def show_picture_steps(picture: np.ndarray, without: frozenset[str] = frozenset()) -> tuple[Step, ...]:
    """What each step makes of a picture, made anew and reduced: a reading does not keep these large arrays.

    Args:
        picture: `(h, w, 3)` or `(h, w, 4)` uint8, RGB or RGBA.
        without: ids of steps to switch off.
    """
    return _show(PICTURE_STEPS, picture, without)


def show_digit_steps(ink: np.ndarray, without: frozenset[str] = frozenset()) -> tuple[Step, ...]:
    """What each step makes of one digit's ink, `(h, w)` uint8; `without` as in `show_picture_steps`."""
    return _show(DIGIT_STEPS, ink, without)


def _show(table: tuple[Row, ...], array: np.ndarray, without: frozenset[str]) -> tuple[Step, ...]:
    before, *after = (_reduced(each) for each in (array, *run_steps(table, array, without).values()))
    return tuple(
        Step(row.name, row.hint, picture, changed=not np.array_equal(picture, earlier))
        for row, picture, earlier in zip(table, after, [before, *after], strict=False)
    )


def _reduced(array: np.ndarray) -> np.ndarray:
    if array.dtype == bool:
        array = array.view(np.uint8) * 255
    scale = SHOWN_SIDE / max(array.shape[:2])
    if scale < 1:
        height, width = (max(1, round(length * scale)) for length in array.shape[:2])
        array = cv2.resize(array, (width, height), interpolation=cv2.INTER_AREA)
    return array if array.ndim == 2 else composite_alpha(array)
