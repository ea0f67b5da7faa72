"""Show a digit as other circumstances show it to the program: another shape of box, a coarse scan, another pen.

Whatever happens to a digit before it is photographed, the program then crops it, brings its strokes to a usual width
and fits it into its frame (`frame.frame_written`). So every change here is made on an enlarged copy of the digit,
and what comes of it goes through the same steps: a network learns what it will be shown. Only arrays, NumPy, OpenCV
and scikit-image's thinning, so a page can show what is trained.
"""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from skimage.morphology import skeletonize

from mnist_app.digits.frame import INK, crop_to_ink, frame_written, lift_ink

SIDE = 80  # pixels of the enlarged digit's longer side
TWICE = 0.3  # share of the digits that meet a second circumstance
NARROWEST, BROADEST = 0.5, 1.8  # width of a digit's box by its height, once it is squeezed or stretched
STRONGEST = 3.0  # factor of squeezing and stretching: a bar does not become a block
CUT = 0.4  # of full ink: what is darker is ink, as in `ink.ink_mask`

Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def meet(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Show every image in one or two circumstances of `CIRCUMSTANCES`, chosen by their weights.

    Args:
        images: `(n, 28, 28)` uint8, light ink on a black background, not yet spoilt by light or paper.
        rng: where the random numbers come from.

    Returns:
        `(n, 28, 28)` uint8, new arrays; an image without ink stays as it is.
    """
    weights = np.array([one.weight for one in CIRCUMSTANCES])
    changed = images.copy()
    for i, image in enumerate(images):
        if image.max() <= INK:
            continue
        count = 1 + (rng.random() < TWICE)
        chosen = np.sort(rng.choice(len(weights), count, replace=False, p=weights / weights.sum()))
        changed[i] = show(image, [CIRCUMSTANCES[k].change for k in chosen], rng)
    return changed


def show(image: np.ndarray, changes: list[Change], rng: np.random.Generator) -> np.ndarray:
    """Change one `(28, 28)` uint8 digit and frame it as the program frames what it finds in a picture."""
    ink = crop_to_ink(image)
    scale = SIDE / max(ink.shape)
    size = [max(1, round(side * scale)) for side in ink.shape[::-1]]
    ink = cv2.resize(np.pad(ink, 1), size, interpolation=cv2.INTER_CUBIC)
    for change in changes:
        if (other := change(ink, rng)).max() > INK:  # else nothing would be left of it
            ink = other
    return frame_written(_lifted(ink))


def _lifted(ink: np.ndarray) -> np.ndarray:
    """Take ink `(h, w)` uint8 from its paper as the program does: black, with only its own grey border."""
    ink = np.pad(ink, 4)
    return lift_ink(ink, ink > CUT * int(ink.max()), 0)


# Each takes ink `(h, w)` uint8, about SIDE pixels large, and returns such ink. They are listed in the order in which
# they happen: the pen, then the paper's shape, then the scan.


def write_hairline(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Leave only the middle of the strokes, 1 pixel wide on a grid of 20 to 80 pixels."""
    small = _reduced(ink, int(rng.integers(20, SIDE + 1)))
    return _enlarged(skeletonize(small > CUT * small.max()).view(np.uint8) * np.uint8(255), cv2.INTER_NEAREST)


def write_thick(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Write with a brush: strokes wider by 8 to 20 % of the digit."""
    wider = round(rng.uniform(0.08, 0.2) * max(ink.shape))
    return cv2.dilate(np.pad(ink, wider), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wider, wider)))


def break_apart(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Leave one to three gaps in the strokes, each 3 to 8 % of the digit wide."""
    broken, middle = ink.copy(), np.argwhere(ink > INK)
    for y, x in middle[rng.integers(len(middle), size=rng.integers(1, 4))] if len(middle) else ():
        across, reach = rng.uniform(0, np.pi), rng.uniform(0.08, 0.14) * SIDE
        step = np.rint(reach * np.array([np.cos(across), np.sin(across)])).astype(int)
        start, end = (int(x - step[0]), int(y - step[1])), (int(x + step[0]), int(y + step[1]))
        cv2.line(broken, start, end, 0, max(1, round(rng.uniform(0.03, 0.08) * SIDE)), cv2.LINE_AA)
    return broken


def roughen(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Fray the outline, as rough paper and a bad copy do."""
    grain = cv2.GaussianBlur(rng.normal(0, 1, ink.shape).astype(np.float32), (0, 0), rng.uniform(0.8, 2.5))
    soft = cv2.GaussianBlur(ink, (0, 0), rng.uniform(1.5, 3)) / np.float32(255)
    return np.where(soft + rng.uniform(0.06, 0.14) * grain / grain.std() > 0.5, 255, 0).astype(np.uint8)


def reshape_box(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Squeeze or stretch the digit's box: half of them to a square, as forms and scans do, half to any shape."""
    ink = crop_to_ink(ink)
    height, width = ink.shape
    aspect = 1.0 if rng.random() < 0.5 else np.exp(rng.uniform(np.log(NARROWEST), np.log(BROADEST)))
    factor = np.clip(aspect * height / width, 1 / STRONGEST, STRONGEST)
    wanted = np.array([width * factor, height]) * SIDE / max(width * factor, height)
    return cv2.resize(ink, np.maximum(np.rint(wanted), 1).astype(int).tolist(), interpolation=cv2.INTER_LINEAR)


def scan(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Scan the digit on a grid of 8 to 16 pixels and enlarge it: smooth, blocky, or black and white alone."""
    small = _reduced(crop_to_ink(ink), int(rng.integers(8, 17)))
    small = cv2.convertScaleAbs(small, alpha=255 / small.max())
    if rng.random() < 1 / 3:
        small = np.where(small > rng.uniform(0.3, 0.55) * 255, 255, 0).astype(np.uint8)
    else:
        levels = 2 ** rng.integers(2, 9) - 1
        small = np.rint(np.rint(small * (levels / 255)) * (255 / levels)).astype(np.uint8)
    way = (cv2.INTER_NEAREST, cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[rng.integers(4)]
    return _enlarged(small, way)


class Circumstance(NamedTuple):
    """One of them: its name for people, what it does, and how often it is met beside the others."""

    name: str
    change: Change
    weight: float


CIRCUMSTANCES = (
    Circumstance("ink of one pixel", write_hairline, 0.12),
    Circumstance("a thick pen", write_thick, 0.12),
    Circumstance("broken strokes", break_apart, 0.1),
    Circumstance("rough outlines", roughen, 0.1),
    Circumstance("squeezed or stretched", reshape_box, 0.2),
    Circumstance("scanned coarsely", scan, 0.36),
)


def _reduced(ink: np.ndarray, side: int) -> np.ndarray:
    """Reduce ink to a longer side of so many pixels, averaging."""
    scale = side / max(ink.shape)
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    return cv2.resize(ink, size, interpolation=cv2.INTER_AREA)


def _enlarged(ink: np.ndarray, interpolation: int) -> np.ndarray:
    """Enlarge ink by a whole factor, to SIDE pixels or a little more."""
    factor = -(-SIDE // max(ink.shape))
    return cv2.resize(np.pad(ink, 1), None, fx=factor, fy=factor, interpolation=interpolation)
