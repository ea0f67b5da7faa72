"""Draw a reading over its picture: boxes and digits, coloured by how sure the network is."""

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mnist_app.reading import Digit, Reading
from mnist_app.segmentation import Box

LONGEST_SIDE = 1000  # of the picture that is shown
# Okabe and Ito's colours, which the colour-blind tell apart; unsure digits have a question mark as well.
SURE, UNSURE, REJECTED = (0, 114, 178), (230, 159, 0), (110, 110, 110)
DARK, LIGHT = (20, 20, 20), (255, 255, 255)
DASH = 6  # pixels


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


def draw_reading(preview: np.ndarray, reading: Reading, scale: float, rejected: bool = False) -> np.ndarray:
    """Draw boxes and digits over a picture.

    Args:
        preview: `(h, w, 3)` uint8 RGB, as `reduce_picture` makes it.
        reading: what was read.
        scale: width of the preview over width of the picture that was read.
        rejected: whether to draw what was left out, too, in dashes.

    Returns:
        `(h, w, 3)` uint8 RGB.
    """
    image = Image.fromarray(preview)
    pen = ImageDraw.Draw(image)
    if rejected:
        for place, blob in enumerate(reading.rejected):
            _dashes(pen, _scaled(blob.box, scale))
            _chip(pen, _scaled(blob.box, scale), letter(place), REJECTED, preview.shape)
    for digit in reading.digits:
        box = _scaled(digit.box, scale)
        colour = SURE if digit.state == "sure" else UNSURE
        pen.rectangle((box[0], box[1], box[0] + box[2], box[1] + box[3]), outline=colour, width=3)
        _chip(pen, box, label_of(digit), colour, preview.shape)
    return np.asarray(image)


def letter(place: int) -> str:
    """What something left out is called, in the picture and beside it: a, b, c, after z a2, b2."""
    return chr(ord("a") + place % 26) + (str(place // 26 + 1) if place >= 26 else "")


def label_of(digit: Digit) -> str:
    """A digit as it is written over a picture: with a question mark where the network is unsure."""
    return f"{digit.label}" if digit.state == "sure" else f"{digit.label}?"


def _scaled(box: Box, scale: float) -> Box:
    return tuple(round(value * scale) for value in box)


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


def _dashes(pen: ImageDraw.ImageDraw, box: Box) -> None:
    x, y, w, h = box
    for start in range(0, w, 2 * DASH):
        for level in (y, y + h):
            pen.line((x + start, level, x + min(start + DASH, w), level), fill=REJECTED, width=2)
    for start in range(0, h, 2 * DASH):
        for level in (x, x + w):
            pen.line((level, y + start, level, y + min(start + DASH, h)), fill=REJECTED, width=2)
