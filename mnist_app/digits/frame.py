"""From one digit's ink to the 28 x 28 that networks for MNIST expect.

LeCun's recipe (LeCun et al. 1998): the digit fits a 20 x 20 box with its aspect kept and anti-aliased, and its centre
of mass lies at the centre of 28 x 28. Before that, hair lines and brush strokes get the width of MNIST's pens.
"""

import cv2
import numpy as np

from mnist_app.settings import IMAGE_SIZE

BOX = 20  # the digit's longer side inside the 28 x 28
INK = 127  # where ink strength is cut into ink and paper
FULL, EMPTY = 0.85, 0.1  # shares of a blob's typical strength that count as full ink and as none
NEAR_INK = 10  # faint ink is taken along up to the blob's size divided by twice this

# Stroke width as a share of the digit's longer side: 99 of 100 MNIST digits lie between the first two. Outside, strokes
# are brought to the nearer target, which lies well inside.
THINNEST, WIDEST = 0.06, 0.28
TARGET_THIN, TARGET_WIDE = 0.11, 0.18
STROKE_SIDE = 160  # strokes are redrawn at this size: ten times finer than what the network sees


def lift_ink(strength: np.ndarray, mask: np.ndarray, paper: float) -> np.ndarray:
    """Take one blob's ink out of its surroundings and stretch it, so that pencil is as black as marker.

    Args:
        strength: `(h, w)` uint8 ink strength.
        mask: `(h, w)` bool, the blob.
        paper: the strength that clean paper has.

    Returns:
        `(h, w)` uint8, 0 outside the blob and 255 from most of its typical strength on.
    """
    shares = np.cumsum(cv2.calcHist([strength], [0], mask.view(np.uint8), [256], [0, 256]))
    typical = int(np.searchsorted(shares, 0.8 * shares[-1])) - paper
    full, empty = paper + FULL * typical, paper + EMPTY * typical
    stretched = np.clip((np.arange(256) - empty) * (255 / max(full - empty, 1)), 0, 255).astype(np.uint8)
    reach = max(3, max(mask.shape) // NEAR_INK | 1)  # faint ends and joints of strokes lie just beyond the mask
    near = cv2.dilate(mask.view(np.uint8) * 255, np.ones((reach, reach), np.uint8))
    return cv2.bitwise_and(cv2.LUT(strength, stretched), near)


def stroke_width(mask: np.ndarray) -> float:
    """Mean width of the strokes of a `(h, w)` bool mask in pixels; 0 without ink.

    Across a stroke of width w the distance to the nearer edge averages w / 4, and half a pixel more on a grid.
    """
    distance = cv2.distanceTransform(np.pad(mask, 1).view(np.uint8), cv2.DIST_L2, 3)
    inside = cv2.countNonZero(distance)
    return 4 * (cv2.sumElems(distance)[0] / inside - 0.5) if inside else 0.0


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


def frame(ink: np.ndarray) -> np.ndarray:
    """Bring one digit's ink to 28 x 28 by MNIST's own recipe (LeCun et al. 1998), stroke width untouched.

    Args:
        ink: `(h, w)` bool mask, uint8 ink strength 0 to 255, or float ink strength 0 to 1.

    Returns:
        `(28, 28)` uint8, 0 = background and 255 = ink; all 0 where there is no ink.
    """
    if ink.dtype != np.uint8:
        ink = (np.clip(ink, 0, 1) * 255).astype(np.uint8)
    return centre_mass(fit_box(crop_to_ink(ink)))


def frame_written(ink: np.ndarray) -> np.ndarray:
    """Bring one digit's ink `(h, w)` uint8 to `(28, 28)` as that of a picture: strokes get a usual width, too."""
    return centre_mass(fit_box(normalise_stroke(crop_to_ink(ink))))
