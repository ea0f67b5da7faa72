"""Generated pages and their truth: what a picture of handwriting may look like, drawn on the fly from a seed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from scipy import ndimage
from sklearn.datasets import load_sample_images

from mnist_app.digits.generated import doodles, writing
from mnist_app.digits.generated.glyphs import load_glyphs
from mnist_app.digits.generated.kinds import Kind
from mnist_app.digits.generated.paper_and_light import (
    PEN_COLOURS,
    STAMP_COLOURS,
    bind,
    blank_paper,
    cast_light,
    coarsen,
    crop_photo,
    loguniform,
    paste_cut_outs,
    photograph,
    punch,
    rule,
    shapes,
    texture,
)
from mnist_app.digits.generated.sheet import Sheet
from mnist_app.digits.generated.sources import CUT_OUT, PHOTO, SOURCES_FOLDER, Part, open_pictures, part_of
from mnist_app.digits.generated.writer import Writer, new_writer, pick

PHOTO_SIDE, CUT_OUT_SIDE = 1200, 300
MOST_CUT_OUTS = 1500
LEAST_CONTRAST = 55  # levels of grey between a pen and its paper, before any light falls on them
COARSE = ("alone", "number", "words", "drawings")  # families that people also send as tiny pictures


@dataclass(frozen=True, eq=False)
class Page:
    """A generated page.

    Attributes:
        picture: `(h, w, 3)` uint8 RGB.
        kind: `(h, w)` uint8, a `Kind` for each pixel.
        owner: `(h, w)` int16, 1 + index of the digit that a pixel belongs to, 0 for none.
        boxes: `(n, 4)` integers x, y, w, h of each digit's ink that is seen; zeros where none is.
        labels: `(n,)` integers, the digits.
        shares: `(n,)` floats, how much of each digit's ink is on the picture.
        family: a key of `FAMILIES`.
    """

    picture: np.ndarray
    kind: np.ndarray
    owner: np.ndarray
    boxes: np.ndarray
    labels: np.ndarray
    shares: np.ndarray
    family: str


@dataclass(frozen=True)
class Family:
    """A kind of page: its share of all, how its ink gets there, and what it may be drawn on."""

    share: float
    write: Callable[[Sheet, Writer, writing.Rules], None] | None
    hint: str


FAMILIES: dict[str, Family] = {
    "rows": Family(0.14, writing.rows, "numbers in rows"),
    "table": Family(0.08, writing.table, "tables and boxes of forms"),
    "scattered": Family(0.07, writing.scattered, "digits all over the page"),
    "alone": Family(0.13, writing.alone, "one digit"),
    "number": Family(0.08, writing.number, "one number, its digits apart or touching"),
    "sums": Family(0.06, writing.sums, "sums, dates, phone numbers"),
    "mixed": Family(0.10, writing.mixed, "words and numbers in one hand"),
    "words": Family(0.11, writing.words, "handwriting without digits"),
    "print": Family(0.06, writing.print_, "printed text and filled forms"),
    "drawings": Family(0.05, writing.drawings, "doodles, signs and signatures"),
    "empty": Family(0.02, None, "empty paper"),
    "photo": Family(0.09, None, "photos and textures"),
    "illustration": Family(0.07, None, "things and shapes on plain ground"),
}


# What is drawn on the canvas, how often, and how high and wide the canvas is with its margin.
DRAWN = {"alone": 0.43, "number": 0.18, "sums": 0.08, "mixed": 0.05, "words": 0.12, "drawings": 0.14}
CANVASES = ((380, 380), (380, 720), (280, 280), (400, 400))


class PageMaker:
    """Draws pages of one part of the sources; holds what all pages share."""

    def __init__(self, part: Part, folder: Path = SOURCES_FOLDER) -> None:
        """Load what the folder holds of one part; without it, what pip brings."""
        self.glyphs = load_glyphs(part, folder)
        photos = list(open_pictures(PHOTO, part, PHOTO_SIDE, 200, folder))
        names = ("china", "flower")  # scikit-learn's own: there, whatever else is missing
        photos += [
            image for name, image in zip(names, load_sample_images().images, strict=True) if part_of(name) == part
        ]
        self.photos = photos
        self.cut_outs = list(open_pictures(CUT_OUT, part, CUT_OUT_SIDE, MOST_CUT_OUTS, folder))

    def draw(self, seed: int | tuple[int, ...], size: tuple[int, int] = (384, 384), family: str | None = None) -> Page:
        """Draw a page.

        Args:
            seed: the same seed, part, size and sources give the same page.
            size: height and width in pixels.
            family: a key of `FAMILIES`; by their shares where None.
        """
        rng = np.random.default_rng(seed)
        names, shares = list(FAMILIES), np.array([one.share for one in FAMILIES.values()])
        family = family or str(rng.choice(names, p=shares / shares.sum()))
        if family == "photo":
            sheet = self._photo(rng, size)
        elif family == "illustration":
            sheet = self._illustration(rng, size)
        else:
            sheet = self._written(rng, size, family)
        picture = sheet.picture
        if family not in ("photo", "illustration") or rng.random() < 0.3:
            light = rng.random()
            picture = cast_light(picture, rng) if light < 0.62 else picture
            clean = light > 0.85  # a drawing or a scan
        else:
            clean = False
        if rng.random() < (0.22 if clean else 0.1) and family != "photo":
            picture = 255 - picture
        if rng.random() < 0.15:
            picture = np.repeat(picture.mean(axis=2, keepdims=True), 3, axis=2)
        if family in COARSE and rng.random() < 0.1:
            picture = coarsen(picture, rng)
        picture = np.clip(picture, 0, 255).astype(np.uint8) if clean else photograph(picture, rng)
        return _with_boxes(picture, sheet, family)

    def draw_strokes(self, seed: int | tuple[int, ...]) -> Page:
        """Draw what somebody may have drawn on the canvas: black strokes of one pen on white paper."""
        rng = np.random.default_rng(seed)
        names, shares = list(DRAWN), np.array(list(DRAWN.values()))
        family = str(rng.choice(names, p=shares / shares.sum()))
        sheet = Sheet(np.full((*CANVASES[rng.integers(len(CANVASES))], 3), 255, np.float32))
        height = loguniform(rng, 0.12, 0.6) * min(sheet.size)
        writer = new_writer(rng, self.glyphs, height)
        if write := FAMILIES[family].write:
            write(sheet, writer, None)
        if rng.random() < 0.06:
            doodles.specks(sheet, writer)
        sheet.dry(np.zeros(3))
        sheet.take_off_covered()
        return _with_boxes(sheet.picture.astype(np.uint8), sheet, family)

    def _written(self, rng: np.random.Generator, size: tuple[int, int], family: str) -> Sheet:
        laid = rng.random() < 0.16  # the sheet lies on a table and is seen from an angle
        sheet = Sheet(blank_paper(rng, size))
        side = min(size)
        height = loguniform(rng, 0.03, 0.3) * side if rng.random() < 0.85 else loguniform(rng, 0.2, 0.5) * side
        height = max(height, 11)
        rules = None
        if rng.random() < 0.4:
            pitch = height * rng.uniform(0.9, 2) if rng.random() < 0.5 else None
            rules = rule(sheet, rng, pitch)
            if rules and not 0.7 * height < rules[0] < 3 * height:
                rules = None
        if rng.random() < 0.04:
            punch(sheet, rng)
        if write := FAMILIES[family].write:
            writer = new_writer(rng, self.glyphs, height)
            write(sheet, writer, rules)
            if rng.random() < 0.06:  # of the same ink
                doodles.specks(sheet, writer)
            self._dry(sheet, rng)
            if rng.random() < 0.06:
                doodles.specks(sheet, writer)
                self._dry(sheet, rng)
            if rng.random() < 0.1:  # a second pen: underlines, crossings out, something drawn beside
                self._second_pen(sheet, writer)
        if self.cut_outs and rng.random() < 0.04:
            paste_cut_outs(sheet, rng, self.cut_outs, 1, large=False)
        if self.glyphs.prints and rng.random() < 0.04:
            writing.stamp(sheet, rng, self.glyphs)
            sheet.dry(np.array(STAMP_COLOURS[rng.integers(len(STAMP_COLOURS))]), 0.95)
        if rng.random() < 0.06:
            bind(sheet, rng)
        if rng.random() < 0.03:
            self._frame(sheet, rng)
        sheet.take_off_covered()
        return self._lay(sheet, rng) if laid else sheet

    def _dry(self, sheet: Sheet, rng: np.random.Generator) -> None:
        if rng.random() < 0.45:
            colour = np.full(3, rng.uniform(0, 110)) + rng.normal(0, 5, 3)
        else:
            colour = np.array(PEN_COLOURS[rng.integers(len(PEN_COLOURS))]) + rng.normal(0, 14, 3)
        paper = float(np.median(sheet.picture[::16, ::16]))
        if rng.random() < 0.08:
            colour = rng.uniform(0, 1, 3) * (paper - LEAST_CONTRAST)
        colour = np.minimum(colour, max(paper - LEAST_CONTRAST, 0))
        faintest = LEAST_CONTRAST / max(paper - float(colour.mean()), LEAST_CONTRAST)
        strength: float | np.ndarray = (
            rng.uniform(0.8, 1.0) if rng.random() < 0.7 else rng.uniform(max(0.3, faintest), 1.0)
        )
        if rng.random() < 0.3:  # pencil and dry pens let the paper through
            grain = rng.random(sheet.size, np.float32)
            strength = strength * (1 - rng.uniform(0.1, 0.6) * grain)
        sheet.dry(np.clip(colour, 0, 255), strength)

    def _second_pen(self, sheet: Sheet, writer: Writer) -> None:
        rng = writer.rng
        height, width = sheet.size
        for _ in range(rng.integers(1, 3)):
            if rng.random() < 0.5:
                start = rng.uniform(0, 1, 2) * (width, height)
                angle = rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)], p=[0.6, 0.15, 0.25]) + rng.normal(0, 0.03)
                end = start + loguniform(rng, 0.15, 1) * width * np.array([np.cos(angle), np.sin(angle)])
                sheet.line(np.stack([start, end]), writer.width * rng.uniform(0.5, 1.2), Kind.DRAWING)
            else:
                h = writer.height * rng.uniform(1, 3)
                x, y = rng.uniform(0, max(1.0, width - h)), rng.uniform(0, max(1.0, height - h))
                pick(rng, doodles.DOODLES)(sheet, writer, x, y, h)
        self._dry(sheet, rng)

    def _frame(self, sheet: Sheet, rng: np.random.Generator) -> None:
        """Bars along the sides, with icons and titles, as on a picture of a screen."""
        height, width = sheet.size
        side = int(rng.uniform(0.03, 0.15) * min(sheet.size))
        for bar in (np.s_[:side], np.s_[height - side :], np.s_[:, :side], np.s_[:, width - side :]):
            if rng.random() < 0.5:
                sheet.picture[bar], sheet.kind[bar], sheet.owner[bar] = rng.uniform(0, 255, 3), Kind.PAPER, 0
                icons = Sheet(sheet.picture[bar])
                if self.cut_outs and side > 8:
                    paste_cut_outs(icons, rng, self.cut_outs, int(rng.integers(0, 6)), large=False)
                    sheet.kind[bar] = icons.kind

    def _backdrop(self, rng: np.random.Generator, size: tuple[int, int], whole: bool) -> np.ndarray:
        if self.photos and rng.random() < 0.72:
            return crop_photo(self.photos[rng.integers(len(self.photos))], rng, size, whole)
        return texture(rng, size)

    def _photo(self, rng: np.random.Generator, size: tuple[int, int]) -> Sheet:
        if rng.random() < 0.2 and self.cut_outs:
            sheet = Sheet(self._backdrop(rng, size, whole=False))
            paste_cut_outs(sheet, rng, self.cut_outs, int(rng.integers(1, 5)), large=rng.random() < 0.5)
        else:
            sheet = Sheet(self._backdrop(rng, size, whole=rng.random() < 0.5))
        sheet.kind[:] = Kind.PICTURE
        return sheet

    def _illustration(self, rng: np.random.Generator, size: tuple[int, int]) -> Sheet:
        if not self.cut_outs or rng.random() < 0.2:
            sheet = Sheet(shapes(rng, size))
            sheet.kind[:] = Kind.PICTURE
            return sheet
        sheet = Sheet(np.empty((*size, 3), np.float32))
        sheet.picture[:] = 255 if rng.random() < 0.6 else rng.uniform(0, 255, 3)
        large = rng.random() < 0.6
        paste_cut_outs(sheet, rng, self.cut_outs, 1 if large else int(rng.integers(2, 9)), large)
        return sheet

    def _lay(self, sheet: Sheet, rng: np.random.Generator) -> Sheet:
        """Lay a sheet on a table, seen from an angle."""
        height, width = sheet.size
        ground = Sheet(self._backdrop(rng, sheet.size, whole=False))
        if rng.random() < 0.5:
            ground.picture *= rng.uniform(0.1, 0.6)
        ground.kind[:] = Kind.PICTURE
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * 1.0
        inset = rng.uniform(-0.25, 0.22, (4, 2)) if rng.random() < 0.5 else rng.uniform(-0.02, 0.25, (4, 2))
        seen = corners + inset * (1 - 2 * corners)
        matrix = cv2.getPerspectiveTransform(
            (corners * (width, height)).astype(np.float32), (seen * (width, height)).astype(np.float32)
        )

        def warp(array: np.ndarray, way: int, border: float = 0) -> np.ndarray:
            return cv2.warpPerspective(array, matrix, (width, height), flags=way, borderValue=border)

        on_page = warp(np.ones(sheet.size, np.float32), cv2.INTER_LINEAR)
        ground.picture += (warp(sheet.picture, cv2.INTER_LINEAR) - ground.picture) * on_page[..., np.newaxis]
        ground.kind = np.where(on_page > 0.5, warp(sheet.kind, cv2.INTER_NEAREST), ground.kind)
        ground.owner = warp(sheet.owner, cv2.INTER_NEAREST)
        before = np.bincount(sheet.owner.ravel(), minlength=len(sheet.labels) + 1)[1:]
        area = abs(np.linalg.det(matrix[:2, :2])) / matrix[2, 2] ** 2
        after = np.bincount(ground.owner.ravel(), minlength=len(sheet.labels) + 1)[1:]
        ground.labels = sheet.labels
        shares = np.minimum(1.15 * after / np.maximum(before * area, 1), 1)
        ground.shares = [share * float(cut) for share, cut in zip(sheet.shares, shares, strict=True)]
        return ground


def _with_boxes(picture: np.ndarray, sheet: Sheet, family: str) -> Page:
    boxes = np.zeros((len(sheet.labels), 4), int)
    for i, found in enumerate(ndimage.find_objects(sheet.owner, max_label=len(sheet.labels))):
        if found:
            y, x = found
            boxes[i] = x.start, y.start, x.stop - x.start, y.stop - y.start
    labels, shares = np.array(sheet.labels, int), np.array(sheet.shares, float)
    return Page(picture, sheet.kind, sheet.owner, boxes, labels, shares, family)


def contact_sheet(maker: PageMaker, columns: int = 8, rows: int = 4, side: int = 200) -> np.ndarray:
    """Pages of one part beside each other, `(rows * side, columns * side, 3)` uint8, to be looked at."""
    pages = [maker.draw((0, i)).picture for i in range(columns * rows)]
    small = [cv2.resize(picture, (side - 4, side - 4), interpolation=cv2.INTER_AREA) for picture in pages]
    tiles = np.pad(np.stack(small), ((0, 0), (2, 2), (2, 2), (0, 0)), constant_values=128)
    return tiles.reshape(rows, columns, side, side, 3).swapaxes(1, 2).reshape(rows * side, columns * side, 3)
