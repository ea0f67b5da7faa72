"""What people write on pages: families of ink, each a function that fills a sheet."""

import cv2
import numpy as np

from mnist_app.digits.generated.doodles import DOODLES, arrow, letter, outline, sign, word
from mnist_app.digits.generated.glyphs import Glyphs
from mnist_app.digits.generated.kinds import Kind
from mnist_app.digits.generated.paper_and_light import loguniform
from mnist_app.digits.generated.sheet import Pen, Sheet, render
from mnist_app.digits.generated.writer import LOWEST, Writer, pick

MOST_DIGITS = 60  # on a page
BETWEEN = ("/", "/", ".", "-", "+", "=", ":", "x")  # numbers; slashes are like a 1


# ---- families: sheet, writer, the printed lines' pitch and first row if any ----

Rules = tuple[float, float] | None


def rows(sheet: Sheet, writer: Writer, rules: Rules) -> None:
    """Numbers in rows, tight or wide, now and then with a word or sign beside them."""
    rng, h = writer.rng, writer.height
    height, width = sheet.size
    lead = rules[0] if rules else h * rng.uniform(1.15, 2.6)
    gap = rng.uniform(-0.1, 0.25) if rng.random() < 0.5 else rng.uniform(0.1, 1.6)
    space = max(gap * h, writer.width * 0.5) if gap > -0.03 else gap * h
    y = rules[1] - h * rng.uniform(0.8, 1.05) if rules else rng.uniform(0, max(1.0, (height - h) * rng.random()))
    slope, with_words = rng.normal(0, 0.02), rng.random() < 0.3
    for _ in range(rng.integers(1, 9)):
        x, writer.height = rng.uniform(0, width * 0.5), max(h * np.exp(rng.normal(0, writer.unsteady)), LOWEST)
        if with_words and rng.random() < 0.6:
            x += writer.word(x, y + slope * x, sheet) + h * rng.uniform(0.3, 1.5)
        for _ in range(rng.integers(1, 13)):
            if x > width - h * 0.25 or len(sheet.labels) >= MOST_DIGITS:
                break
            place = x, y + slope * x + rng.normal(0, 0.05) * h, sheet
            chance = rng.random()
            if chance < 0.03:
                step = writer.sign(*place, height=h * rng.uniform(0.4, 0.9))
            elif chance < 0.05:
                step = h * rng.uniform(0.5, 2)
            else:
                step = writer.digit(*place)
            x += step + (space if rng.random() < 0.95 else rng.uniform(-0.1, 0) * h)
        if with_words and rng.random() < 0.2 and x < width:
            writer.word(x + h * 0.3, y, sheet)
        tall = max(h, writer.height)
        y += lead * tall / h if not rules else lead * max(1, round(tall * 1.1 / lead))
        if y > height - h * 0.6:
            break


def table(sheet: Sheet, writer: Writer, rules: Rules) -> None:
    """A table, a form's row of boxes or a comb: drawn by hand or printed, digits in its cells."""
    rng, h = writer.rng, writer.height
    height, width = sheet.size
    across, down = int(rng.integers(2, 12)), int(rng.integers(1, 9))
    cell, lead = h * rng.uniform(1.05, 2.4), h * rng.uniform(1.1, 2.2)
    left, top = rng.uniform(0, width * 0.4), rng.uniform(0, max(1.0, height - lead * down))
    pen = max(1.0, loguniform(rng, 0.7, 1 + h / 14))
    ink = np.zeros(sheet.size, np.float32)
    comb = rng.random() < 0.2
    right, bottom = left + across * cell, top + down * lead
    for i in range(across + 1):
        x = left + i * cell
        start = top + lead * (0.6 if comb else 0)
        cv2.line(ink, (int(x), int(start)), (int(x + rng.normal(0, 0.5)), int(bottom)), 1.0, round(pen), cv2.LINE_AA)
    for i in range(down + 1):
        y = top + i * lead
        if not comb or i:
            cv2.line(ink, (int(left), int(y)), (int(right), int(y + rng.normal(0, 0.5))), 1.0, round(pen), cv2.LINE_AA)
    colour = np.array(rng.choice([[30, 30, 30], [90, 120, 190], [200, 110, 110], [130, 130, 130]])) + rng.normal(
        0, 15, 3
    )
    sheet.picture += (colour.astype(np.float32) - sheet.picture) * (ink * rng.uniform(0.4, 1))[..., np.newaxis]
    inside = min(1.0, 0.92 * lead / h, 1.25 * cell / h)
    for row in range(down):
        for column in range(across):
            if rng.random() < 0.85 and len(sheet.labels) < MOST_DIGITS:
                x = left + column * cell + max(0.04 * h, (cell - 0.65 * h * inside) * rng.uniform(0.1, 0.8))
                y = top + row * lead + (lead - h * inside) * rng.uniform(0.1, 0.9)
                (writer.digit if rng.random() < 0.95 else writer.letter)(x, y, sheet, h * inside)


def scattered(sheet: Sheet, writer: Writer, rules: Rules) -> None:
    """Digits all over the page, some among signs, letters and small drawings."""
    rng = writer.rng
    company = rng.choice([0.0, 0.15, 0.5], p=[0.4, 0.3, 0.3])
    for x, y, h in _free_places(sheet, writer, int(rng.integers(1, 30))):
        if rng.random() >= company:
            writer.digit(x, y, sheet, h)
        else:
            pick(rng, (sign, letter, word, outline, arrow))(sheet, writer, x, y, h)


def alone(sheet: Sheet, writer: Writer, rules: Rules) -> None:
    """One digit, small on a large page or filling the picture, also cut by its edge."""
    rng = writer.rng
    height, width = sheet.size
    h = min(sheet.size) * (loguniform(rng, 0.08, 0.4) if rng.random() < 0.4 else rng.uniform(0.4, 1.0))
    writer.width = max(1.0, h * loguniform(rng, 0.018, 0.22))
    writer.stretch *= np.exp(rng.normal(0, 0.15))
    if rng.random() < 0.12:
        _box_edges(sheet, writer)
    reach = h * 0.12 if rng.random() < 0.06 else 0.0
    writer.digit(
        rng.uniform(-reach, max(1.0, width - h * 0.75 + reach)),
        rng.uniform(-reach, max(1.0, height - h + reach)),
        sheet,
        h,
    )


def number(sheet: Sheet, writer: Writer, rules: Rules) -> None:
    """One number across the picture, its digits apart, touching or overlapping."""
    rng = writer.rng
    height, width = sheet.size
    n = int(rng.integers(2, 8))
    h = min(width / (n * 0.62 + 0.2), height) * rng.uniform(0.5, 1.0)
    writer.height, writer.width = h, max(1.0, h * loguniform(rng, 0.03, 0.17))
    gap = rng.uniform(-0.12, 0.02) if rng.random() < 0.5 else rng.uniform(0.03, 0.5)
    x, y = rng.uniform(0, max(1.0, width - n * h * (0.62 + gap))), rng.uniform(0, max(1.0, height - h))
    for _ in range(n):
        x += writer.digit(x, y + rng.normal(0, 0.05) * h, sheet, h * np.exp(rng.normal(0, 0.05))) + gap * h


def sums(sheet: Sheet, writer: Writer, rules: Rules) -> None:
    """Sums, dates, phone numbers and amounts: digits with the signs between them."""
    rng, h = writer.rng, writer.height
    height, width = sheet.size
    y = rng.uniform(0, max(1.0, height - h))
    for _ in range(rng.integers(1, 6)):
        x, between = rng.uniform(0, width * 0.3), pick(rng, BETWEEN)
        bracketed, share = rng.random() < 0.15, rng.random() < 0.1
        for _ in range(rng.integers(2, 5)):
            x += _between(sheet, writer, x, y, "(") + 0.1 * h if bracketed else 0
            for _ in range(rng.integers(1, 5)):
                if x < width - h * 0.4:
                    x += writer.digit(x, y, sheet) + h * rng.uniform(0.03, 0.2)
            x += _between(sheet, writer, x, y, ")") + 0.1 * h if bracketed else 0
            x += _between(sheet, writer, x + 0.1 * h, y, "%" if share else between) + 0.25 * h
            if rng.random() < 0.35:
                x += (writer.letter if rng.random() < 0.5 else writer.sign)(x, y, sheet) + 0.2 * h
        y += h * rng.uniform(1.2, 2)
        if y > height - h * 0.7:
            break


def mixed(sheet: Sheet, writer: Writer, rules: Rules) -> None:
    """Words and numbers in one hand, line by line: lists, answers, notes with a date."""
    rng, h = writer.rng, writer.height
    height, width = sheet.size
    lead = rules[0] * max(1, round(h * 1.3 / rules[0])) if rules else h * rng.uniform(1.3, 2.2)
    y, share = rng.uniform(0, lead), rng.choice([0.05, 0.3, 0.6])
    while y < height - h * 0.7 and len(sheet.labels) < MOST_DIGITS:
        x = rng.uniform(0, width * 0.25)
        while x < width - h:
            if rng.random() < share:
                if rng.random() < 0.3:
                    x += writer.letter(x, y, sheet) + 0.08 * h
                for _ in range(rng.integers(1, 5)):
                    if x < width - 0.3 * h:
                        x += writer.digit(x, y, sheet) + h * rng.uniform(0.03, 0.16)
            else:
                x += writer.word(x, y, sheet)
            x += h * rng.uniform(0.4, 0.9)
            if rng.random() < 0.2:
                break
        y += lead


def words(sheet: Sheet, writer: Writer, rules: Rules) -> None:
    """Handwritten lines without any digit; or one word, or one letter, alone."""
    rng = writer.rng
    height, width = sheet.size
    chance = rng.random()
    if chance < 0.2:
        h = min(sheet.size) * rng.uniform(0.2, 0.95)
        writer.width = max(1.0, h * loguniform(rng, 0.02, 0.2))
        write = writer.letter if rng.random() < 0.5 else writer.sign
        write(rng.uniform(0, max(1.0, width - h)), rng.uniform(0, max(1.0, height - h)), sheet, h)
        return
    if chance < 0.5:
        writer.height = h = min(height * 0.8, width / rng.uniform(2, 7))
        writer.width = max(1.0, h * loguniform(rng, 0.03, 0.16))
        writer.word(rng.uniform(0, width * 0.3), rng.uniform(0, max(1.0, height - h)), sheet)
        return
    h = writer.height
    lead = rules[0] * max(1, round(h * 1.3 / rules[0])) if rules else h * rng.uniform(1.25, 2.2)
    y = rng.uniform(-h / 2, lead)
    while y < height:
        x = rng.uniform(-h, width * 0.2)
        while x < width:
            x += writer.word(x, y, sheet) + h * rng.uniform(0.3, 0.7)
            if rng.random() < 0.12:
                break
        y += lead


def print_(sheet: Sheet, writer: Writer, rules: Rules) -> None:
    """Printed text, alone or with handwritten digits in the gaps of a form."""
    rng = writer.rng
    height, width = sheet.size
    if not writer.glyphs.prints:
        return words(sheet, writer, rules)
    type_ = pick(rng, writer.glyphs.prints)
    filled = rng.random() < 0.45
    size = loguniform(rng, 8, 60) if rng.random() < 0.75 else min(sheet.size) * rng.uniform(0.2, 0.7)
    setter = Writer(rng, writer.glyphs, size, 0.0)
    lead, y = size * rng.uniform(1.3, 2.4), rng.uniform(-size / 2, size)
    if filled:
        writer.height = size * rng.uniform(0.9, 2.0)
        writer.width = max(1.0, writer.height * loguniform(rng, 0.04, 0.14))
        lead = max(lead, 1.1 * writer.height)
    gaps = []
    while y < height:
        x = rng.uniform(-size, width * 0.2)
        while x < width:
            if filled and rng.random() < 0.3:
                room = writer.height * rng.uniform(0.8, 4)
                gaps.append((x, y, room))
                x += room
            else:
                x += setter.printed(x, y, sheet, type_)
            x += size * rng.uniform(0.25, 0.6)
            if rng.random() < 0.12:
                break
        y += lead
    sheet.dry(rng.uniform(0, 90) + rng.normal(0, 8, 3), rng.uniform(0.6, 1))
    for x, y, room in gaps:
        if rng.random() < 0.75:
            end, y = x + room, y + size - writer.height * rng.uniform(0.9, 1.1)
            while x < min(end - writer.height * 0.5, width) and len(sheet.labels) < MOST_DIGITS:
                x += writer.digit(x, y, sheet) + writer.height * rng.uniform(0.03, 0.2)
    return None


def drawings(sheet: Sheet, writer: Writer, rules: Rules) -> None:
    """Doodles, arrows, smileys, stick figures, scribbles, signatures: ink without any digit."""
    rng = writer.rng
    for x, y, h in _free_places(sheet, writer, int(rng.integers(1, 12)), loguniform(rng, 0.08, 0.8) * min(sheet.size)):
        pick(rng, DOODLES)(sheet, writer, x, y, h)


# ---- parts ----


def _free_places(sheet: Sheet, writer: Writer, n: int, size: float = 0.0) -> list[tuple[float, float, float]]:
    """Up to n places x, y with a height where nothing else lies."""
    rng = writer.rng
    height, width = sheet.size
    places: list[tuple[float, float, float]] = []
    for _ in range(n):
        h = max((size or writer.height) * np.exp(rng.normal(0, max(0.22, writer.unsteady))), LOWEST)
        x, y = rng.uniform(0, max(1.0, width - 0.8 * h)), rng.uniform(0, max(1.0, height - h))
        if all(abs(x - a) >= (h + c) * 0.5 or abs(y - b) >= (h + c) * 0.55 for a, b, c in places):
            places.append((x, y, h))
    return places


def _between(sheet: Sheet, writer: Writer, x: float, y: float, sign: str) -> float:
    """Write a sign that stands between or around numbers; returns its width."""
    rng, h = writer.rng, writer.height
    along, around = np.linspace(-1, 1, 9), np.linspace(0, 2 * np.pi, 13)
    bow, ring = rng.uniform(0.15, 0.35) * along**2, np.stack([np.cos(around), np.sin(around)], axis=1)
    strokes: dict[str, list] = {
        "/": [[(rng.uniform(0.3, 0.9), -0.1 * rng.random()), (0, rng.uniform(1, 1.25))]],
        "(": [np.stack([bow, 0.5 + 0.62 * along], axis=1)],
        ")": [np.stack([0.3 - bow, 0.5 + 0.62 * along], axis=1)],
        "%": [[(0.55, 0), (0, 1)], *(0.17 * ring + np.array(middle) for middle in ((0.1, 0.2), (0.5, 0.8)))],
        ".": [[(0, 0.95), (0.02, 0.97)]],
        ":": [[(0, 0.35), (0.02, 0.37)], [(0, 0.8), (0.02, 0.82)]],
        "-": [[(0, 0.5), (0.4, 0.5)]],
        "+": [[(0, 0.5), (0.5, 0.5)], [(0.25, 0.25), (0.25, 0.78)]],
        "=": [[(0, 0.4), (0.45, 0.4)], [(0, 0.62), (0.45, 0.62)]],
        "x": [[(0, 0.35), (0.4, 0.85)], [(0.4, 0.35), (0, 0.85)]],
    }
    for stroke in strokes[sign]:
        points = np.array(stroke) * h + rng.normal(0, 0.03 * h, (len(stroke), 2)) / np.sqrt(len(stroke) / 2) + (x, y)
        sheet.line(points, writer.width, Kind.DRAWING)
    return 0.6 * h if sign == "%" else 0.4 * h


def _box_edges(sheet: Sheet, writer: Writer) -> None:
    """What is left of a form's box around a digit that was cut out of it."""
    rng = writer.rng
    height, width = sheet.size
    pen, inset = max(1.0, writer.width * rng.uniform(0.2, 0.7)), 0.06 * min(sheet.size)
    left, top = rng.uniform(0, inset, 2)
    right, bottom = width - rng.uniform(0, inset), height - rng.uniform(0, inset)
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom], [left, top]])
    for i in rng.permutation(4)[: rng.integers(1, 5)]:
        sheet.line(corners[i : i + 2] + rng.normal(0, 1, (2, 2)), pen, Kind.PAPER)


def stamp(sheet: Sheet, rng: np.random.Generator, glyphs: Glyphs) -> None:
    """Print a date into a corner, as cameras do."""
    type_ = pick(rng, glyphs.prints)
    height, width = sheet.size
    size = loguniform(rng, 0.025, 0.07) * min(sheet.size)
    setter = Writer(rng, glyphs, max(size, 7), 0.0)
    x, y = rng.uniform(0.02, 0.7) * width, rng.choice([0.02, 0.9]) * height
    for _ in range(rng.integers(4, 14)):
        glyph = pick(rng, type_.digits or type_.words)
        ink, _ = render(glyph, setter.height, Pen(), rng)
        sheet.put(ink, x, y, Kind.PRINT)
        x += ink.shape[1] + (size * 0.5 if rng.random() < 0.25 else 1)
