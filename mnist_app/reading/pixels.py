"""Pixels as files hold them, of any kind and on any side: made upright, 8 bits a channel, in little memory."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from PIL import ExifTags, Image

STRIP = 2**20  # pixels that are converted at a time
TRANSPARENT = ("RGBA", "LA", "PA", "La", "RGBa")
# How Pillow holds a pixel, in bytes; 4 in all other modes, of which some leave bytes unused.
HELD = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
# By EXIF's orientation: a view of the upright picture in which it lies as it is stored.
LYING: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}
ON_ITS_SIDE = (5, 6, 7, 8)
BITS, ROWS = ExifTags.Base.BitsPerSample, ExifTags.Base.RowsPerStrip  # a TIFF's tags


def _of_jpeg(image: Any) -> float:
    """Where a JPEG comes in several scans, its decoder keeps all coefficients, of 2 bytes, until the last."""
    sampled = [across * down for _, across, down, _ in image.layer]
    return 2 * sum(sampled) / max(sampled)


def _of_tiff(image: Any) -> float:
    """A strip or tile is decoded as a whole, and a picture that lies on its side is copied."""
    bits = sum(image.tag_v2.get(BITS, (1,)))
    strip = min(1.0, image.tag_v2.get(ROWS, image.height) / image.height)
    return max(bits / 8 * strip, HELD.get(image.mode, 4) if image.tag_v2.get(ExifTags.Base.Orientation, 1) > 1 else 0)


# What a format's decoder takes for each pixel beside Pillow's image, in bytes; it is freed before the array is made.
BESIDE: dict[str, Callable[[Any], float]] = {
    "JPEG": _of_jpeg,
    "MPO": _of_jpeg,
    "TIFF": _of_tiff,
    "WEBP": lambda _: 14.0,  # two canvases of an animation, a copy, and planes of brightness and colour
    "HEIF": lambda _: 4.5,  # brightness and colour, and a copy as RGB
}


class NoNumberError(ValueError):
    """A pixel is infinite, or no number."""


def channels(image: Image.Image) -> int:
    """How many channels `to_array` makes: 3, or 4 where there is transparency."""
    return 4 if image.mode in TRANSPARENT or "transparency" in image.info else 3


def bytes_a_pixel(image: Image.Image) -> float:
    """How much memory `to_array` takes at its peak, for each pixel, of an image that is open and not yet decoded."""
    held = HELD.get(image.mode, 4)
    return held + max(BESIDE.get(image.format or "", lambda _: 0.0)(image), channels(image))


def to_array(image: Image.Image) -> np.ndarray:
    """Make an array of an image, and turn it upright as its EXIF says.

    Returns:
        `(h, w, 3)` uint8 RGB, or `(h, w, 4)` RGBA. Grey of more than 8 bits is spread over all 256 levels, as viewers
        do: a scan often uses a part of its range only.

    Raises:
        NoNumberError: a pixel is infinite, or no number.
    """
    image.load()  # before anything is asked of it: only then all of a PNG's or TIFF's EXIF is known
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    shape = image.size if orientation in ON_ITS_SIDE else image.size[::-1]
    upright = np.empty((*shape, channels(image)), np.uint8)
    lying = LYING.get(orientation, np.asarray)(upright)
    span = _span(image) if _is_deep(image) else None
    for top, strip in _strips(image):
        lying[top : top + strip.height] = _spread(strip, *span) if span else _converted(strip, upright.shape[2])
    return upright


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """An image from top to bottom, so many rows at a time, each with the number of its first row."""
    rows = max(1, STRIP // image.width)
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _is_deep(image: Image.Image) -> bool:
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def _span(image: Image.Image) -> tuple[float, float]:
    ends = [(values.min(), values.max()) for values in (np.asarray(strip, np.float64) for _, strip in _strips(image))]
    low, high = np.min(ends), np.max(ends)
    if not np.isfinite(high - low):
        raise NoNumberError
    return float(low), float(high)


def _spread(strip: Image.Image, low: float, high: float) -> np.ndarray:
    grey = ((np.asarray(strip, np.float64) - low) / max(high - low, 1) * 255).astype(np.uint8)
    return grey[..., np.newaxis]


def _converted(strip: Image.Image, channels: int) -> np.ndarray:
    mode = "RGBA" if channels == 4 else "RGB"
    return np.asarray(strip if strip.mode == mode else strip.convert(mode))
