"""Run the detector with LiteRT: a picture in, what it says of every place and of every mark of ink out."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from mnist_app.digits.generated.kinds import Kind
from mnist_app.network.litert import LiteRT
from mnist_app.network.model_store import DETECTOR_NETWORK, naming
from mnist_app.reading.boxes import Box, covered
from mnist_app.reading.segmentation import Blob
from mnist_app.settings import MODELS_FOLDER

DETECTOR = "detector"  # its folder in `models/`

SIDES = (640, 256, 128)  # longest sides at which a picture is looked at
STRIDE = 4  # pixels of such a picture between two places
STEP = 32  # its sides are multiples of that
KINDS = 6
FEATURES = 64  # of a mark, near and far
BEST_SIZE = 40  # pixels of a digit that the detector judges best
MOST_PIXELS = 600  # of a mark that are looked up
FAINTEST_HEAT = 0.12  # of a centre that proposes a box
MOST_BOXES = 150
OVERLAP = 0.6  # share of the smaller of two boxes from which on they are the same digit's


@dataclass(frozen=True, eq=False)
class Level:
    """What the detector says of a picture at one size.

    Attributes:
        scale: its pixels for one of the picture's.
        kinds: `(h, w, 6)` float32, probabilities of each `Kind`, at every fourth pixel.
        heat: `(h, w)` float32, probability that a digit has its centre there.
        sizes: `(h, w, 2)` float32, width and height in the picture's pixels of the digit with its centre there.
        features: `(h, w, 32)` float32, what the network's last layer sees.
    """

    scale: float
    kinds: np.ndarray
    heat: np.ndarray
    sizes: np.ndarray
    features: np.ndarray

    @property
    def cell(self) -> float:
        """The picture's pixels between two places."""
        return STRIDE / self.scale


class Detector:
    """A trained detector, ready to be asked from any thread."""

    def __init__(self, path: Path) -> None:
        """Load `detector.tflite`.

        Args:
            path: the file.

        Raises:
            FileNotFoundError: there is no such file.
        """
        self._network = LiteRT(path, threads=2)

    def look(self, picture: np.ndarray, sides: tuple[int, ...] = SIDES) -> list[Level]:
        """Look at a picture at several sizes, from the largest to the smallest; it is never enlarged.

        Args:
            picture: `(h, w, 3)` uint8 RGB.
            sides: the longest sides.
        """
        longest = max(picture.shape[:2])
        scales = sorted({min(1.0, side / longest) for side in sides}, reverse=True)
        return [self._look(picture, scale) for scale in scales]

    def _look(self, picture: np.ndarray, scale: float) -> Level:
        height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
        small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        below, right = -height % STEP, -width % STEP
        small = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_REPLICATE)
        seen = np.s_[0, : -(-height // STRIDE), : -(-width // STRIDE)]
        output, features = (made[seen] for made in self._network.run(small[np.newaxis].astype(np.float32)))
        scores = output[..., :KINDS]
        kinds = np.exp(scores - scores.max(axis=2, keepdims=True))
        kinds /= kinds.sum(axis=2, keepdims=True)
        heat = 1 / (1 + np.exp(-np.clip(output[..., KINDS], -30, 30)))
        return Level(scale, kinds, heat, np.exp(np.clip(output[..., KINDS + 1 :], 0, 7)) / scale, features)


@cache
def load_detector(folder: Path = MODELS_FOLDER / DETECTOR) -> Detector:
    """Load a stored detector, once.

    Raises:
        ValueError: its file is missing or cannot be used; the message names it.
    """
    with naming(folder / DETECTOR_NETWORK):
        detector = Detector(folder / DETECTOR_NETWORK)
        detector.look(np.zeros((STEP, STEP, 3), np.uint8))  # a file may be sound, and another network's
        return detector


def best_level(levels: list[Level], size: float) -> int:
    """The index of the level at which something that large is judged best."""
    return int(np.argmin([abs(np.log(max(size, 1) * level.scale / BEST_SIZE)) for level in levels]))


@dataclass(frozen=True, eq=False)
class Ink:
    """What the detector says of a mark's ink on average, at its own size and seen from further away.

    Attributes:
        near, far: `(6,)` probabilities of each `Kind`.
        features: `(64,)`, what the network's last layer sees, of both.
    """

    near: np.ndarray
    far: np.ndarray
    features: np.ndarray


EVEN = np.full(KINDS, 0.5)
UNSEEN = Ink(EVEN, EVEN, np.zeros(FEATURES))  # of ink that the detector was not asked about


def look_up(levels: list[Level], blob: Blob) -> Ink:
    """Average the detector's maps over a mark's ink."""
    rows, columns = np.nonzero(blob.mask)
    step = -(-len(rows) // MOST_PIXELS)
    rows, columns = rows[::step] + blob.box[1], columns[::step] + blob.box[0]
    own = best_level(levels, blob.size)
    kinds, features = [], []
    for level in (levels[own], levels[min(own + 1, len(levels) - 1)]):
        height, width = level.heat.shape
        places = _places(rows, level.cell, height), _places(columns, level.cell, width)
        kinds.append(level.kinds[places].mean(axis=0))
        features.append(level.features[places].mean(axis=0))
    near, far = kinds
    return Ink(near, far, np.concatenate(features))


def centre_of(levels: list[Level], blob: Blob) -> tuple[float, float]:
    """How sure a digit has its centre where the mark has: the highest heat there.

    Returns:
        The heat, 0 to 1, and how far the digit's size is from the mark's, as a logarithm, at least 0.
    """
    x, y, w, h = blob.box
    level = levels[best_level(levels, blob.size)]
    reach = 0.15 * max(w, h)
    top, bottom = _range(y + h / 2, reach, level.cell, level.heat.shape[0])
    left, right = _range(x + w / 2, reach, level.cell, level.heat.shape[1])
    part = level.heat[top:bottom, left:right]
    row, column = np.unravel_index(int(part.argmax()), part.shape)
    size = level.sizes[top + row, left + column]
    return float(part[row, column]), float(abs(np.log(size.max() / max(w, h))))


def find_boxes(levels: list[Level], shape: tuple[int, ...]) -> list[Box]:
    """Boxes of digits, from the surest to the least sure, in pixels of a picture of that shape.

    A place that is hotter than its neighbours is a centre; of those whose boxes cover each other for the most part, the
    hottest stays.
    """
    found = []
    for index, level in enumerate(levels):
        peaks = (level.heat >= cv2.dilate(level.heat, np.ones((3, 3), np.uint8))) & (level.heat > FAINTEST_HEAT)
        for row, column in zip(*np.nonzero(peaks), strict=True):
            w, h = level.sizes[row, column]
            if best_level(levels, max(w, h)) == index:
                x, y = (column + 0.5) * level.cell - w / 2, (row + 0.5) * level.cell - h / 2
                found.append((float(level.heat[row, column]), x, y, float(w), float(h)))
    boxes: list[Box] = []
    for _, x, y, w, h in sorted(found, reverse=True)[: 3 * MOST_BOXES]:
        left, top = max(0, round(x)), max(0, round(y))
        right, bottom = min(shape[1], round(x + w)), min(shape[0], round(y + h))
        box = left, top, right - left, bottom - top
        if min(box[2:]) > 1 and all(covered(box, other) < OVERLAP for other in boxes):
            boxes.append(box)
    return boxes[:MOST_BOXES]


def ink_of_digits(levels: list[Level], mask: np.ndarray, box: Box, least: float = 0.35) -> np.ndarray:
    """The ink in a box that is a digit's rather than a line's or a neighbour's, `(h, w)` bool."""
    x, y, w, h = box
    level = levels[best_level(levels, max(w, h))]
    top, bottom = int(y / level.cell), int((y + h) / level.cell) + 1
    left, right = int(x / level.cell), int((x + w) / level.cell) + 1
    part = level.kinds[top:bottom, left:right, Kind.DIGIT]
    size = (max(1, round(part.shape[1] * level.cell)), max(1, round(part.shape[0] * level.cell)))
    large = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)
    rows = np.clip(np.arange(y, y + h) - round(top * level.cell), 0, size[1] - 1)
    columns = np.clip(np.arange(x, x + w) - round(left * level.cell), 0, size[0] - 1)
    return mask[y : y + h, x : x + w] & (large[np.ix_(rows, columns)] > least)


def _places(pixels: np.ndarray, cell: float, count: int) -> np.ndarray:
    return np.minimum((pixels / cell).astype(int), count - 1)


def _range(middle: float, reach: float, cell: float, count: int) -> tuple[int, int]:
    first = min(max(int((middle - reach) / cell), 0), count - 1)
    return first, min(max(int((middle + reach) / cell), first) + 1, count)
