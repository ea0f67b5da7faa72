"""One person with one pen, who writes digits, words and signs on a sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from mnist_app.digits.generated.glyphs import MARGIN, Glyph, Glyphs, Hand
from mnist_app.digits.generated.kinds import Kind
from mnist_app.digits.generated.paper_and_light import loguniform
from mnist_app.digits.generated.sheet import Pen, Sheet, render

THICKEST = 0.22  # a pen's width as a share of what it writes
LOWEST = 10.0  # pixels of a digit: lower ones cannot be read
UNSTEADY = (0.08, 0.25, 0.6), (0.68, 0.18, 0.14)  # how much sizes vary in a hand, and how often so much
ROUND = 0.3  # share of hands whose noughts are rings
ALIKE, OTHERWISE = 0.7, 0.1  # share of hands that write a digit nearly alike each time, and how often they do not
AGAIN = 0.2  # how often a number repeats a digit (77, 3000)
JOINED = 0.08  # share of hands that do not lift the pen between two digits
OFTEN = {0: 0.1, 1: 0.12}  # how often people write these beyond a tenth: round amounts, years, Benford's law
LABEL_SHARES = [(1 - sum(OFTEN.values())) / 10 + OFTEN.get(label, 0.0) for label in range(10)]

One = TypeVar("One")
Place = tuple[float, float]  # x, y on a sheet in pixels


@dataclass
class Writer:
    """One person with one pen: how large, thick, slanted and alike they write.

    Attributes:
        rng: all chance.
        glyphs: what there is to write.
        height: of a digit in pixels.
        width: of the pen in pixels.
        slant: columns per row.
        turn: of the writing, degrees.
        rough: whether the pen's width varies.
        stretch: width over height, 1 as the glyphs have it.
        unsteady: standard deviation of the logarithm of a digit's height.
        round_noughts: whether noughts are as wide as high.
        alike: whether a digit looks nearly the same each time.
        joined: whether the pen is often not lifted between two digits.
    """

    rng: np.random.Generator
    glyphs: Glyphs
    height: float
    width: float
    slant: float = 0.0
    turn: float = 0.0
    rough: bool = False
    stretch: float = 1.0
    unsteady: float = 0.08
    round_noughts: bool = False
    alike: bool = False
    joined: bool = False
    _source: str = field(init=False)
    _hand: Hand | None = field(init=False)
    _usual: dict[int, Glyph] = field(init=False, default_factory=dict)
    _last: int = field(init=False)
    _end: Place | None = field(init=False, default=None)  # right border and top of the last digit

    def __post_init__(self) -> None:
        self._source = self.rng.choice(["mnist", "strokes", "font"], p=[0.55, 0.27, 0.18])
        hands = self.glyphs.pens if self.glyphs.pens and self.rng.random() < 0.2 else self.glyphs.hands
        self._hand = hands[self.rng.integers(len(hands))] if hands else None
        self._last = int(self.rng.integers(10))

    def digit(self, x: float, y: float, sheet: Sheet, height: float | None = None) -> float:
        """Write a digit with its upper left corner at x, y; returns how wide it is.

        Where no height is given, it is the hand's: small ones then stand on the line, or hang in the middle of it.
        """
        glyph = self._pick_digit()
        if height is None:
            height = max(self.height * np.exp(self.rng.normal(0, self.unsteady)), LOWEST)
            y += (self.height - height) * self.rng.uniform(0.4, 1)
        if self.joined and self._end and self.rng.random() < 0.7:
            self._join(self._end, (x, y), height, sheet)
        width = self._write(glyph, (x, y), sheet, Kind.DIGIT, height)
        self._end = x + width, y
        return width

    def _join(self, last: Place, place: Place, height: float, sheet: Sheet) -> None:
        """Draw the pen's way from the last digit to the next one, if it is short; it is no digit's own."""
        (end, top), (x, y) = last, place
        if -0.2 < (x - end) / height < 0.5 and abs(y - top) < 0.5 * height:
            rises = self.rng.uniform(0.3, 1, 2) * height
            points = np.array([(end - 0.12 * height, top + rises[0]), (x + 0.12 * height, y + rises[1])])
            sheet.line(points, max(1.0, min(self.width, THICKEST * height)), Kind.DOUBTFUL)

    def sign(self, x: float, y: float, sheet: Sheet, height: float | None = None) -> float:
        """Write a sign or letter of our own strokes."""
        glyph = pick(self.rng, self.glyphs.signs)
        return self._write(glyph, (x, y), sheet, Kind.DRAWING, height or self.height)

    def letter(self, x: float, y: float, sheet: Sheet, height: float | None = None) -> float:
        """Write a single letter; one that could be a digit is doubtful."""
        hand = self._hand
        if not (hand and hand.letters):
            return self.sign(x, y, sheet, height)
        glyph = pick(self.rng, hand.letters)
        kind = Kind.DOUBTFUL if glyph.ambiguous else Kind.LETTER
        return self._write(glyph, (x, y), sheet, kind, height or self.height)

    def word(self, x: float, y: float, sheet: Sheet) -> float:
        """Write a word; in letters of our own where there are no fonts."""
        hand = self._hand
        if not hand or self.rng.random() < 0.15:
            start = x
            for _ in range(self.rng.integers(3, 8)):
                glyph = pick(self.rng, self.glyphs.signs)
                tall = self.height * self.rng.choice([0.6, 1.0])
                x += self._write(glyph, (x, y + self.height - tall), sheet, Kind.LETTER, tall) + self.height * 0.1
            return x - start
        return self._write(pick(self.rng, hand.words), (x, y), sheet, Kind.LETTER, self.height)

    def printed(self, x: float, y: float, sheet: Sheet, hand: Hand) -> float:
        """Set a word in type, or a digit: no handwriting, but who takes it for a digit is not wrong either."""
        glyph = pick(self.rng, hand.words if self.rng.random() < 0.85 or not hand.digits else hand.digits)
        ink, _ = render(glyph, self.height, Pen(), self.rng)
        sheet.put(ink, x, y, Kind.PRINT if glyph.label is None else Kind.DOUBTFUL)
        return ink.shape[1]

    def _pick_digit(self) -> Glyph:
        self._last = label = self._next_label()
        if not self.alike or label not in self._usual or self.rng.random() < OTHERWISE:
            self._usual[label] = pick(self.rng, self._glyphs_of(label))
        return self._usual[label]

    def _next_label(self) -> int:
        if self.rng.random() < AGAIN:
            return self._last
        return int(self.rng.choice(10, p=LABEL_SHARES))

    def _glyphs_of(self, label: int) -> Sequence[Glyph]:
        if self._source == "font" and self._hand and self._hand.digits:
            return [glyph for glyph in self._hand.digits if glyph.label == label] or self._hand.digits
        return (self.glyphs.strokes if self._source == "strokes" else self.glyphs.digits)[label]

    def _write(self, glyph: Glyph, place: Place, sheet: Sheet, kind: Kind, height: float) -> float:
        rng, (x, y) = self.rng, place
        width = max(1.0, min(self.width * np.exp(rng.normal(0, 0.06)), THICKEST * height))
        slant, turn = self.slant + rng.normal(0, 0.06), self.turn + rng.normal(0, 3)
        stretch = self.stretch * float(np.exp(rng.normal(0, 0.09)))
        if self.round_noughts and glyph.label == 0:
            high, wide = (side - 2 * MARGIN for side in glyph.distance.shape)
            stretch = high / max(wide, 1) * float(np.exp(rng.normal(0, 0.15)))
        ink, room = render(glyph, height, Pen(width, slant, turn, stretch, self.rough), rng)
        sheet.put(ink, x - room, y - room, kind, glyph.label if kind == Kind.DIGIT else None)
        return ink.shape[1] - 2 * room


def pick(rng: np.random.Generator, many: Sequence[One]) -> One:
    """One of many."""
    return many[int(rng.integers(len(many)))]


def new_writer(rng: np.random.Generator, glyphs: Glyphs, height: float) -> Writer:
    """A person whose digits are that high: from hair lines to thick markers."""
    thick = height * loguniform(rng, 0.03, 0.2)
    slant, turn, stretch = rng.normal(0.05, 0.15), rng.normal(0, 3), np.exp(rng.normal(0, 0.13))
    rough, unsteady = rng.random() < 0.15, float(rng.choice(UNSTEADY[0], p=UNSTEADY[1]))
    habits = rng.random() < ROUND, rng.random() < ALIKE, rng.random() < JOINED
    return Writer(rng, glyphs, height, max(1.0, thick), slant, turn, rough, stretch, unsteady, *habits)
