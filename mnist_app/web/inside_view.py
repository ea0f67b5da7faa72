"""What the page Inside shows of a network: its stages as pictures with words, one map's kernels, and one sum."""

import html
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import streamlit as st

from mnist_app.insight import inside
from mnist_app.insight.charts.pictures import BLANK, map_sheet, see_through, signed_picture
from mnist_app.insight.inside import Pixel, made_of
from mnist_app.network.snapshots import Snapshot
from mnist_app.network.stages import CONVOLUTION, POOLING, RESCALING, Stage, Stages
from mnist_app.web import ui
from mnist_app.web.cells import Cells

HEIGHT = 232  # pixels of a stage in the flow
WIDEST = 36  # pixels of a map in the flow
LEAST = 118  # pixels that a stage's words have
FINGER = 44  # pixels of a map to choose
SHOWN = 6  # of the maps that a pixel is made of
FEATURE_COLUMNS = 8
NAMES = {CONVOLUTION: "Convolution", POOLING: "Pooling", RESCALING: "Contrast"}
SMALL_SUM = 25  # products that are written out
CARD = "display:flex;align-items:center;gap:.4rem;margin:.3rem 0"
PIXEL = re.compile(r"([1-9]\d?),([1-9]\d?)")  # row and column in the address, counted from 1
PIXELS = "image-rendering:pixelated;display:block"


@dataclass(frozen=True)
class Titled:
    """A stage with its name."""

    name: str
    stage: Stage


@dataclass(frozen=True)
class Choice:
    """The pixel that is looked at, all counted from 0."""

    stage: int
    channel: int
    row: int
    column: int

    def keep(self, **other: int) -> None:
        """Put the choice, with other values of some attributes, into the address; another map chooses its own pixel."""
        found = asdict(self) | other
        st.query_params.update(stage=found["stage"] + 1, map=found["channel"] + 1)
        st.query_params.pop("pixel", None)
        if "row" in other:
            st.query_params["pixel"] = f"{found['row'] + 1},{found['column'] + 1}"


def read_choice(titled: Sequence[Titled], maps: Sequence[np.ndarray]) -> Choice:
    """Read the choice in the address; what it leaves out, or has wrong, is the brightest pixel of the strongest map.

    Args:
        titled: the stages.
        maps: from `inside.follow`.
    """
    first = next(i for i, each in enumerate(titled) if each.stage.kind == CONVOLUTION)
    stage = _read("stage", len(titled), first)
    found = maps[stage + 1]
    channel = _read("map", found.shape[2], inside.strongest(found))
    row, column = inside.brightest(found[..., channel])
    pixel = PIXEL.fullmatch(st.query_params.get("pixel", ""))
    if pixel and int(pixel[1]) <= found.shape[0] and int(pixel[2]) <= found.shape[1]:
        row, column = int(pixel[1]) - 1, int(pixel[2]) - 1
    return Choice(stage, channel, row, column)


def _read(name: str, count: int, default: int) -> int:
    """A number in the address, counted from 1 there and from 0 here."""
    word = st.query_params.get(name, "")
    return int(word) - 1 if word.isdecimal() and 1 <= int(word) <= count else default


def name_stages(stages: Sequence[Stage]) -> list[Titled]:
    """Name the stages, those of a kind counted where there are several."""
    kinds = [stage.kind for stage in stages]
    return [
        Titled(f"{NAMES[kind]} {kinds[: i + 1].count(kind)}" if kinds.count(kind) > 1 else NAMES[kind], stages[i])
        for i, kind in enumerate(kinds)
    ]


def describe(stage: Stage) -> str:
    """Say in plain words what a stage is, its shape and its weights."""
    height, width, count = stage.shape
    maps = f"{count} map{'s' * (count > 1)} of {height}\u00a0×\u00a0{width} pixels"
    window = "\u00a0×\u00a0".join(map(str, stage.window))
    if stage.kind == CONVOLUTION:
        return f"{maps}; each looks everywhere for its own pattern of {window}. {stage.weights:,} weights."
    if stage.kind == POOLING:
        return f"{maps}: of {window} pixels only the strongest stays. Nothing is learnt."
    paper, ink = (f"{end:g}".replace("-", "−") for end in (stage.offset, stage.scale + stage.offset))
    return f"{maps}: paper becomes {paper}, ink {ink}. Nothing is learnt."


def picture_cells(image: np.ndarray) -> Cells:
    """The digit, where the flow begins."""
    url = ui.to_url(ui.enlarge(image, 112))
    return Cells(url, "The digit", 1, 1, 1, 112, title="Picture", text="28 × 28 pixels", fixed=True)


def stage_cells(titled: Titled, maps: np.ndarray) -> Cells:
    """A stage in the flow: all its maps `(h, w, c)` small, dark where they are strong."""
    count = maps.shape[2]
    columns = math.ceil(math.sqrt(count / 2))  # twice as high as wide
    rows = -(-count // columns)
    side = min(max(HEIGHT // rows, 12), 112 if count == 1 else WIDEST)
    return Cells(
        ui.to_url(see_through(map_sheet(maps, columns))), f"Maps of {titled.name}", columns, rows, count, side, None,
        tuple(f"map {i + 1} of {count}" for i in range(count)), titled.name, describe(titled.stage), LEAST,
    )  # fmt: skip


def chooser_cells(titled: Titled, maps: np.ndarray, chosen: int) -> Cells:
    """All maps of one stage, large enough for a finger."""
    count = maps.shape[2]
    columns = min(count, 4 if count < 48 else 8)  # 8 fit a phone
    return Cells(
        ui.to_url(see_through(map_sheet(maps, columns))), f"All maps of {titled.name}", columns, -(-count // columns),
        count, FINGER, chosen, tuple(f"map {i + 1} of {count}" for i in range(count)),
    )  # fmt: skip


def map_cells(one: np.ndarray, row: int, column: int, side: int) -> Cells:
    """One map `(h, w)`, grown until single pixels can be chosen."""
    height, width = one.shape
    url = ui.to_url(map_sheet(one[..., np.newaxis], 1)[:height, :width])
    names = tuple(f"row {i // width + 1}, column {i % width + 1}: {v:.2f}" for i, v in enumerate(one.ravel()))
    return Cells(url, "Pixels of the map", width, height, one.size, side // width, row * width + column, names)


def feature_cells(features: np.ndarray, stages: Stages) -> list[Cells]:
    """The last features `(d,)`, a square each; none where the answer is made of the last maps themselves."""
    if not stages.feature_weights:
        return []
    text = f"{len(features)} numbers, each a sum over all maps before. {stages.feature_weights:,} weights."
    columns = FEATURE_COLUMNS if len(features) <= 128 else 2 * FEATURE_COLUMNS
    rows = -(-len(features) // columns)
    picture = see_through(map_sheet(features[np.newaxis, np.newaxis], columns))
    label = f"The last {len(features)} features; {(features > 0).sum()} of them are above 0"
    side = HEIGHT // max(rows, FEATURE_COLUMNS * 2)
    url = ui.to_url(np.repeat(np.repeat(picture, 4, axis=0), 4, axis=1))
    return [
        Cells(url, label, columns, rows, len(features), side, title="Last features", text=text, least=LEAST, fixed=True)
    ]


def flow_cells(image: np.ndarray, titled: Sequence[Titled], maps: Sequence[np.ndarray], choice: Choice) -> list[Cells]:
    """The digit and every stage, with the chosen map outlined; `maps` are those of `inside.follow`."""
    cells = [stage_cells(each, found) for each, found in zip(titled, maps[1:], strict=True)]
    cells[choice.stage] = replace(cells[choice.stage], chosen=choice.channel)
    return [picture_cells(image), *cells]


def snapshot_cells(snapshot: Snapshot, image: np.ndarray) -> list[Cells]:
    """What a network in training looks for, and its maps of an image."""
    maps, columns = snapshot.run(image[np.newaxis])[0][0], 8
    count = maps.shape[2]
    sheets = (
        (kernel_sheet(snapshot.kernels, columns), f"Its {count} patterns", "Blue wants ink, orange wants paper."),
        (map_sheet(maps, columns), f"Its {count} maps", "Where it finds each pattern in the digit."),
    )
    return [
        Cells(
            ui.to_url(see_through(sheet)),
            title,
            columns,
            count // columns,
            count,
            WIDEST,
            title=title,
            text=text,
            fixed=True,
        )
        for sheet, title, text in sheets
    ]


# ---- one sum ----


def show_sum(pixel: Pixel, stage: Stage, before: str) -> None:
    """Show how a pixel comes about: what it sees, the kernels, and the sum.

    Args:
        pixel: the pixel.
        stage: its stage.
        before: name of the stage before; "" where that is the picture.
    """
    source = before or "the picture"
    if stage.kind != CONVOLUTION:
        st.markdown(
            f"**One pixel** looks at the same map of {source}" if before else "**One pixel** is one of the picture"
        )
    elif len(pixel.sources) > 1:
        more = f"; here the {SHOWN} that move this pixel most" if len(pixel.sources) > SHOWN else ""
        st.markdown(f"**One pixel is one sum** over all {len(pixel.sources)} maps of {source}{more}")
    else:
        st.markdown(f"**One pixel is one sum**: what it sees of {source}, times the kernel, number by number")
    st.html(show_parts(pixel, source) + show_products(pixel))
    st.markdown(say_sum(pixel, stage))
    if stage.kind == CONVOLUTION:
        folded = " What batch normalisation does is part of them and of what is added." if stage.normalised else ""
        st.caption(f"The kernel is the map's pattern, the same for every pixel: blue above 0, orange below.{folded}")


def show_parts(pixel: Pixel, before: str) -> str:
    """The maps that a pixel is made of, those that move it most first, as HTML: what it sees times the kernel."""
    limit = 1e-9 if pixel.kernel is None else float(np.abs(pixel.kernel).max())
    top = float(np.abs(pixel.window).max())
    cards = []
    for place in made_of(pixel)[:SHOWN]:
        seen = _image(map_sheet(pixel.window[..., [place]], 1, top)[:-1, :-1], "What it sees")
        name = f"map {pixel.sources[place] + 1}" if len(pixel.sources) > 1 else before
        kernel = ""
        if pixel.kernel is not None:
            kernel = f"<span>×</span>{_image(signed_picture(pixel.kernel[..., place], limit), 'Its kernel')}"
            kernel += f"<span>= <b>{_total(pixel.parts[place])}</b></span>"
        cards.append(
            f'<div style="{CARD}"><span style="min-width:4.5rem">{html.escape(name)}</span>{seen}{kernel}</div>'
        )
    return "".join(cards)


def say_sum(pixel: Pixel, stage: Stage) -> str:
    """The sum in words, as Markdown."""
    if stage.kind == POOLING:
        numbers = ", ".join(_number(value) for value in pixel.window.ravel())
        return f"The strongest of {numbers} is **{_number(pixel.value)}**."
    if stage.kind == RESCALING:
        return (
            f"{_number(pixel.window.item())} × {stage.scale:g} {_signed(pixel.bias)} = **{_number(pixel.value)}**, "
            "so that paper and ink lie on either side of 0."
        )
    count, parts = pixel.window.size, pixel.parts
    rest = parts[made_of(pixel)[SHOWN:]]
    terms = [_signed(value) for value in parts[made_of(pixel)[:SHOWN]]]
    if len(rest):
        terms.append(f"{_signed(rest.sum())} (the {len(rest)} other maps)")
    said = " ".join(terms).removeprefix("+ ")
    cut = " What is below 0 becomes 0:" if stage.relu and pixel.total < 0 else " The pixel is"
    return (
        f"{count} products are added up: {said} {_signed(pixel.bias)} (always added) = **{_total(pixel.total)}**."
        f"{cut} **{_total(pixel.value)}**."
    )


def show_products(pixel: Pixel) -> str:
    """Every product of a small sum as HTML, in its place; "" where there would be too many."""
    if pixel.kernel is None or pixel.window.size > SMALL_SUM:
        return ""
    cells = [
        f'<td style="padding:.2rem .5rem;border:1px solid rgba(128,128,128,.3);text-align:center">'
        f"{_number(value)}<br>× {_number(weight)}</td>"
        for value, weight in zip(pixel.window.ravel(), pixel.kernel.ravel(), strict=True)
    ]
    width = pixel.window.shape[1]
    rows = ["<tr>" + "".join(cells[i : i + width]) + "</tr>" for i in range(0, len(cells), width)]
    return f'<table style="border-collapse:collapse;font-size:.8rem;white-space:nowrap">{"".join(rows)}</table>'


def kernel_sheet(kernels: np.ndarray, columns: int) -> np.ndarray:
    """Kernels `(h, w, c)` side by side as a picture, blue above and vermillion below 0."""
    height, width, count = kernels.shape
    limit = float(np.abs(kernels).max())
    rows = -(-count // columns)
    sheet = np.full((rows * (height + 1), columns * (width + 1), 3), BLANK, np.uint8)
    for i in range(count):
        top, left = i // columns * (height + 1), i % columns * (width + 1)
        sheet[top : top + height, left : left + width] = signed_picture(kernels[..., i], limit)
    return sheet


def _image(picture: np.ndarray, alt: str, side: int = 54) -> str:
    return f'<img src="{ui.to_url(picture)}" alt="{alt}" style="{PIXELS};width:{side}px">'


def _number(value: float) -> str:
    """A term of a product, with a minus as long as a plus."""
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")


def _total(value: float) -> str:
    """A sum: of so many decimals that its terms add up to it for the eye, too."""
    return f"{value:.3f}".replace("-0.000", "0.000").replace("-", "−")


def _signed(value: float) -> str:
    """A number as a term of a sum."""
    return f"{'−' if value < 0 else '+'} {abs(value):.3f}"
