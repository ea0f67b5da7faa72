"""One person with one pen, who writes digits, words and signs on a sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from mnist_app.digits.glyphs import Glyph, Glyphs, Hand
from mnist_app.digits.kinds import Kind
from mnist_app.digits.paper_and_light import loguniform
from mnist_app.digits.sheet import Sheet, render

One = TypeVar("One")


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
    """

    rng: np.random.Generator
    glyphs: Glyphs
    height: float
    width: float
    slant: float = 0.0
    turn: float = 0.0
    rough: bool = False
    stretch: float = 1.0
    _source: str = field(init=False)
    _hand: Hand | None = field(init=False)

    def __post_init__(self) -> None:
        self._source = self.rng.choice(["mnist", "strokes", "font"], p=[0.55, 0.27, 0.18])
        hands = self.glyphs.pens if self.glyphs.pens and self.rng.random() < 0.2 else self.glyphs.hands
        self._hand = hands[self.rng.integers(len(hands))] if hands else None

    def digit(self, x: float, y: float, sheet: Sheet, height: float | None = None) -> float:
        """Write a digit with its upper left corner at x, y; returns how wide it is."""
        glyph = self._pick_digit()
        return self._write(glyph, x, y, sheet, Kind.DIGIT, height or self.height * np.exp(self.rng.normal(0, 0.08)))

    def sign(self, x: float, y: float, sheet: Sheet, height: float | None = None) -> float:
        """Write a sign or letter of our own strokes."""
        glyph = pick(self.rng, self.glyphs.signs)
        return self._write(glyph, x, y, sheet, Kind.DRAWING, height or self.height)

    def letter(self, x: float, y: float, sheet: Sheet, height: float | None = None) -> float:
        """Write a single letter; one that could be a digit is doubtful."""
        hand = self._hand
        if not (hand and hand.letters):
            return self.sign(x, y, sheet, height)
        glyph = pick(self.rng, hand.letters)
        kind = Kind.DOUBTFUL if glyph.ambiguous else Kind.LETTER
        return self._write(glyph, x, y, sheet, kind, height or self.height)

    def word(self, x: float, y: float, sheet: Sheet) -> float:
        """Write a word; in letters of our own where there are no fonts."""
        hand = self._hand
        if not hand or self.rng.random() < 0.15:
            start = x
            for _ in range(self.rng.integers(3, 8)):
                glyph = pick(self.rng, self.glyphs.signs)
                tall = self.height * self.rng.choice([0.6, 1.0])
                x += self._write(glyph, x, y + self.height - tall, sheet, Kind.LETTER, tall) + self.height * 0.1
            return x - start
        return self._write(pick(self.rng, hand.words), x, y, sheet, Kind.LETTER, self.height)

    def printed(self, x: float, y: float, sheet: Sheet, hand: Hand) -> float:
        """Set a word in type, or a digit: no handwriting, but who takes it for a digit is not wrong either."""
        glyph = pick(self.rng, hand.words if self.rng.random() < 0.85 or not hand.digits else hand.digits)
        ink, _ = render(glyph, self.height, 0.0, self.rng)
        sheet.put(ink, x, y, Kind.PRINT if glyph.label is None else Kind.DOUBTFUL)
        return ink.shape[1]

    def _pick_digit(self) -> Glyph:
        if self._source == "font" and self._hand and self._hand.digits:
            return pick(self.rng, self._hand.digits)
        return pick(self.rng, self.glyphs.strokes if self._source == "strokes" else self.glyphs.digits)

    def _write(self, glyph: Glyph, x: float, y: float, sheet: Sheet, kind: Kind, height: float) -> float:
        rng = self.rng
        width = max(1.0, self.width * np.exp(rng.normal(0, 0.06)))
        slant, turn = self.slant + rng.normal(0, 0.06), self.turn + rng.normal(0, 3)
        stretch = self.stretch * float(np.exp(rng.normal(0, 0.09)))
        ink, room = render(glyph, height, width, rng, slant, turn, stretch, self.rough)
        sheet.put(ink, x - room, y - room, kind, glyph.label if kind == Kind.DIGIT else None)
        return ink.shape[1] - 2 * room


def pick(rng: np.random.Generator, many: Sequence[One]) -> One:
    """One of many."""
    return many[int(rng.integers(len(many)))]


def new_writer(rng: np.random.Generator, glyphs: Glyphs, height: float) -> Writer:
    """A person whose digits are that high: from hair lines to thick markers."""
    thick = height * loguniform(rng, 0.03, 0.2)
    slant, turn, stretch = rng.normal(0.05, 0.15), rng.normal(0, 3), np.exp(rng.normal(0, 0.13))
    return Writer(rng, glyphs, height, max(1.0, thick), slant, turn, rng.random() < 0.15, stretch)
