"""Spoil digits as MNIST-C does: 15 families of corruption, none of which changes what a person reads.

Families and strengths are those of Mu and Gilmer (2019), "MNIST-C: A Robustness Benchmark for Computer Vision", arXiv
1906.02337, written anew. Severity 3 is the paper's benchmark in every family, so that one slider means the same
everywhere; 1 and 2 are milder and 4 and 5 harder, with the steps of the authors' own scale where it has them.

Every image gets its own random numbers, from the seed, the family and its place in the set: a digit looks the same
alone as among 10,000, at every severity in the same direction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from scipy import ndimage
from scipy.ndimage import gaussian_filter

from mnist_app.digits.augmentation import Augmentation
from mnist_app.settings import IMAGE_SIZE

SEVERITIES = (1, 2, 3, 4, 5)
BENCHMARK = 3  # the severity that is the paper's
MIDDLE = (IMAGE_SIZE - 1) / 2
PLASMA = 256  # side of the clouds of which fog takes a corner
ROUGHNESS = 1.4  # how much smoother its finer detail is; less is rougher
LINE_REACH = 2.3  # rows over which a drawn line fades
COLUMNS = np.arange(IMAGE_SIZE)

Change = Callable[[np.ndarray, Any, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Corruption:
    """One family.

    Attributes:
        name: as in MNIST-C.
        change: from an image `(28, 28)` float64 in [0, 1], a level and a generator to an image that may exceed [0, 1].
        levels: what `change` gets at severities 1 to 5; its docstring says what they mean.
        trained_by: the strength in `Augmentation` that makes a network see changes of this family, if there is one.
            What training shows need only resemble the family, so that those never seen are so in earnest: a lens out
            of focus counts for glass and motion, which smear ink in other ways.
    """

    name: str
    change: Change
    levels: tuple[Any, ...]
    trained_by: str | None = None

    def seen_by(self, augmentation: Augmentation) -> bool:
        """Whether a training with this augmentation shows changes of this family."""
        return self.trained_by is not None and getattr(augmentation, self.trained_by) > 0

    def apply(self, image: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
        """Return a corrupted copy of one `(28, 28)` uint8 image."""
        changed = self.change(image / 255.0, self.levels[severity - 1], rng)
        return np.rint(np.clip(changed, 0, 1) * 255).astype(np.uint8)


def corrupt(
    images: np.ndarray, name: str, severity: int = BENCHMARK, seed: int = 0, indices: np.ndarray | None = None
) -> np.ndarray:
    """Corrupt images.

    Args:
        images: `(n, 28, 28)` uint8.
        name: a key of `CORRUPTIONS`.
        severity: 1 to 5; 3 is the paper's.
        seed: another seed gives other noise.
        indices: `(n,)` places of the images in their set, which decide their random numbers; 0 to n - 1 where None.

    Returns:
        `(n, 28, 28)` uint8, new arrays.

    Raises:
        ValueError: there is no such family or severity.
    """
    if name not in CORRUPTIONS:
        raise ValueError(f"name must be one of {', '.join(CORRUPTIONS)}, not {name!r}.")
    if severity not in SEVERITIES:
        raise ValueError(f"severity must be a whole number from 1 to 5, not {severity!r}.")
    family = list(CORRUPTIONS).index(name)
    places = range(len(images)) if indices is None else indices
    changed = [
        CORRUPTIONS[name].apply(image, severity, np.random.default_rng([seed, family, place]))
        for image, place in zip(images, places, strict=True)
    ]
    return np.stack(changed) if changed else images.copy()


def shot_noise(x: np.ndarray, photons: float, rng: np.random.Generator) -> np.ndarray:
    """Count `photons` in full ink, with Poisson's scatter."""
    return rng.poisson(x * photons) / photons


def impulse_noise(x: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Set a share of the pixels to ink or to paper."""
    return np.where(rng.random(x.shape) < share, rng.integers(0, 2, x.shape), x)


def glass_blur(x: np.ndarray, level: tuple[float, int, int], rng: np.random.Generator) -> np.ndarray:
    """Look through frosted glass; the level is the blur's sigma, the reach of the swaps in pixels and their rounds."""
    sigma, reach, rounds = level
    x = gaussian_filter(x, sigma, mode="nearest")
    from_to = range(IMAGE_SIZE - reach, reach, -1)
    shape = (rounds, len(from_to), len(from_to))
    swapped, moves = (rng.random(shape) < 0.5).tolist(), rng.integers(-reach, reach, (*shape, 2)).tolist()
    pixels = x.tolist()  # single pixels of a list are ten times faster than those of an array
    for swap_round, move_round in zip(swapped, moves, strict=True):
        for row, swap_row, move_row in zip(from_to, swap_round, move_round, strict=True):
            for column, swap, (down, right) in zip(from_to, swap_row, move_row, strict=True):
                if swap:
                    other = pixels[row + down]
                    pixels[row][column], other[column + right] = other[column + right], pixels[row][column]
    return gaussian_filter(np.array(pixels), sigma, mode="nearest")


def motion_blur(x: np.ndarray, level: tuple[int, float], rng: np.random.Generator) -> np.ndarray:
    """Move the camera towards one side, within 45 degrees of level; the level is the trail's length and its sigma.

    The trail fades as half a Gaussian, on whole pixels, as ImageMagick's motion blur draws it.
    """
    length, sigma = level
    angle = rng.uniform(-np.pi / 4, np.pi / 4)
    steps = np.arange(2 * length + 1)
    kernel = np.zeros((4 * length + 1, 4 * length + 1))
    rows, columns = np.rint(np.outer([np.sin(angle), np.cos(angle)], steps)).astype(int) + 2 * length
    np.add.at(kernel, (rows, columns), np.exp(-(steps**2) / (2 * sigma**2)))
    return cv2.filter2D(x, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


def shear(x: np.ndarray, radians: float, rng: np.random.Generator) -> np.ndarray:
    """Slant by an angle to either side."""
    radians *= rng.choice([-1, 1])
    return look_up(x, [[1, -np.sin(radians)], [0, np.cos(radians)]])


def scale(x: np.ndarray, factor: float, rng: np.random.Generator) -> np.ndarray:
    """Write smaller, to a factor of the size."""
    return look_up(x, [[1 / factor, 0], [0, 1 / factor]])


def rotate(x: np.ndarray, radians: float, rng: np.random.Generator) -> np.ndarray:
    """Turn by an angle to either side."""
    radians *= rng.choice([-1, 1])
    return look_up(x, [[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])


def translate(x: np.ndarray, pixels: int, rng: np.random.Generator) -> np.ndarray:
    """Shift by so many pixels in both axes."""
    return look_up(x, np.eye(2), pixels * rng.choice([-1, 1], 2))


def brightness(x: np.ndarray, added: float, rng: np.random.Generator) -> np.ndarray:
    """Add light, to ink and background alike."""
    return x + added


def stripe(x: np.ndarray, width: int, rng: np.random.Generator) -> np.ndarray:
    """Invert so many columns at the left and at the right."""
    outside = (width > COLUMNS) | (IMAGE_SIZE - width <= COLUMNS)
    return np.where(outside, 1 - x, x)


def fog(x: np.ndarray, thickness: float, rng: np.random.Generator) -> np.ndarray:
    """Lay clouds of a thickness over the image; at 3, a quarter of the contrast is left."""
    clouds = _plasma(rng)[:IMAGE_SIZE, :IMAGE_SIZE]
    return (x + thickness * clouds) * x.max() / (x.max() + thickness) if x.any() else x


def spatter(x: np.ndarray, level: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    """Spatter grey mud; the level is the liquid's mean and deviation, of which drops stay where it exceeds 0.65."""
    liquid = gaussian_filter(rng.normal(*level, x.shape), 1, mode="nearest")
    mud = gaussian_filter((liquid > 0.65).astype(float), 1.5, mode="nearest")
    mud[mud < 0.8] = 0
    return x * (1 - mud) + 63 / 255 * mud


def dotted_line(x: np.ndarray, level: tuple[int, float], rng: np.random.Generator) -> np.ndarray:
    """Draw dotted lines from side to side; the level is their number and their strength."""
    number, strength = level
    for first, last in rng.integers(0, IMAGE_SIZE - 1, (number, 2)):
        dotted = _segment(0, first, IMAGE_SIZE - 1, last) * (COLUMNS // 2 % 2)
        x = np.clip(x + strength * dotted, 0, 1)
    return x


def zigzag(x: np.ndarray, level: tuple[int, float], rng: np.random.Generator) -> np.ndarray:
    """Draw zigzags of two pixels to either side across the image; the level is their number and their strength."""
    number, strength = level
    for row, rise in zip(rng.integers(0, IMAGE_SIZE - 1, number), rng.integers(-5, 5, number), strict=True):
        angle = np.arctan2(rise, 23)
        length = 23 / np.cos(angle)
        along = np.r_[0, np.arange(2, length, 4), length]
        aside = np.r_[0, 2 * (-1) ** np.arange(len(along) - 2), 0]
        xs = 2 + along * np.cos(angle) - aside * np.sin(angle)
        ys = row + along * np.sin(angle) + aside * np.cos(angle)
        for i in range(len(xs) - 1):
            x = np.clip(x + strength * _segment(xs[i], ys[i], xs[i + 1], ys[i + 1]), 0, 1)
    return x


def canny_edges(x: np.ndarray, level: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    """Keep only the edges (Canny 1986); the level is the sigma before them and their share beside the image's own.

    Thresholds are scikit-image's, 0.1 and 0.2 for Sobel gradients of an image in [0, 1], which the paper uses.
    """
    sigma, share = level
    smooth = gaussian_filter(x, sigma, mode="constant")
    gradient = np.stack([ndimage.sobel(smooth, axis) for axis in (0, 1)])
    strength = np.hypot(*gradient)
    ahead = gradient / np.maximum(np.abs(gradient).max(axis=0), 1e-9)  # to the next row or column, uphill
    here = np.indices(x.shape)
    ridge = (strength > 0.1) & ndimage.binary_erosion(np.ones(x.shape, bool))
    for there in (here + ahead, here - ahead):
        ridge &= strength >= ndimage.map_coordinates(strength, there, order=1)
    pieces, _ = ndimage.label(ridge, np.ones((3, 3)))
    kept = np.unique(pieces[ridge & (strength > 0.2)])
    return share * np.isin(pieces, kept[kept > 0]) + (1 - share) * x


def look_up(x: np.ndarray, matrix: Any, shift: Any = (0, 0)) -> np.ndarray:
    """Take every pixel from where `matrix` and `shift` send it, about the image's middle; paper from outside."""
    matrix = np.asarray(matrix, float)
    offset = MIDDLE - matrix @ [MIDDLE, MIDDLE] + shift
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(x, np.column_stack([matrix, offset]), (IMAGE_SIZE, IMAGE_SIZE), flags=flags)


def _segment(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    """Draw a line that fades over the rows above and below it, from one column to another."""
    heights = y0 + (y1 - y0) / (x1 - x0) * (COLUMNS - x0)
    distance = np.clip(np.abs(COLUMNS[:, np.newaxis] - heights), 0, LINE_REACH - 1e-9)
    inside = (np.floor(x0) <= COLUMNS) & (np.ceil(x1) > COLUMNS)
    return np.clip(1 + np.log(1 - distance / LINE_REACH), 0, 1) * inside


def _plasma(rng: np.random.Generator) -> np.ndarray:
    """Clouds in [0, 1], `(256, 256)`, periodic, by the diamond-square algorithm (Fournier et al. 1982)."""
    clouds = np.zeros((PLASMA, PLASMA))
    step, rough = PLASMA, 100.0

    def between(corners: np.ndarray) -> np.ndarray:
        return corners / 4 + rough * rng.uniform(-rough, rough, corners.shape)

    while step > 1:
        half = step // 2
        corners = clouds[::step, ::step]
        pairs = corners + np.roll(corners, -1, 0)
        centres = clouds[half::step, half::step] = between(pairs + np.roll(pairs, -1, 1))
        across, down = corners + np.roll(corners, -1, 1), corners + np.roll(corners, -1, 0)
        clouds[::step, half::step] = between(across + centres + np.roll(centres, 1, 0))
        clouds[half::step, ::step] = between(down + centres + np.roll(centres, 1, 1))
        step, rough = half, rough / ROUGHNESS
    clouds -= clouds.min()
    return clouds / clouds.max()


CORRUPTIONS: dict[str, Corruption] = {
    corruption.name: corruption
    for corruption in (
        Corruption("shot_noise", shot_noise, (12, 5, 3, 2, 1), "grainy"),
        Corruption("impulse_noise", impulse_noise, (0.06, 0.09, 0.17, 0.27, 0.38), "grainy"),
        Corruption(
            "glass_blur", glass_blur, ((0.7, 1, 0), (0.7, 1, 1), (0.7, 1, 2), (0.9, 2, 2), (1, 2, 3)), "blurred"
        ),
        Corruption("motion_blur", motion_blur, ((10, 1), (10, 2), (10, 3), (15, 5), (15, 8)), "blurred"),
        Corruption("shear", shear, (0.2, 0.3, 0.4, 0.5, 0.6), "shear"),
        Corruption("scale", scale, (0.9, 0.8, 0.7, 0.6, 0.5), "scale"),
        Corruption("rotate", rotate, (0.2, 0.3, 0.4, 0.5, 0.6), "rotation"),
        Corruption("brightness", brightness, (0.3, 0.4, 0.5, 0.6, 0.7), "shaded"),
        Corruption("translate", translate, (1, 2, 3, 4, 5), "shift"),
        Corruption("stripe", stripe, (3, 5, 7, 8, 9), "banded"),
        Corruption("fog", fog, (1, 2, 3, 4, 5), "shaded"),
        Corruption("spatter", spatter, ((0.55, 0.3), (0.6, 0.3), (0.65, 0.3), (0.67, 0.4), (0.69, 0.4))),
        Corruption("dotted_line", dotted_line, ((1, 0.5), (1, 0.75), (1, 1), (2, 1), (3, 1)), "crossed"),
        Corruption("zigzag", zigzag, ((1, 0.5), (1, 0.75), (1, 1), (2, 1), (3, 1)), "crossed"),
        Corruption("canny_edges", canny_edges, ((1, 0.5), (1, 0.75), (1, 1), (1.5, 1), (2, 1)), "hollow"),
    )
}
