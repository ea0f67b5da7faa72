"""Ready-made input for those who cannot draw or have no photo at hand: ten drawn digits, and pages of MNIST digits."""

import cv2
import numpy as np

from mnist_app.digits.datasets import Split
from mnist_app.web.strokes import Stroke

# Pen points of each digit in a box 100 wide and 140 high, one list a stroke. A point given twice makes a sharp corner.
HEIGHT = 140
DIGITS: dict[int, list[list[tuple[int, int]]]] = {
    0: [[(60, 4), (30, 2), (6, 34), (4, 92), (24, 138), (66, 140), (94, 104), (96, 50), (80, 8), (56, 2), (42, 10)]],
    1: [[(26, 34), (58, 4), (58, 4), (56, 70), (54, 138)]],
    2: [[(10, 34), (22, 4), (60, -4), (90, 22), (80, 60), (44, 98), (6, 136), (6, 136), (50, 134), (98, 134)]],
    3: [[(12, 18), (40, -4), (84, 6), (86, 44), (56, 64), (38, 66), (38, 66), (66, 64), (96, 86), (88, 126), (46, 146),
         (6, 124)]],
    4: [[(48, 4), (28, 48), (4, 90), (4, 90), (50, 90), (98, 86)], [(74, 44), (72, 90), (70, 140)]],
    5: [[(88, 6), (52, 8), (22, 10), (22, 10), (18, 36), (14, 62), (14, 62), (50, 50), (90, 70), (92, 114), (60, 142),
         (8, 130)]],
    6: [[(74, 4), (36, 30), (8, 76), (10, 122), (44, 146), (84, 126), (86, 88), (54, 70), (22, 84), (10, 106)]],
    7: [[(6, 10), (50, 10), (96, 8), (96, 8), (72, 58), (52, 98), (42, 140)]],
    8: [[(78, 18), (48, -6), (16, 12), (22, 48), (58, 68), (88, 98), (78, 136), (40, 146), (10, 122), (22, 86),
         (62, 62), (88, 36), (80, 14)]],
    9: [[(88, 30), (62, -2), (22, 8), (10, 46), (34, 74), (70, 66), (88, 30), (90, 22), (86, 74), (80, 140)]],
}  # fmt: skip

PAGE_ROWS = ("4071", "23", "98651")
CELL, MARGIN = 84, 60  # size of a digit's place on an example page, and of the page's white border, in pixels
PAPER, PENCIL = np.array([236, 228, 210]), np.array([40, 46, 84])


def draw_example(digit: int, size: tuple[int, int], width: float) -> list[Stroke]:
    """Draw one of ten ready-made digits in the middle of a paper, which shows it and can undo it.

    Args:
        digit: 0 to 9.
        size: width and height of the paper in pixels.
        width: of the pen in pixels.
    """
    scale = 0.62 * size[1] / HEIGHT
    left, top = (size[0] - 100 * scale) / 2, (size[1] - HEIGHT * scale) / 2
    placed = [[(left + scale * x, top + scale * y) for x, y in line] for line in DIGITS[digit]]
    return [Stroke(width=width, points=points) for points in placed]


def compose_page(digits: Split, seed: int = 0, ruled: bool = False) -> np.ndarray:
    """Write rows of MNIST digits on paper, as a page to try the reading on.

    Args:
        digits: images and labels to take the digits from.
        seed: chooses the digits and how they wander from their line.
        ruled: on ruled paper in a light that falls off to one side.

    Returns:
        `(h, w, 3)` uint8 RGB.
    """
    images, labels = digits
    rng = np.random.default_rng(seed)
    height = 2 * MARGIN + CELL * len(PAGE_ROWS) * 3 // 2
    width = 2 * MARGIN + CELL * max(map(len, PAGE_ROWS))
    ink = np.zeros((height, width), np.float32)
    for row, text in enumerate(PAGE_ROWS):
        for column, label in enumerate(text):
            image = images[rng.choice(np.flatnonzero(labels == int(label)))]
            x = MARGIN + column * CELL + rng.integers(-5, 6)
            y = MARGIN + row * CELL * 3 // 2 + rng.integers(-5, 6)
            place = ink[y : y + CELL, x : x + CELL]
            np.maximum(place, cv2.resize(image, (CELL, CELL), interpolation=cv2.INTER_CUBIC) / 255, out=place)
    page = np.tile(PAPER.astype(np.float32), (height, width, 1))
    if ruled:
        page[MARGIN // 2 :: CELL // 2] -= (70, 50, 20)
        page *= np.linspace(1, 0.55, width)[np.newaxis, :, np.newaxis]
    ink = np.clip(ink, 0, 1)[..., np.newaxis]
    return np.clip(page * (1 - ink) + PENCIL * ink + rng.normal(0, 2, page.shape), 0, 255).astype(np.uint8)
