"""A sheet to draw on: its picture, and beside it the truth about every pixel."""

from dataclasses import dataclass

import cv2
import numpy as np

from mnist_app.digits.generated.glyphs import MARGIN, UNIT, Glyph
from mnist_app.digits.generated.kinds import Kind

INKED = 0.35  # share of a pixel that ink must cover to own it


class Sheet:
    """What a page is drawn on.

    Attributes:
        picture: `(h, w, 3)` float32, 0 to 255.
        kind: `(h, w)` uint8, a `Kind` for each pixel.
        owner: `(h, w)` int16, 1 + index of the digit that a pixel belongs to, 0 for none.
        labels: the digits, in the order in which they were written.
        shares: of each digit's ink, how much is on the sheet.
    """

    def __init__(self, picture: np.ndarray) -> None:
        self.picture = picture
        self.kind: np.ndarray = np.zeros(picture.shape[:2], np.uint8)
        self.owner = np.zeros(picture.shape[:2], np.int16)
        self.labels: list[int] = []
        self.shares: list[float] = []
        self._written: list[int] = []  # pixels of each digit when it was written
        self._ink = np.zeros(picture.shape[:2], np.float32)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        height, width = self.kind.shape
        return height, width

    def put(self, ink: np.ndarray, x: float, y: float, kind: Kind, label: int | None = None) -> None:
        """Lay ink on the sheet with its upper left corner at x, y; what lies beyond the sheet is cut off.

        Args:
            ink: `(h, w)` float32, 0 to 1.
            x: column.
            y: row.
            kind: whose ink it is.
            label: of a digit.
        """
        x, y = round(x), round(y)
        (height, width), (h, w) = self.size, ink.shape
        left, top, right, bottom = max(x, 0), max(y, 0), min(x + w, width), min(y + h, height)
        if right <= left or bottom <= top:
            return
        part, place = ink[top - y : bottom - y, left - x : right - x], (slice(top, bottom), slice(left, right))
        inked = part > INKED
        if not inked.any():
            return
        np.maximum(self._ink[place], part, out=self._ink[place])
        self.kind[place][inked] = kind
        if label is not None:
            self.labels.append(label)
            seen, whole = (int(np.count_nonzero(pixels)) for pixels in (inked, ink > INKED))
            self.shares.append(seen / max(whole, 1))
            self._written.append(seen)
        self.owner[place][inked] = len(self.labels) if label is not None else 0

    def line(self, points: np.ndarray, width: float, kind: Kind) -> None:
        """Draw a pen line through `(n, 2)` points x, y in pixels."""
        fixed, thickness = [np.rint(points * 16).astype(np.int32)], max(1, round(width))
        ink = np.zeros(self.size, np.uint8)
        cv2.polylines(ink, fixed, False, 255, thickness, cv2.LINE_AA, 4)
        x, y, w, h = cv2.boundingRect(ink)
        if w and h:
            self.put(ink[y : y + h, x : x + w].astype(np.float32) / 255, x, y, kind)

    def dry(self, colour: np.ndarray, strength: float | np.ndarray = 1.0) -> None:
        """Let all that was put since the last call take one colour; `strength` 0 to 1 is how well it covers."""
        if self._ink.any():
            cover = (self._ink * strength)[..., np.newaxis]
            self.picture += (colour.astype(np.float32) - self.picture) * cover
            self._ink[:] = 0

    def take_off_covered(self) -> None:
        """Lower the shares of digits by what later ink covers of them; called once, when all is written."""
        seen = np.bincount(self.owner.ravel(), minlength=len(self.labels) + 1)[1:]
        self.shares = [
            share * count / written
            for share, count, written in zip(self.shares, seen.tolist(), self._written, strict=True)
        ]


@dataclass(frozen=True)
class Pen:
    """How a glyph is written.

    Attributes:
        width: in pixels; 0 for the strokes' own. An outline becomes only somewhat thinner or thicker.
        slant: columns per row, to the right.
        turn: degrees, clockwise.
        stretch: width of the writing times that.
        rough: whether the pen's width varies along the strokes.
    """

    width: float = 0.0
    slant: float = 0.0
    turn: float = 0.0
    stretch: float = 1.0
    rough: bool = False


def render(glyph: Glyph, height: float, pen: Pen, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Write a glyph.

    Args:
        glyph: what.
        height: of a digit of the hand in pixels.
        pen: how.
        rng: for rough ink.

    Returns:
        Its ink `(h, w)` float32, 0 to 1, and how far its own left upper corner lies inside that.
    """
    scale = max(height - pen.width, 2.0) / glyph.height
    own = glyph.stroke * scale
    width = (min(max(pen.width, 0.7 * own), 1.6 * own) if own else pen.width) if pen.width else own
    width = min(width, 2 * (MARGIN * scale - 0.5)) if MARGIN * scale > 1 else 1.0
    angle = np.deg2rad(pen.turn)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = matrix @ np.array([[pen.stretch, -pen.slant * pen.stretch], [0, 1.0]]) * scale
    h, w = glyph.distance.shape
    inner = np.array([w - 2 * MARGIN, h - 2 * MARGIN]) / 2
    room = width / 2 + 1.5
    half = np.abs(matrix) @ inner + room
    size = np.maximum(np.ceil(2 * half), 2).astype(int)
    shift = size / 2 - matrix @ np.array([w / 2, h / 2])
    distance = cv2.warpAffine(
        glyph.distance, np.column_stack([matrix, shift]), tuple(map(int, size)), flags=cv2.INTER_LINEAR, borderValue=255
    ).astype(np.float32)
    widths: float | np.ndarray = width
    if pen.rough:
        waves = rng.uniform(0.75, 1.3, (max(2, size[1] // 8), max(2, size[0] // 8))).astype(np.float32)
        widths = width * cv2.resize(waves, tuple(map(int, size)), interpolation=cv2.INTER_LINEAR)
    ink = np.clip((widths / 2 + 0.5) - distance * (UNIT * scale), 0, 1)
    return ink, room
