"""Draw digits and non-digits from pen strokes, to teach a network what MNIST lacks.

MNIST was written by Americans, with pens, and holds nothing but digits. So a network that knows only MNIST reads a
European 1 as a 7, stumbles over lines drawn with a mouse, and finds a digit in every letter. What is drawn here fills
those gaps. The pen strokes are in `skeletons`, those of other hands among them; the hand and the pen are in `pen`. An
image takes about 0.1 ms when thousands are drawn at once.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from mnist_app.digits.frame import BOX, frame
from mnist_app.digits.pen import FINE, STEPS, beside, blank_canvas, compile_shape, draw, handwrite, keep, lift, vary
from mnist_app.digits.skeletons.other_hands import HABITS, Habit
from mnist_app.digits.skeletons.usual import DIGIT_STYLES, SYMBOL_STYLES, Style
from mnist_app.settings import IMAGE_SIZE

GROUP = 8  # random shapes come in groups of this many with a common outline, for speed

# Which part of a digit is no digit any more; the right half of an 8, for one, is a 3.
PARTS = (
    *((digit, "left") for digit in (4, 6, 8, 9)),
    *((digit, side) for digit in (0, 5) for side in ("top", "bottom")),
)


def draw_digits(labels: Sequence[int] | np.ndarray, seed: int | np.random.Generator) -> np.ndarray:
    """Draw handwritten digits, each in a style chosen at random among its digit's.

    Args:
        labels: `(n,)` integers 0 to 9, the digits to draw.
        seed: an integer or a generator; the same state gives the same images.

    Returns:
        `(n, 28, 28)` uint8 images, framed as MNIST's.

    Raises:
        ValueError: if a label is not a digit.
    """
    labels = np.asarray(labels)
    wrong = np.setdiff1d(labels, list(DIGIT_STYLES))
    if labels.ndim != 1 or len(wrong):
        raise ValueError(f"labels must be a list of integers from 0 to 9, got {wrong.tolist() or labels.shape}")
    rng = np.random.default_rng(seed)
    images = np.empty((len(labels), IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    for digit, styles in DIGIT_STYLES.items():
        places = np.flatnonzero(labels == digit)
        images[places] = draw_styles(styles, len(places), rng)
    return images


def draw_habits(n: int, seed: int | np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw digits in habits that MNIST hardly holds, all habits equally often, with the skeletons to train with.

    Args:
        n: how many, at least 0.
        seed: an integer or a generator; the same state gives the same images.

    Returns:
        Labels `(n,)` int64 and images `(n, 28, 28)` uint8, framed as MNIST's, in random order.
    """
    rng = np.random.default_rng(seed)
    chosen = rng.integers(0, len(HABITS), n)
    images = np.empty((n, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    for i, habit in enumerate(HABITS):
        places = np.flatnonzero(chosen == i)
        images[places] = draw_habit(habit, len(places), rng)
    return np.array([habit.digit for habit in HABITS])[chosen], images


def draw_habit(habit: Habit, n: int, seed: int | np.random.Generator, *, held: bool = False) -> np.ndarray:
    """Draw n digits `(n, 28, 28)` uint8 in one habit, with the skeletons to train with, or those held back."""
    skeletons = habit.held if held else habit.taught
    return draw_styles([Style(habit.name, each) for each in skeletons], n, np.random.default_rng(seed))


def draw_non_digits(n: int, seed: int | np.random.Generator) -> np.ndarray:
    """Draw what is not one digit: letters, symbols, scribbles, several digits, parts of digits, blots.

    Args:
        n: how many, at least 0.
        seed: an integer or a generator; the same state gives the same images.

    Returns:
        `(n, 28, 28)` uint8 images, framed as MNIST's, in random order.
    """
    rng = np.random.default_rng(seed)
    shares = np.array(list(NON_DIGITS.values()))
    counts = rng.multinomial(n, shares / shares.sum())
    return rng.permutation(np.concatenate([kind(m, rng) for kind, m in zip(NON_DIGITS, counts, strict=True)]))


def draw_styles(styles: Sequence[Style], n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw n images in styles chosen by their weights, in random order."""
    weights = np.array([style.weight for style in styles])
    chosen = rng.choice(len(styles), n, p=weights / weights.sum())
    images = np.empty((n, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    for i in np.unique(chosen):
        places = np.flatnonzero(chosen == i)
        images[places] = draw(_write(styles[i], len(places), rng), rng)
    return images


# Kinds of non-digits: n, rng -> (n, 28, 28) images


def draw_symbols(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw letters, Greek letters, mathematical signs and small drawings."""
    return draw_styles(SYMBOL_STYLES, n, rng)


def draw_scribbles(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw random curves, zigzags, loops, spirals and hatching."""
    kinds = (_curve, _zigzag, _loops, _spiral, _hatching)
    return _in_groups(lambda m: handwrite(kinds[rng.integers(len(kinds))](m, rng), rng), n, rng)


def draw_pairs(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw two characters in one frame, apart, touching or just overlapping: digits mostly."""
    return _in_groups(lambda m: beside(_character(m, rng), _character(m, rng), rng.uniform(-0.07, 0.4, m), rng), n, rng)


def draw_neighbours(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the end of one character beside the beginning of the next, as a wrong cut leaves them."""

    def ends(m: int) -> np.ndarray:
        left = keep(_character(m, rng), "right", rng.uniform(0.3, 0.6, m))
        right = keep(_character(m, rng), "left", rng.uniform(0.3, 0.6, m))
        return beside(left, right, rng.uniform(0.1, 0.4, m), rng)

    return _in_groups(ends, n, rng)


def draw_parts(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw about half of a digit, where that half is not a digit itself."""

    def part(m: int) -> np.ndarray:
        digit, side = PARTS[rng.integers(len(PARTS))]
        return keep(_write(_pick(DIGIT_STYLES[digit], rng), m, rng), side, rng.uniform(0.35, 0.5, m))

    return _in_groups(part, n, rng)


def draw_blots(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw filled shapes: specks of any outline, rectangles, dashes."""
    images = np.empty((n, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    for i in range(n):
        outline = _rectangle(rng) if rng.random() < 0.35 else _speck(rng)
        outline = (outline - outline.min(axis=0)) * (FINE * BOX / np.ptp(outline, axis=0).max()) + FINE
        canvas = blank_canvas()
        cv2.fillPoly(canvas, [np.rint(outline).astype(np.int32)], 255)
        images[i] = frame(canvas)
    return images


def draw_textures(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw clouds of ink: thresholded noise, from fine grain to a few large spots, in a box of any shape."""
    images = np.empty((n, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    for i in range(n):
        height, width = np.rint(FINE * BOX * rng.permutation([rng.uniform(0.5, 1), 1])).astype(int)
        noise = cv2.GaussianBlur(rng.random((height, width), np.float32), (0, 0), np.exp(rng.uniform(0.5, 2.3)))
        images[i] = frame(np.where(noise >= np.quantile(noise, rng.uniform(0.3, 0.8)), 255, 0).astype(np.uint8))
    return images


NON_DIGITS: dict[Callable[[int, np.random.Generator], np.ndarray], float] = {
    draw_symbols: 0.55,
    draw_scribbles: 0.12,
    draw_pairs: 0.11,
    draw_neighbours: 0.05,
    draw_parts: 0.05,
    draw_blots: 0.08,
    draw_textures: 0.04,
}


# Strokes of a group: m, rng -> (m, p, 2) points


def _in_groups(make: Callable[[int], np.ndarray], n: int, rng: np.random.Generator) -> np.ndarray:
    images = [draw(make(min(GROUP, n - start)), rng) for start in range(0, n, GROUP)]
    return np.concatenate([np.empty((0, IMAGE_SIZE, IMAGE_SIZE), np.uint8), *images])


def _pick(styles: Sequence[Style], rng: np.random.Generator) -> Style:
    return styles[int(rng.integers(len(styles)))]


def _write(style: Style, m: int, rng: np.random.Generator) -> np.ndarray:
    return handwrite(vary(compile_shape(style.strokes), m, rng), rng)


def _character(m: int, rng: np.random.Generator) -> np.ndarray:
    return _write(_pick(DIGIT_STYLES[int(rng.integers(10))] if rng.random() < 0.7 else SYMBOL_STYLES, rng), m, rng)


def _curve(m: int, rng: np.random.Generator) -> np.ndarray:
    """Smooth curves through random points; with fewer points they would now and then be digits."""
    path = " ".join(["0:100,0:100"] * rng.integers(8, 15))
    return vary(compile_shape(path), m, rng)


def _zigzag(m: int, rng: np.random.Generator) -> np.ndarray:
    """A line back and forth, at any angle; with four legs it could be a 3."""
    count = rng.integers(6, 12)
    corners = np.stack([np.linspace(0, 100, count), np.arange(count) % 2 * rng.uniform(25, 100)], axis=1)
    return _legs(corners + rng.normal(0, 5, (m, count, 2))) @ _rotation(rng.uniform(0, np.pi))


def _loops(m: int, rng: np.random.Generator) -> np.ndarray:
    """Three or more loops in a row, as one tries a pen."""
    turn = np.linspace(0, 2 * np.pi * rng.uniform(3, 6), 70) + rng.uniform(0, 2 * np.pi)
    x = turn * rng.uniform(3, 9) + rng.uniform(8, 24) * np.cos(turn)
    row = np.stack([x, rng.uniform(15, 40) * np.sin(turn)], axis=1) @ _rotation(rng.uniform(-0.4, 0.4))
    return np.tile(row, (m, 1, 1))


def _spiral(m: int, rng: np.random.Generator) -> np.ndarray:
    """Two turns or more around a centre; with fewer it would be a 0 or a 6."""
    turn = np.linspace(0, 2 * np.pi * rng.uniform(2, 4), 60) * rng.choice([-1, 1]) + rng.uniform(0, 2 * np.pi)
    radius = np.linspace(rng.uniform(0, 10), 50, 60)
    spiral = radius[:, None] * np.stack([np.cos(turn), rng.uniform(0.6, 1) * np.sin(turn)], axis=1)
    return np.tile(spiral, (m, 1, 1))


def _hatching(m: int, rng: np.random.Generator) -> np.ndarray:
    """Three or more parallel lines, sometimes crossed by others."""
    turn, count, lines = rng.uniform(0, np.pi), rng.integers(3, 7), []
    for rotation in (_rotation(turn), _rotation(turn + np.pi / 2))[: rng.integers(1, 3)]:
        for y in np.linspace(-50, 50, count):
            ends = np.array([[-50, y], [50, y]]) * [rng.uniform(0.6, 1), 1]
            lines += [_legs(ends + rng.normal(0, 4, (m, 2, 2))) @ rotation, lift(m)]
    return np.concatenate(lines, axis=1)


def _legs(corners: np.ndarray) -> np.ndarray:
    """Put points on the straight lines between corners `(m, k, 2)`, for the hand to bend."""
    start, end, t = corners[:, :-1, None], corners[:, 1:, None], np.linspace(0, 1, STEPS)[:, None]
    return (start + (end - start) * t).reshape(len(corners), -1, 2)


def _rotation(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def _rectangle(rng: np.random.Generator) -> np.ndarray:
    """Corners `(4, 2)` of a dash or a block; one that stood upright would be a 1."""
    width, height = rng.uniform(0.6, 1), rng.uniform(0.12, 1)
    corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]])
    return (corners + rng.normal(0, 0.05, corners.shape)) @ _rotation(rng.uniform(-0.4, 0.4))


def _speck(rng: np.random.Generator) -> np.ndarray:
    """The outline `(40, 2)` of a blot, from nearly round to ragged."""
    turn, k = np.linspace(0, 2 * np.pi, 40, endpoint=False), np.arange(2, 9)[:, None]
    waves = rng.normal(0, rng.uniform(0, 0.5), k.shape) / k * np.cos(k * turn + rng.uniform(0, 2 * np.pi, k.shape))
    ellipse = np.stack([np.cos(turn), rng.uniform(0.5, 1) * np.sin(turn)], axis=1)
    return ellipse * np.exp(waves.sum(axis=0))[:, None]
