"""From a picture to ink, and from one digit's ink to the 28 x 28 that networks for MNIST expect.

Two tables of named steps, each a pure function from array to array. A new step is one function and one row. The
second table ends in LeCun's recipe (LeCun et al. 1998): the digit fits a 20 x 20 box with its aspect kept and
anti-aliased, and its centre of mass lies at the centre of 28 x 28.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from mnist_app.ink import grey, ink_mask, luminance, otsu, stroke_width
from mnist_app.paper import divide_background, find_page, polarity
from mnist_app.settings import IMAGE_SIZE

WORKING_SIDE = 1200  # a page of handwriting is legible at that size, and 12 megapixels are slow
SMALL_SIDE = 200  # smaller pictures are enlarged, so that strokes are several pixels wide
BOX = 20  # the digit's longer side inside the 28 x 28
INK = 127  # where ink strength is cut into ink and paper

# Stroke width as a share of the digit's longer side: 99 of 100 MNIST digits lie between the first two. Outside, strokes
# are brought to the nearer target, which lies well inside.
THINNEST, WIDEST = 0.06, 0.28
TARGET_THIN, TARGET_WIDE = 0.11, 0.18
STROKE_SIDE = 160  # strokes are redrawn at this size: ten times finer than what the network sees


@dataclass(frozen=True)
class Step:
    """What a step made of the picture, to be shown."""

    name: str
    hint: str
    picture: np.ndarray


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
        "Working size",
        "Huge pictures are reduced and tiny ones enlarged, to work on strokes of several pixels.",
        working_size,
        np.asarray,
    ),
    Row(
        "composite_alpha",
        "Composite alpha",
        "A transparent picture is laid on white, or on black where its ink is light.",
        composite_alpha,
        lambda picture: picture[..., :3].copy(),
    ),
    Row(
        "polarity", "Polarity", "Light ink on dark paper is turned into dark ink on light paper.", polarity, np.asarray
    ),
    Row("page_finding", "Page finding", "What lies beside a sheet of paper is painted over.", find_page, np.asarray),
    Row(
        "background_division",
        "Background division",
        "Dividing by the paper's brightness removes shadows and the paper's colour.",
        divide_background,
        np.asarray,
    ),
    Row(
        "grey",
        "Grey",
        "Each pixel keeps the colour that its ink absorbs most, so red and yellow ink count; white is ink.",
        grey,
        luminance,
    ),
    Row(
        "ink_mask",
        "Ink mask",
        "What is nearly half as dark as the darkest ink nearby, and darker than the paper's grain, is ink.",
        ink_mask,
        otsu,
    ),
)


# ---- one digit ----


def crop_to_ink(ink: np.ndarray) -> np.ndarray:
    """Cut away the rows and columns without ink; an array without any ink is returned as it is."""
    mask = (ink > INK // 2).view(np.uint8)
    x, y, w, h = cv2.boundingRect(mask)
    return ink[y : y + h, x : x + w] if w and h else ink


def normalise_stroke(ink: np.ndarray) -> np.ndarray:
    """Widen thin and thin out wide strokes to what MNIST's pens did; strokes of a usual width stay untouched.

    The width comes from a distance transform. Widening keeps all within half the missing width of the ink. Thinning
    keeps what lies deeper than a share of the deepest ink nearby, so a stroke thinner than its neighbours survives.
    """
    width = stroke_width(ink > INK) / max(ink.shape)
    if THINNEST <= width <= WIDEST:
        return ink
    scale = STROKE_SIDE / max(ink.shape)
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    ink = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    if width < THINNEST:
        # A line thinner than a pixel fades when it is reduced: what counts is that there is some ink.
        present = (ink > INK * min(1.0, width * STROKE_SIDE / 2)).view(np.uint8)
        margin = round(TARGET_THIN * STROKE_SIDE / 2)
        present = cv2.copyMakeBorder(present, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
        distance = cv2.distanceTransform(1 - present, cv2.DIST_L2, 5)
        missing = (TARGET_THIN - width) * STROKE_SIDE / 2
        return (np.clip(missing + 0.5 - distance, 0, 1) * 255).astype(np.uint8)
    distance = cv2.distanceTransform(np.pad(ink > INK, 1).view(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    reach = round(width * STROKE_SIDE) | 1
    deepest = cv2.dilate(distance, np.ones((reach, reach), np.uint8))
    return (np.clip(distance - (1 - TARGET_WIDE / width) * deepest, 0, 1) * 255).astype(np.uint8)


def fit_box(ink: np.ndarray) -> np.ndarray:
    """Scale to a longer side of 20 pixels, aspect kept, area interpolation where it shrinks."""
    scale = BOX / max(ink.shape)
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    return cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def centre_mass(ink: np.ndarray) -> np.ndarray:
    """Place at most 20 x 20 ink in 28 x 28, its centre of mass as near the centre as its box allows."""
    moments = cv2.moments(ink)
    height, width = ink.shape
    total = moments["m00"]
    if not total:
        return centre_box(ink)
    middle = IMAGE_SIZE // 2  # MNIST's own convention: its digits have their centre of mass at 14.0 +- 0.3, not at 13.5
    x = round(middle - moments["m10"] / total)
    y = round(middle - moments["m01"] / total)
    return _place(ink, min(max(x, 0), IMAGE_SIZE - width), min(max(y, 0), IMAGE_SIZE - height))


def centre_box(ink: np.ndarray) -> np.ndarray:
    """Place ink in the middle of 28 x 28."""
    return _place(ink, (IMAGE_SIZE - ink.shape[1]) // 2, (IMAGE_SIZE - ink.shape[0]) // 2)


def _place(ink: np.ndarray, x: int, y: int) -> np.ndarray:
    image = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    image[y : y + ink.shape[0], x : x + ink.shape[1]] = ink
    return image


DIGIT_STEPS = (
    Row("crop_to_ink", "Crop to ink", "Only the digit's own ink is kept.", crop_to_ink, np.asarray),
    Row(
        "stroke_width",
        "Stroke width",
        "Hair lines are widened and brush strokes thinned to the width of MNIST's pens.",
        normalise_stroke,
        np.asarray,
    ),
    Row(
        "fit_20_x_20",
        "Fit 20 x 20",
        "The longer side becomes 20 pixels, the shape is kept.",
        fit_box,
        lambda ink: cv2.resize(ink, (BOX, BOX)),
    ),
    Row(
        "centre_of_mass",
        "Centre of mass",
        "The ink's centre of mass goes to the centre of 28 x 28, as in MNIST.",
        centre_mass,
        centre_box,
    ),
)

_FRAME = tuple(row for row in DIGIT_STEPS if row.id != "stroke_width")


def frame(ink: np.ndarray) -> np.ndarray:
    """Bring one digit's ink to 28 x 28 by MNIST's own recipe (LeCun et al. 1998), stroke width untouched.

    Args:
        ink: `(h, w)` bool mask, uint8 ink strength 0 to 255, or float ink strength 0 to 1.

    Returns:
        `(28, 28)` uint8, 0 = background and 255 = ink; all 0 where there is no ink.
    """
    if ink.dtype != np.uint8:
        ink = (np.clip(ink, 0, 1) * 255).astype(np.uint8)
    return run_steps(_FRAME, ink)["centre_of_mass"]
