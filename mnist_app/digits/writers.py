"""People whose hands differ, as pen strokes: each writes a digit in one way of their own, again and again.

They serve to choose how a network adapts to a hand, and to measure it where nobody's digits are given. Where a digit
has habits among `other_hands`, every second writer has one of them, by a skeleton that no network has learnt from.
"""

import numpy as np

from mnist_app.digits.circumstances import CIRCUMSTANCES, show
from mnist_app.digits.pen import compile_shape, draw, handwrite, tilt, vary
from mnist_app.digits.skeletons.other_hands import HABITS
from mnist_app.digits.skeletons.usual import DIGIT_STYLES
from mnist_app.settings import CLASSES

HABIT = 0.5  # share of the digits with habits that a writer has such a habit of
FREEDOM = 0.5  # how far a writer's digits differ, of what the hands of two writers differ
MET = 2  # circumstances that a writer elsewhere always writes in


def write(each: int, seed: int, *, elsewhere: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Write digits as one person.

    Args:
        each: how often each digit is written.
        seed: says who; the same seed gives the same digits.
        elsewhere: whether they all meet the same two of `circumstances`, such as a thick pen and a coarse scan.

    Returns:
        Labels `(10 * each,)` int64, ascending, and images `(10 * each, 28, 28)` uint8, framed as MNIST's.
    """
    rng = np.random.default_rng(seed)
    hand = int(rng.integers(2**32))  # how wide and how slanted all digits are
    images = []
    for digit in range(CLASSES):
        shape = tilt(vary(compile_shape(_strokes(digit, rng)), 1, rng), np.random.default_rng(hand))
        images.append(draw(handwrite(np.repeat(shape, each, axis=0), rng, FREEDOM), rng))
    written = np.concatenate(images)
    if elsewhere:
        met = np.sort(rng.choice(len(CIRCUMSTANCES), MET, replace=False))
        written = np.stack([show(image, [CIRCUMSTANCES[i].change for i in met], rng) for image in written])
    return np.repeat(np.arange(CLASSES), each), written


def _strokes(digit: int, rng: np.random.Generator) -> str:
    """The skeleton by which somebody writes a digit."""
    held = [skeleton for habit in HABITS if habit.digit == digit for skeleton in habit.held]
    if held and rng.random() < HABIT:
        return held[rng.integers(len(held))]
    styles = DIGIT_STYLES[digit]
    weights = np.array([style.weight for style in styles])
    return styles[rng.choice(len(styles), p=weights / weights.sum())].strokes
