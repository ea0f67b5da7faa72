"""Pictures made of images and of a network's maps: many in one, the mean of many, one coloured by a map."""

import cv2
import numpy as np

from mnist_app.insight.charts.look import BLUE, VERMILLION
from mnist_app.settings import CLASSES, IMAGE_SIZE

PAPER, INK = 242, 40
GAP = 1  # pixels between maps
BLANK = 255  # what lies between maps, and where there is none; paper is darker
STRONGEST = 0.85  # of a colour over a picture


def contact_sheet(images: np.ndarray, columns: int) -> np.ndarray:
    """Lay images out in rows, as one picture.

    Args:
        images: `(n, 28, 28)` uint8.
        columns: images in a row.

    Returns:
        `(rows * 28, columns * 28)` uint8; places without an image stay background.
    """
    rows = -(-len(images) // columns)
    places = np.zeros((rows * columns, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    places[: len(images)] = images
    return places.reshape(rows, columns, IMAGE_SIZE, IMAGE_SIZE).swapaxes(1, 2).reshape(rows * IMAGE_SIZE, -1)


def map_sheet(maps: np.ndarray, columns: int, top: float | None = None) -> np.ndarray:
    """Lay a network's maps out in rows, as one picture: the darker, the stronger.

    Args:
        maps: `(h, w, c)`; where some are below 0, the lowest of all is paper.
        columns: maps in a row.
        top: the value that is full ink; the greatest of all where None.

    Returns:
        `(rows * (h + GAP), columns * (w + GAP))` uint8; each map has `GAP` rows below and columns beside
        it that are `BLANK`, as are places without a map.
    """
    height, width, count = maps.shape
    low = min(0.0, float(maps.min()))
    share = (maps - low) / max((float(maps.max()) if top is None else top) - low, 1e-9)
    inked = np.rint(PAPER - np.clip(share, 0, 1) * (PAPER - INK)).astype(np.uint8)
    rows = -(-count // columns)
    places = np.full((rows * columns, height + GAP, width + GAP), BLANK, np.uint8)
    places[:count, :height, :width] = inked.transpose(2, 0, 1)
    tiles = places.reshape(rows, columns, height + GAP, width + GAP)
    return tiles.swapaxes(1, 2).reshape(rows * (height + GAP), columns * (width + GAP))


def see_through(sheet: np.ndarray) -> np.ndarray:
    """Let the page be seen where a sheet of maps is `BLANK`: white would glare in the dark.

    Args:
        sheet: `(h, w)` or `(h, w, 3)` uint8, RGB.

    Returns:
        `(h, w, 4)` uint8, RGBA.
    """
    colours = sheet if sheet.ndim == 3 else np.repeat(sheet[..., np.newaxis], 3, axis=2)
    seen = np.where((colours == BLANK).all(axis=2), 0, 255).astype(np.uint8)
    return np.dstack([colours, seen])


def signed_picture(values: np.ndarray, limit: float) -> np.ndarray:
    """Colour numbers: blue where they are above 0, vermillion where below, paper where they are 0.

    Args:
        values: `(h, w)`.
        limit: the size that gets the full colour.

    Returns:
        `(h, w, 3)` uint8 RGB, a pixel a number.
    """
    colours = np.where(values[..., np.newaxis] > 0, _rgb(BLUE), _rgb(VERMILLION))
    share = np.clip(np.abs(values) / max(limit, 1e-9), 0, 1)[..., np.newaxis]
    return np.rint(PAPER * (1 - share) + colours * share).astype(np.uint8)


def mean_images(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Average the images `(n, 28, 28)` of each digit; `(10, 28, 28)` uint8. Every digit must occur."""
    return np.stack([images[labels == digit].mean(axis=0).round() for digit in range(CLASSES)]).astype(np.uint8)


def overlay(image: np.ndarray, heat: np.ndarray, side: int) -> np.ndarray:
    """Colour an image by a map: blue where it is above 0, vermillion where below, the stronger the further.

    Args:
        image: `(28, 28)` uint8.
        heat: `(28, 28)`, in any unit; the farthest from 0 gets the full colour.
        side: of the picture in pixels.

    Returns:
        `(side, side, 3)` uint8 RGB, dark ink on light paper.
    """
    paper = cv2.resize(PAPER - image * ((PAPER - INK) / 255), (side, side), interpolation=cv2.INTER_NEAREST)
    strength = cv2.resize(heat / max(np.abs(heat).max(), 1e-9), (side, side), interpolation=cv2.INTER_LINEAR)
    colours = np.where(strength[..., np.newaxis] > 0, _rgb(BLUE), _rgb(VERMILLION))
    share = STRONGEST * np.abs(strength)[..., np.newaxis]
    return np.rint(paper[..., np.newaxis] * (1 - share) + colours * share).astype(np.uint8)


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
