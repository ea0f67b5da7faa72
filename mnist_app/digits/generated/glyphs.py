"""Handwriting and print as distance maps: one glyph serves any size, pen width and slant.

A glyph's map holds, for each pixel, how far it lies from the middle of the nearest stroke. Ink of any width is a
threshold of it, crisp at any size, and digits, letters and words all go through the same pen, so that no network can
tell them apart by how they were drawn.
"""

import pydoc_data.topics
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from string import ascii_letters

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from skimage.morphology import skeletonize

from mnist_app.digits.datasets import load_mnist
from mnist_app.digits.generated.sources import HAND, PARTS, PRINT, SOURCES_FOLDER, Part, find_files, part_of
from mnist_app.digits.pen import compile_shape, handwrite, vary
from mnist_app.digits.skeletons.other_hands import HABITS
from mnist_app.digits.skeletons.usual import AMBIGUOUS, DIGIT_STYLES, SYMBOL_STYLES, Style
from mnist_app.settings import DATA_FOLDER

HEIGHT = 64  # pixels of a glyph's map that its strokes' middles span, from top to bottom
MARGIN = 14  # pixels around them; the widest pen is twice that
UNIT = 1 / 8  # of a pixel, in which distances are kept
CAPITAL = 48  # pixels of a capital letter's height in the map of a word
OUTLINED = 0.3  # share of handwriting that keeps its own thick and thin strokes
HABITUAL = 0.4  # how often a skeleton of `HABITS` is written, beside 1 for a style
ENLARGED = 4  # MNIST's images are enlarged that many times before their outline is followed
MNIST_PARTS = {"train": (0, 55_000), "validation": (55_000, 57_500), "test": (57_500, 60_000)}

# Alphabets whose handwriting people photograph beside their digits: first and last letter.
SCRIPTS = (
    (0x0391, 0x03C9), (0x0410, 0x044F), (0x0531, 0x0586), (0x10D0, 0x10F0), (0x0985, 0x09B9), (0x0905, 0x0939),
    (0x0621, 0x064A), (0x05D0, 0x05EA), (0x0E01, 0x0E2E), (0x0B85, 0x0BB9), (0x3042, 0x3093), (0x30A2, 0x30F3),
    (0x4E00, 0x5E00), (0xAC00, 0xB300), (0x1200, 0x1248), (0x0D05, 0x0D39),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Glyph:
    """One digit, sign or word.

    Attributes:
        distance: `(h, w)` uint8, distance from the middle of the nearest stroke in eighths of a pixel.
        height: pixels of the map that are as high as a digit of the same hand.
        stroke: width in pixels of the strokes where their outline is kept; 0 where only their middle is.
        label: the digit, or None.
        ambiguous: whether, alone, it could be read as a digit.
    """

    distance: np.ndarray
    height: float
    stroke: float = 0.0
    label: int | None = None
    ambiguous: bool = False


@dataclass(frozen=True, eq=False)
class Hand:
    """What one font wrote: single digits, and words."""

    digits: tuple[Glyph, ...]
    words: tuple[Glyph, ...]
    letters: tuple[Glyph, ...]


@dataclass(frozen=True, eq=False)
class Glyphs:
    """All that pages are written with.

    Attributes:
        digits: MNIST's, by their label.
        strokes: digits of our own pen strokes, by their label.
        signs: letters and signs of our own pen strokes.
        hands: fonts that imitate handwriting.
        pens: print in many scripts, written with a pen.
        prints: the same as it is printed.
    """

    digits: tuple[tuple[Glyph, ...], ...]
    strokes: tuple[tuple[Glyph, ...], ...]
    signs: tuple[Glyph, ...]
    hands: tuple[Hand, ...]
    pens: tuple[Hand, ...]
    prints: tuple[Hand, ...]


def load_glyphs(part: Part, folder: Path = SOURCES_FOLDER, most: int = 6000, data: Path = DATA_FOLDER) -> Glyphs:
    """Prepare the glyphs of one part, at most that many of MNIST's digits and of our own strokes.

    Without fonts in the folder, words are made of our own letters alone.
    """
    rng = np.random.default_rng(PARTS.index(part))
    (images, labels), _ = load_mnist(data)
    first, last = MNIST_PARTS[part]
    chosen = first + rng.choice(last - first, min(most, last - first), replace=False)
    traced = [trace(images[i], int(labels[i]), rng.random() < OUTLINED) for i in chosen]
    digits = tuple(tuple(glyph for glyph in traced if glyph.label == digit) for digit in range(10))
    strokes = tuple(tuple(_drawn(_digit_styles(digit, part), most // 20, rng, digit)) for digit in range(10))
    signs = tuple(_drawn(_own(SYMBOL_STYLES, part), most // 3, rng))
    printed = find_files(PRINT, part, folder)
    hands = [_written(path, rng, shaken=True) for path in find_files(HAND, part, folder)]
    pens = [_written(path, rng, shaken=True, words=12) for path in printed]
    prints = [_written(path, rng, shaken=False, words=12) for path in printed]
    return Glyphs(digits, strokes, signs, *(tuple(one for one in kind if one.words) for kind in (hands, pens, prints)))


def trace(image: np.ndarray, label: int | None, outline: bool = False) -> Glyph:
    """Follow the strokes, or the outline, of a `(28, 28)` uint8 image of one digit."""
    large = cv2.resize(image, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC)
    return _from_ink(cv2.GaussianBlur(large, (0, 0), 1.5) > 127, label=label, outline=outline)


def _digit_styles(digit: int, part: Part) -> list[Style]:
    """The ways to write a digit: those of one part, and other writers' habits, taught ones to learn from."""
    habits = [habit for habit in HABITS if habit.digit == digit]
    skeletons = [one for habit in habits for one in (habit.taught if part == "train" else habit.held)]
    return _own(DIGIT_STYLES[digit], part) + [Style("habit", each, HABITUAL) for each in skeletons]


def _own(styles: Sequence[Style], part: Part) -> list[Style]:
    """The styles of one part; all, where a digit would be left without any."""
    return [style for style in styles if part_of(style.name + style.strokes) == part] or list(styles)


def _drawn(styles: Sequence[Style], n: int, rng: np.random.Generator, label: int | None = None) -> Iterator[Glyph]:
    """Pen strokes of our own: their middle is known."""
    weights = np.array([style.weight for style in styles])
    for style, count in zip(styles, rng.multinomial(n, weights / weights.sum()), strict=True):
        if not count:
            continue
        for points in handwrite(vary(compile_shape(style.strokes), count, rng), rng):
            low, extent = np.nanmin(points, axis=0), np.nanmax(points, axis=0) - np.nanmin(points, axis=0)
            scale = HEIGHT / max(extent.max(), 1e-6)
            size = np.ceil(extent * scale).astype(int) + 2 * MARGIN + 1
            paper = np.full((size[1], size[0]), 255, np.uint8)
            placed = (points - low) * scale + MARGIN
            ends = np.flatnonzero(np.isnan(placed[:, 0]))
            for line in np.split(placed, ends):
                line = line[~np.isnan(line[:, 0])]
                if len(line):
                    cv2.polylines(paper, [np.rint(line * 16).astype(np.int32)], False, 0, 1, cv2.LINE_8, 4)
            distance = cv2.distanceTransform(paper, cv2.DIST_L2, 5)
            yield Glyph(_packed(distance), max(extent[1] * scale, 1.0) if label is not None else HEIGHT, label=label)


def _from_ink(ink: np.ndarray, height: float | None = None, label: int | None = None, outline: bool = False) -> Glyph:
    """Measure how far each pixel lies from the middle of a stroke, for ink `(h, w)` bool of any width.

    Args:
        ink: `(h, w)` bool.
        height: of a digit of the same hand; the ink's own where None.
        label: of a digit.
        outline: keep where strokes are thick and thin, as in print: distances are those from the outline, less half a
            stroke.
    """
    x, y, w, h = cv2.boundingRect(ink.view(np.uint8))
    ink = np.pad(ink[y : y + h, x : x + w], MARGIN).view(np.uint8)
    inside = cv2.distanceTransform(ink, cv2.DIST_L2, 5)
    middle = skeletonize(ink > 0)
    typical = float(np.median(inside[middle])) if middle.any() else 1.0
    if not outline:
        distance = cv2.distanceTransform((~middle).view(np.uint8), cv2.DIST_L2, 5)
        return Glyph(_packed(distance), height or h - 2 * typical, label=label)
    outside = cv2.distanceTransform(1 - ink, cv2.DIST_L2, 5)
    signed = inside - outside + np.where(ink, -0.5, 0.5)
    return Glyph(_packed(np.maximum(typical - signed, 0)), height or h - 2 * typical, 2 * typical, label)


def _packed(distance: np.ndarray) -> np.ndarray:
    return np.minimum(distance / UNIT, 255).astype(np.uint8)


# ---- words ----

WORDS = [word for word in re.findall(r"[A-Za-z]{2,9}", "".join(pydoc_data.topics.topics.values()))[::23]]
LIKE_DIGITS, PLAIN = "oOlIsSzZbgqiBDGTyj", "aemnrtkhuwx"  # letters that make words misread, and others


def _written(path: Path, rng: np.random.Generator, shaken: bool, words: int = 45) -> Hand:
    """Let a font write: its ten digits, words and single letters; nothing of what it lacks."""
    try:
        font = ImageFont.truetype(str(path), 40)
        capital = font.getbbox("H", anchor="ls") if _has(font, "H") else font.getbbox(_first(font), anchor="ls")
        font = ImageFont.truetype(str(path), min(round(40 * CAPITAL / max(-capital[1], 8)), 160))
    except (OSError, StopIteration):
        return Hand((), (), ())

    def pen(text: str) -> Glyph | None:
        return _pen(font, text, rng, shaken, outline=not shaken or rng.random() < OUTLINED)

    digits = [
        _with_label(pen(str(digit)), digit)
        for digit in range(10)
        for _ in range(3 if shaken else 1)
        if _has(font, str(digit))
    ]
    letters = [_alone(pen(text), text) for text in _texts(font, rng, 16, single=True)]
    found = digits, map(pen, _texts(font, rng, words)), letters
    return Hand(*(tuple(one for one in kind if one) for kind in found))


def _alone(glyph: Glyph | None, text: str) -> Glyph | None:
    return glyph and replace(glyph, ambiguous=text in AMBIGUOUS)


def _with_label(glyph: Glyph | None, label: int) -> Glyph | None:
    return glyph and replace(glyph, height=float(glyph.distance.shape[0] - 2 * MARGIN), label=label)


def _texts(font: ImageFont.FreeTypeFont, rng: np.random.Generator, n: int, single: bool = False) -> Iterator[str]:
    """Words, pieces of sentences and letters that look like digits, in a script that the font has."""
    latin = _has(font, "e")
    scripts = [script for script in SCRIPTS if _has(font, chr(script[0] + 3))]
    for _ in range(n):
        if scripts and (not latin or rng.random() < 0.4):
            first, last = scripts[rng.integers(len(scripts))]
            text = "".join(map(chr, rng.integers(first, last + 1, 1 if single else rng.integers(2, 8))))
        elif not latin:
            return
        elif single:
            text = rng.choice(list(LIKE_DIGITS if rng.random() < 0.3 else "ABCDEFGHJKLMNPQRTUVWXYabcdefhjkmnprtuvwx"))
        elif rng.random() < 0.2:
            letters = [*rng.choice(list(LIKE_DIGITS), rng.integers(2, 6)), *rng.choice(list(PLAIN), rng.integers(1, 3))]
            text = "".join(rng.permutation(letters))
        elif rng.random() < 0.15:  # block letters far apart, as in a list of the alphabet: an O among them is no 0
            first = int(rng.integers(0, 22))
            listed = [chr(ord("A") + i) for i in range(first, min(first + int(rng.integers(3, 9)), 26))]
            some = rng.choice(list(ascii_letters + LIKE_DIGITS.upper()), rng.integers(2, 7))
            text = (" " * rng.integers(1, 3)).join(listed if rng.random() < 0.5 else some)
            text = text.lower() if rng.random() < 0.25 else text
        else:
            text = " ".join(rng.choice(WORDS, rng.choice([1, 1, 1, 2, 3])))
            text = text.upper() if rng.random() < 0.2 else text.capitalize() if rng.random() < 0.25 else text
            text += rng.choice(["", "", "", ".", ",", "?", "!", ":"])
        yield text


def _pen(
    font: ImageFont.FreeTypeFont, text: str, rng: np.random.Generator, shaken: bool, outline: bool
) -> Glyph | None:
    left, top, right, bottom = font.getbbox(text)
    width, height = right - left, bottom - top
    if not 2 <= width <= 700 or not 2 <= height <= 220:
        return None
    image = Image.new("L", (int(width) + 8, int(height) + 8))
    ImageDraw.Draw(image).text((4 - left, 4 - top), text, fill=255, font=font)
    ink = np.asarray(image)
    ink = (_shaken(ink, rng) if shaken else ink) > 127
    return _from_ink(ink, CAPITAL, outline=outline) if ink.any() else None


def _shaken(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move a word's ink as a hand does that never writes a letter twice alike."""
    height, width = ink.shape
    grid = (max(3, width // 24), max(3, height // 24))
    x, y = (
        cv2.resize(rng.normal(0, 2.0, grid[::-1]).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
        for _ in range(2)
    )
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(ink, columns + x, rows + y, cv2.INTER_LINEAR)


def _has(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    """Whether a font holds a letter: a missing one looks like any other missing one."""
    mask, missing = font.getmask(letter), font.getmask("\U0010fffe")
    return mask.size != (0, 0) and bytes(mask) != bytes(missing)


def _first(font: ImageFont.FreeTypeFont) -> str:
    return next(chr(script[0] + 3) for script in SCRIPTS if _has(font, chr(script[0] + 3)))
