"""Draw a reading over its picture: boxes and digits, coloured by how sure the network is."""

from collections.abc import Iterable
from itertools import count
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.sparse.csgraph import connected_components

from mnist_app.reading.answer import Digit, Reading, Rejected
from mnist_app.reading.boxes import Box, scaled

LONGEST_SIDE = 1000  # of the picture that is shown
# Okabe and Ito's colours, which the colour-blind tell apart; unsure digits have a question mark as well.
SURE, UNSURE = (0, 114, 178), (230, 159, 0)
DARK, LIGHT = (20, 20, 20), (255, 255, 255)
PALE, MURKY, MILKY = (128, 128, 128, 170), (70, 70, 70, 255), (255, 255, 255, 170)  # of what was left out
DASH = 6  # pixels
FEW = 6  # places for one reason, up to which each has a letter


class LeftOut(NamedTuple):
    """What was left out for one reason: the boxes around marks that lie close together, in the picture's pixels.

    Where there are more than `FEW`, they have no letters.
    """

    reason: str
    boxes: list[Box]
    letters: list[str]


def reduce_picture(picture: np.ndarray, longest_side: int = LONGEST_SIDE) -> np.ndarray:
    """Copy a picture for showing: RGB on white, at most `longest_side` pixels.

    Args:
        picture: `(h, w, 3)` or `(h, w, 4)` uint8, RGB or RGBA.
        longest_side: in pixels.
    """
    scale = min(1.0, longest_side / max(picture.shape[:2]))
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA) if scale < 1 else picture.copy()
    if small.shape[2] == 3:
        return small
    opacity = small[..., 3:].astype(np.float32) / 255
    return np.rint(small[..., :3] * opacity + 255 * (1 - opacity)).astype(np.uint8)


def draw_reading(preview: np.ndarray, reading: Reading, scale: float, left_out: Iterable[LeftOut] = ()) -> np.ndarray:
    """Draw boxes and digits over a picture.

    Args:
        preview: `(h, w, 3)` uint8 RGB, as `reduce_picture` makes it.
        reading: what was read.
        scale: width of the preview over width of the picture that was read.
        left_out: what is drawn too, in pale dashes, from `group_left_out`.

    Returns:
        `(h, w, 3)` uint8 RGB.
    """
    image = Image.fromarray(preview)
    pen = ImageDraw.Draw(image, "RGBA")
    for group in left_out:
        for place, box in enumerate(group.boxes):
            _dashes(pen, scaled(box, scale))
            if group.letters:
                _note(pen, scaled(box, scale), group.letters[place], preview.shape)
    for digit in reading.digits:
        box = scaled(digit.box, scale)
        colour = SURE if digit.state == "sure" else UNSURE
        pen.rectangle((box[0], box[1], box[0] + box[2], box[1] + box[3]), outline=colour, width=3)
        _chip(pen, box, label_of(digit), colour, preview.shape)
    return np.asarray(image)


def group_left_out(rejected: Iterable[Rejected]) -> list[LeftOut]:
    """Group what was left out by its reason; the letters of a word, say, get one box."""
    boxes: dict[str, list[Box]] = {}
    for blob in rejected:
        boxes.setdefault(blob.reason, []).append(blob.box)
    names = map(letter, count())
    groups = [(reason, _join(marks)) for reason, marks in boxes.items()]
    return [
        LeftOut(reason, joined, [next(names) for _ in joined] if len(joined) <= FEW else [])
        for reason, joined in groups
    ]


def letter(place: int) -> str:
    """What something left out is called, in the picture and beside it: a, b, c, after z a2, b2."""
    return chr(ord("a") + place % 26) + (str(place // 26 + 1) if place >= 26 else "")


def label_of(digit: Digit) -> str:
    """A digit as it is written over a picture: with a question mark where the network is unsure."""
    return f"{digit.label}" if digit.state == "sure" else f"{digit.label}?"


def _join(boxes: list[Box]) -> list[Box]:
    """Join boxes that are less far apart than half of the height that is usual among them."""
    corners = np.array([(x, y, x + w, y + h) for x, y, w, h in boxes])
    low, high = corners[:, :2], corners[:, 2:]
    apart = (low[:, np.newaxis] - high).max(axis=2)
    near = np.maximum(apart, apart.T) <= np.median(high[:, 1] - low[:, 1]) / 2
    groups, group = connected_components(near, directed=False)
    joined = []
    for i in range(groups):
        (x, y), (right, bottom) = low[group == i].min(axis=0).tolist(), high[group == i].max(axis=0).tolist()
        joined.append((x, y, right - x, bottom - y))
    return joined


def _chip(pen: ImageDraw.ImageDraw, box: Box, text: str, colour: tuple[int, int, int], shape: tuple[int, ...]) -> None:
    """Write on a coloured chip above the box's left corner, or inside the picture where there is no room above."""
    size = int(np.clip(0.3 * box[3], 0.04 * max(shape), 0.06 * max(shape)))
    font = ImageFont.load_default(max(10, size))
    left, top, right, bottom = pen.textbbox((0, 0), text, font=font)
    width, height = right - left + size // 2, bottom - top + size // 3
    x = max(0, min(box[0] - 1, shape[1] - width))
    y = max(0, box[1] - height)
    pen.rectangle((x, y, x + width, y + height), fill=colour)
    ink = DARK if colour == UNSURE else LIGHT
    pen.text((x + size // 4 - left, y + size // 6 - top), text, fill=ink, font=font)


def _note(pen: ImageDraw.ImageDraw, box: Box, text: str, shape: tuple[int, ...]) -> None:
    """Write a letter softly into a box's left corner."""
    font = ImageFont.load_default(max(11, round(0.024 * max(shape))))
    place = (min(box[0] + 4, shape[1] - 12), min(box[1] + 2, shape[0] - 16))
    left, top, right, bottom = pen.textbbox(place, text, font=font)
    pen.rectangle((left - 2, top - 2, right + 2, bottom + 2), fill=MILKY)
    pen.text(place, text, fill=MURKY, font=font)


def _dashes(pen: ImageDraw.ImageDraw, box: Box) -> None:
    x, y, w, h = box
    for start in range(0, w, 2 * DASH):
        for level in (y, y + h):
            pen.line((x + start, level, x + min(start + DASH, w), level), fill=PALE)
    for start in range(0, h, 2 * DASH):
        for level in (x, x + w):
            pen.line((level, y + start, level, y + min(start + DASH, h)), fill=PALE)
