"""Change training images the way hands, pens and cameras change digits.

Every change has a cause outside the network: people slant and stretch their digits (`warp`), pens differ in width
(`change_stroke`), ink runs dry (`break_strokes`), digits are written hollow (`outline`), cameras blur, fade and add
grain (`blur`, `fade`, `add_grain`), light is uneven and hazy (`shade`), and paper has lines: their remains stay at the
border of a cut-out digit (`add_line`), go through it (`cross_out`), or the sheet ends (`add_band`). Only NumPy and
OpenCV, so a page can show what is trained.
"""

from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from mnist_app.settings import IMAGE_SIZE

KNOTS = 6  # elastic displacement is drawn on a KNOTS x KNOTS grid and interpolated


@dataclass(frozen=True)
class Augmentation:
    """How far images are changed; every number is the largest change, drawn anew for each image.

    Attributes:
        rotation: degrees either way.
        scale: share by which both axes grow or shrink together.
        aspect: share by which one axis grows and the other shrinks.
        shear: tangent of the slant either way.
        shift: pixels in both directions.
        elastic: standard deviation of the elastic displacement, pixels.
        stroke, broken, blurred, faded, lined, hollow, crossed, banded, shaded, grainy: probability that an image gets
            that change.
    """

    rotation: float = 0.0
    scale: float = 0.0
    aspect: float = 0.0
    shear: float = 0.0
    shift: float = 0.0
    elastic: float = 0.0
    stroke: float = 0.0
    broken: float = 0.0
    blurred: float = 0.0
    faded: float = 0.0
    lined: float = 0.0
    hollow: float = 0.0
    crossed: float = 0.0
    banded: float = 0.0
    shaded: float = 0.0
    grainy: float = 0.0

    def gentler(self, strength: float) -> "Augmentation":
        """Return this augmentation with every number multiplied by `strength`, 0 to 1."""
        return replace(self, **{name: value * strength for name, value in vars(self).items()})


AUGMENTATIONS = {
    "none": Augmentation(),
    "gentle": Augmentation(rotation=10, scale=0.1, aspect=0.05, shear=0.1, shift=1.5, elastic=0.6),
    "flagship": Augmentation(
        rotation=16, scale=0.14, aspect=0.12, shear=0.26, shift=2, elastic=0.8,
        stroke=0.35, broken=0.05, blurred=0.12, faded=0.10, lined=0.06,
        hollow=0.03, crossed=0.05, banded=0.03, shaded=0.06, grainy=0.06,
    ),
}  # fmt: skip


def augment(images: np.ndarray, augmentation: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """Return changed copies of `(n, 28, 28)` uint8 images; the same generator state gives the same images."""
    if augmentation == Augmentation():
        return images
    changed = warp(images, augmentation, rng)
    for probability, change in (  # in the order of pen, paper, light and camera
        (augmentation.stroke, change_stroke),
        (augmentation.broken, break_strokes),
        (augmentation.hollow, outline),
        (augmentation.lined, add_line),
        (augmentation.crossed, cross_out),
        (augmentation.banded, add_band),
        (augmentation.shaded, shade),
        (augmentation.blurred, blur),
        (augmentation.faded, fade),
        (augmentation.grainy, add_grain),
    ):
        for i in np.flatnonzero(rng.random(len(images)) < probability):
            changed[i] = change(changed[i], rng)
    return changed


def warp(images: np.ndarray, augmentation: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """Rotate, slant, stretch, shift and bend every image in a single interpolation.

    The elastic part follows Simard, Steinkraus and Platt (2003), with a smooth displacement interpolated from a coarse
    grid of random vectors in place of a Gaussian filter.

    Args:
        images: `(n, 28, 28)` uint8.
        augmentation: how far to go.
        rng: where the random numbers come from.

    Returns:
        `(n, 28, 28)` uint8, new arrays.
    """
    n = len(images)

    def uniform(limit: float) -> np.ndarray:
        return rng.uniform(-limit, limit, n)

    angle, slant = np.deg2rad(uniform(augmentation.rotation)), uniform(augmentation.shear)
    scale, aspect = 1 + uniform(augmentation.scale), 1 + uniform(augmentation.aspect)
    cos, sin = np.cos(angle), np.sin(angle)
    # Where an output pixel looks in the input: stretched, then slanted, then turned.
    stretch_x, stretch_y = 1 / (scale * aspect), aspect / scale
    inverse = np.empty((n, 2, 2))
    inverse[:, 0, 0], inverse[:, 0, 1] = cos * stretch_x, (cos * slant - sin) * stretch_y
    inverse[:, 1, 0], inverse[:, 1, 1] = sin * stretch_x, (sin * slant + cos) * stretch_y

    middle = (IMAGE_SIZE - 1) / 2
    y, x = np.mgrid[:IMAGE_SIZE, :IMAGE_SIZE] - middle
    maps = (inverse @ np.stack([x.ravel(), y.ravel()])).reshape(n, 2, IMAGE_SIZE, IMAGE_SIZE) + middle
    maps += np.stack([uniform(augmentation.shift), uniform(augmentation.shift)], axis=1)[:, :, None, None]
    if augmentation.elastic:
        knots = rng.normal(0, augmentation.elastic, (n, 2, KNOTS, KNOTS))
        maps += _interpolation() @ knots @ _interpolation().T
    maps = maps.astype(np.float32)
    return np.stack([cv2.remap(image, mx, my, cv2.INTER_LINEAR) for image, (mx, my) in zip(images, maps, strict=True)])


@cache
def _interpolation() -> np.ndarray:
    """The matrix that takes KNOTS values to IMAGE_SIZE values, smoothly."""
    return cv2.resize(np.eye(KNOTS), (KNOTS, IMAGE_SIZE), interpolation=cv2.INTER_CUBIC)


def change_stroke(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Widen or thin the strokes by up to about a pixel, as another pen would."""
    kernel = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)) if rng.random() < 0.5 else np.ones((2, 2), np.uint8)
    other = (cv2.dilate if rng.random() < 0.6 else cv2.erode)(image, kernel)
    if other.max() < 128:  # a thin stroke would be gone
        return image
    weight = rng.uniform(0.4, 1)
    return cv2.addWeighted(other, weight, image, 1 - weight, 0)


def break_strokes(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Leave a narrow gap somewhere in the ink, as a dry pen or a lost threshold does."""
    ys, xs = np.nonzero(image > 128)
    if not len(xs):
        return image
    i = rng.integers(len(xs))
    gap = np.zeros_like(image)
    across = rng.uniform(0, np.pi)
    step = 5 * np.array([np.cos(across), np.sin(across)])
    ends = np.rint(np.array([xs[i], ys[i]]) + np.outer([-1, 1], step)).astype(int)
    cv2.line(gap, ends[0].tolist(), ends[1].tolist(), 255, 1, cv2.LINE_AA)
    return cv2.subtract(image, gap)


def blur(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Put the camera slightly out of focus, 0.4 to 1 pixel."""
    return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.0))


def fade(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Write with a fainter pen (50 to 100 % of the ink) or a harder one (gamma 0.6 to 1.6)."""
    gamma, share = rng.uniform(0.6, 1.6), rng.uniform(0.5, 1.0)
    return ((image / 255.0) ** gamma * (255 * share)).astype(np.uint8)


def add_line(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Leave a piece of a ruled line, or of a neighbour's stroke, near one border."""
    turns = int(rng.integers(4))
    lined = np.rot90(image, turns).copy()
    position, tilt = int(rng.integers(0, 3)), int(rng.integers(-1, 2))
    start, end = sorted(rng.integers(0, IMAGE_SIZE, 2).tolist())
    cv2.line(lined, (start, position), (end, position + tilt), int(rng.integers(120, 256)), 1, cv2.LINE_AA)
    return np.rot90(lined, -turns)


def outline(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Write the digit hollow: only the edges of its strokes, about a pixel wide."""
    ink = np.where(image > rng.integers(60, 160), 255, 0).astype(np.uint8)
    return cv2.subtract(cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))), ink)


def cross_out(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a line from side to side, through the digit: straight, dotted or wavy."""
    turns = int(rng.integers(4))
    crossed = np.rot90(image, turns).copy()
    columns = np.arange(IMAGE_SIZE)
    wave = rng.uniform(1, 3) * np.sin(columns * rng.uniform(0.5, 2)) if rng.random() < 0.4 else 0
    first, last = rng.uniform(0, IMAGE_SIZE, 2)
    rows = np.linspace(first, last, IMAGE_SIZE) + wave
    far = np.abs(columns[:, np.newaxis] - rows) / rng.uniform(0.8, 1.8)
    line = np.clip(1.3 - far, 0, 1) * rng.integers(100, 256)
    if rng.random() < 0.4:
        line *= columns // rng.integers(1, 4) % 2
    return np.rot90(np.maximum(crossed, line.astype(np.uint8)), -turns)


def add_band(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """End the sheet, or begin a dark margin: turn up to 8 rows or columns at one or two opposite borders over."""
    turns = int(rng.integers(4))
    banded = np.rot90(image, turns).copy()
    sides = rng.integers(1, 9, 2) * rng.permutation([1, int(rng.integers(2))])
    for band in (banded[: sides[0]], banded[IMAGE_SIZE - sides[1] :]):
        band[:] = 255 - band
    return np.rot90(banded, -turns)


def shade(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light the paper badly: 20 to 90 % of the contrast is left, before a grey that is even or cloudy."""
    contrast = rng.uniform(0.2, 0.9)
    sheets = [
        cv2.resize(rng.random((size, size)) / size, (IMAGE_SIZE, IMAGE_SIZE), interpolation=cv2.INTER_LINEAR)
        for size in (2, 4, 8, 16)
    ]
    clouds = np.sum(sheets, axis=0)
    clouds = (clouds - clouds.min()) / np.ptp(clouds)
    grey = rng.uniform(0, 1 - contrast / 2) * (1 if rng.random() < 0.3 else clouds)
    return (np.clip(image * (contrast / 255) + grey, 0, 1) * 255).astype(np.uint8)


def add_grain(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Photograph in the dark: grain everywhere, grain where there is light, or single dead and glowing pixels."""
    kind = rng.integers(3)
    if kind == 0:
        noisy: np.ndarray = image + rng.normal(0, rng.uniform(8, 60), image.shape)
    elif kind == 1:
        photons = rng.uniform(2, 20)
        noisy = rng.poisson(image / 255 * photons) * (255 / photons)
    else:
        noisy = np.where(
            rng.random(image.shape) < rng.uniform(0.01, 0.25), rng.integers(0, 2, image.shape) * 255, image
        )
    return np.clip(noisy, 0, 255).astype(np.uint8)
