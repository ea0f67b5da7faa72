"""What people draw beside their digits: each a function that draws one at x, y, h high."""

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from mnist_app.digits.generated.kinds import Kind
from mnist_app.digits.generated.sheet import Sheet
from mnist_app.digits.generated.writer import Writer, pick

SPECK = 0.4  # share of the smallest digit's height that a speck may have


def _curve(
    sheet: Sheet, writer: Writer, points: np.ndarray, smooth: int = 3, kind: Kind = Kind.DRAWING
) -> None:  # fmt: skip
    """A pen line rounded by Chaikin's corner cutting, with a tremor."""
    for _ in range(smooth):
        points = np.stack([0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]], 1)
        points = points.reshape(-1, 2)
    sheet.line(points + writer.rng.normal(0, 0.3, points.shape), writer.width, kind)


def scribble(sheet: Sheet, writer: Writer, x: float, y: float, h: float) -> None:
    """A line that goes anywhere."""
    rng = writer.rng
    n = int(rng.integers(4, 30))
    points = rng.uniform(0, h, (n, 2)) if rng.random() < 0.5 else np.cumsum(rng.normal(0, h / 5, (n, 2)), axis=0)
    _curve(sheet, writer, points + np.array([x, y]), int(rng.integers(0, 4)))


def signature(sheet: Sheet, writer: Writer, x: float, y: float, h: float) -> None:
    """Waves along a line, as quick names are."""
    rng = writer.rng
    n = int(rng.integers(8, 30))
    along = np.linspace(0, h * rng.uniform(1.5, 4), n)
    high = rng.normal(0, 0.3, n) * h * rng.choice([0.4, 1.0])
    _curve(sheet, writer, np.stack([x + along + rng.normal(0, 0.1 * h, n), y + h / 2 + high], axis=1))


def arrow(sheet: Sheet, writer: Writer, x: float, y: float, h: float) -> None:
    """An arrow in any direction."""
    rng = writer.rng
    angle = rng.uniform(0, 2 * np.pi)
    tip = np.array([x, y]) + h / 2 + h / 2 * np.array([np.cos(angle), np.sin(angle)])
    tail = 2 * (np.array([x, y]) + h / 2) - tip
    _curve(sheet, writer, np.stack([tail, (tail + tip) / 2 + rng.normal(0, 0.08 * h, 2), tip]))
    for side in (0.5, -0.5):
        back = angle + np.pi + side * rng.uniform(0.6, 1.4)
        sheet.line(np.stack([tip, tip + 0.3 * h * np.array([np.cos(back), np.sin(back)])]), writer.width, Kind.DRAWING)


def outline(sheet: Sheet, writer: Writer, x: float, y: float, h: float) -> None:
    """A circle, box or polygon, now and then with a digit or two in it."""
    rng = writer.rng
    corners = int(rng.choice([3, 4, 4, 5, 6, 24]))
    angles = np.linspace(0, 2 * np.pi, corners + 1) + rng.uniform(0, 2 * np.pi)
    around = np.stack([np.cos(angles), np.sin(angles) * rng.uniform(0.6, 1)], axis=1)
    points = around * h / 2 + np.array([x, y]) + h / 2 + rng.normal(0, 0.015 * h, (corners + 1, 2))
    circle = corners == 24
    _curve(sheet, writer, points, 2 if circle else 0, Kind.DOUBTFUL if circle else Kind.DRAWING)  # it may be a 0
    if rng.random() < 0.45 and h > 30:
        for side in (-0.7, 0.7) if rng.random() < 0.3 else (0,):
            inner = h * (rng.uniform(0.15, 0.35) if side else rng.uniform(0.2, 0.5))
            writer.digit(x + h / 2 + inner * (side - 0.35), y + h * 0.5 - inner * rng.uniform(0.3, 0.7), sheet, inner)


def face(sheet: Sheet, writer: Writer, x: float, y: float, h: float) -> None:
    """A smiley, or a stick figure."""
    rng = writer.rng
    figure, centre = rng.random() < 0.4, np.array([x + h / 2, y + h / 2])
    angles = np.linspace(0, 2 * np.pi, 20) + rng.uniform(0, 6)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    if figure:
        up = np.array([0, -h])
        head = centre + 0.35 * up
        _curve(sheet, writer, circle * 0.14 * h + head, 1)
        neck, hip = head - 0.14 * up, head - 0.5 * up
        limbs = [(neck, hip)] + [(hip, hip + np.array([s * 0.2, 0.3]) * h) for s in (-1, 1)]
        limbs += [(neck - 0.1 * up, neck + np.array([s * 0.25, rng.uniform(-0.1, 0.25)]) * h) for s in (-1, 1)]
        for limb in limbs:
            sheet.line(np.array(limb) + rng.normal(0, 0.02 * h, (2, 2)), writer.width, Kind.DRAWING)
        return
    _curve(sheet, writer, circle * h / 2 + centre, 1)
    for side in (-1, 1):
        eye = centre + np.array([side * 0.18, -0.14]) * h
        sheet.line(np.stack([eye, eye + np.array([0, rng.uniform(0, 0.1)]) * h]), writer.width * 1.3, Kind.DRAWING)
    bend = np.linspace(-0.25, 0.25, 7)
    mouth = np.stack([bend, 0.2 + rng.choice([-1, 1]) * (bend**2 * 2 - 0.06)], axis=1) * h + centre
    _curve(sheet, writer, mouth, 1)


def hatching(sheet: Sheet, writer: Writer, x: float, y: float, h: float) -> None:
    """Parallel strokes, also tallies; each of them could be a 1."""
    rng = writer.rng
    step, slope = h * rng.uniform(0.08, 0.3), rng.normal(0, 0.3)
    for k in range(int(rng.integers(2, 9))):
        top = np.array([x + k * step, y]) + rng.normal(0, 0.03 * h, 2)
        sheet.line(np.stack([top, top + np.array([slope, 1]) * h]), writer.width, Kind.DOUBTFUL)


def music(sheet: Sheet, writer: Writer, x: float, y: float, h: float) -> None:
    """A stave with some notes."""
    rng = writer.rng
    step, end = h / 8, min(sheet.size[1] - 1, x + h * rng.uniform(2, 6))
    for k in range(5):
        sheet.line(np.array([[x, y + k * step], [end, y + k * step]]), max(1.0, writer.width / 2), Kind.DRAWING)
    for at in np.arange(x + step, end, h * 0.35):
        centre = np.array([at, y + rng.integers(0, 9) * step / 2])
        radius = step * 0.55
        angles = np.linspace(0, 2 * np.pi, 12)
        sheet.line(
            centre + radius * np.stack([np.cos(angles), 0.7 * np.sin(angles)], 1), max(1.0, radius), Kind.DRAWING
        )
        up = rng.choice([-1, 1])
        stem = centre + np.array([[up * radius, 0], [up * radius, -up * 3.2 * step]])
        sheet.line(stem, max(1.0, writer.width * 0.6), Kind.DRAWING)


def circuit(sheet: Sheet, writer: Writer, x: float, y: float, h: float) -> None:
    """A wire with a part in it, as in circuit diagrams."""
    rng = writer.rng
    zigzag = np.stack([np.linspace(0.3, 0.7, 8), 0.5 + 0.12 * np.array([0, 1, -1, 1, -1, 1, -1, 0])], axis=1)
    parts = ([zigzag], [np.array([[0.45, 0.3], [0.45, 0.7]]), np.array([[0.55, 0.3], [0.55, 0.7]])])
    for part in [*pick(rng, parts), np.array([[0, 0.5], [0.3, 0.5]]), np.array([[0.7, 0.5], [1, 0.5], [1, 1]])]:
        sheet.line(part * h + (x, y), writer.width, Kind.DRAWING)


def sign(sheet: Sheet, writer: Writer, x: float, y: float, h: float) -> None:
    """One sign."""
    writer.sign(x, y, sheet, h)


def letter(sheet: Sheet, writer: Writer, x: float, y: float, h: float) -> None:
    """One letter."""
    writer.letter(x, y, sheet, h)


def word(sheet: Sheet, writer: Writer, x: float, y: float, h: float) -> None:
    """One word."""
    writer.word(x, y, sheet)


def specks(sheet: Sheet, writer: Writer) -> None:
    """Dots and short strokes of a pen that slipped, dirt, dust: much smaller than the digits beside them."""
    rng = writer.rng
    heights = [part[0].stop - part[0].start for part in ndimage.find_objects(sheet.owner) if part]
    largest = SPECK * min(heights, default=writer.height)
    for _ in range(rng.integers(1, 7)):
        start = rng.uniform(0, 1, 2) * sheet.size[::-1]
        angle, length = rng.uniform(0, np.pi), rng.uniform(0, 1) * largest * (rng.random() < 0.7)
        end = start + length * np.array([np.cos(angle), np.sin(angle)])
        pen = min(writer.width * rng.uniform(0.5, 1.5), max(1.0, 0.5 * largest))
        sheet.line(np.stack([start, end]), pen, Kind.PAPER)


DOODLES: tuple[Callable[[Sheet, Writer, float, float, float], None], ...] = (
    scribble, signature, arrow, outline, face, hatching, music, circuit, sign, sign,
)  # fmt: skip
