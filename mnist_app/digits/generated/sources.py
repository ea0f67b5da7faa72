"""Fonts and pictures that generated pages draw on: free packages of Debian and npm, unpacked into `sources/`.

Nothing of them is in the repository. What is missing leaves its share of the pages out, and is said.
"""

import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from mnist_app.settings import PACKAGE

SOURCES_FOLDER = PACKAGE.parent / "sources"
Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")
SHARES = (0.7, 0.15, 0.15)  # of the sources, that each part holds

LARGEST_FILE = 6_000_000  # bytes; larger ones take seconds to decode

DEBIAN, NPM = "debian", "npm"
UNPACK = "for package in *.deb; do dpkg -x $package . && rm $package; done"
HAND, PRINT, PHOTO, CUT_OUT = "handwriting", "print", "photo", "cut-out"

HANDS = """
    alex-brush allura amatic-sc annie-use-your-telescope architects-daughter bad-script birthstone caveat
    caveat-brush cedarville-cursive chilanka comic-neue cookie courgette covered-by-your-grace damion
    dancing-script delicious-handrawn delius gaegu gloria-hallelujah gochi-hand grand-hotel great-vibes handlee
    homemade-apple indie-flower itim kalam kaushan-script licorice liu-jian-mao-cao long-cang ma-shan-zheng
    mansalva marck-script nanum-brush-script nanum-pen-script neucha oooh-baby pacifico parisienne patrick-hand
    permanent-marker playpen-sans poor-story reenie-beanie rock-salt sacramento satisfy schoolbell
    shadows-into-light shantell-sans short-stack sriracha sue-ellen-francisco swanky-and-moo-moo
    the-girl-next-door vibur yomogi zen-kurenaido zhi-mang-xing
"""
PRINTS = """
    arvo bebas-neue cabin-sketch courier-prime fira-mono lemonada londrina-solid lora merriweather
    montserrat open-sans playfair-display roboto special-elite vt323
"""


@dataclass(frozen=True)
class Source:
    """A package whose files pages are drawn with.

    Attributes:
        package: its name in the registry, with the version that was used.
        registry: "debian" or "npm".
        licence: as the package states it.
        kind: "handwriting" and "print" are fonts; "photo" fills a picture, a "cut-out" is transparent around a thing.
        pattern: where its files lie below `sources/`.
    """

    package: str
    version: str
    registry: str
    licence: str
    kind: str
    pattern: str


def _fonts(kind: str, licence: str, version: str, names: str) -> tuple[Source, ...]:
    return tuple(
        Source(
            f"@fontsource/{name}",
            version,
            NPM,
            licence,
            kind,
            f"node_modules/@fontsource/{name}/files/{name}-[a-z]*-400-normal.woff",
        )
        for name in names.split()
    )


SHARE, FONTS = "usr/share", "usr/share/fonts"
WALLPAPERS = f"{SHARE}/wallpapers/*/contents/images*/*.[jp][pn]g"
SOURCES: tuple[Source, ...] = (
    Source("tuxpaint-stamps-default", "2022.06.04-1", DEBIAN, "GPL-2+", CUT_OUT, f"{SHARE}/tuxpaint/stamps/**/*.png"),
    Source("openclipart-png", "1:0.18+dfsg-19", DEBIAN, "public domain", CUT_OUT, f"{SHARE}/openclipart/png/**/*.png"),
    Source("mate-backgrounds", "1.26.0-1", DEBIAN, "CC BY-SA 4.0", PHOTO, f"{SHARE}/backgrounds/mate/**/*.[jp][pn]g"),
    Source("gnome-backgrounds", "43.1-1", DEBIAN, "CC BY-SA 3.0", PHOTO, f"{SHARE}/backgrounds/gnome/*.webp"),
    Source("plasma-workspace-wallpapers", "4:5.27.5-2", DEBIAN, "CC BY-SA 4.0, LGPL-3", PHOTO, WALLPAPERS),
    Source("fonts-noto-core", "20201225-1", DEBIAN, "OFL-1.1", PRINT, f"{FONTS}/truetype/noto/*-Regular.ttf"),
    Source("fonts-noto-cjk", "1:20220127+repack1-1", DEBIAN, "OFL-1.1", PRINT, f"{FONTS}/opentype/noto/*-Regular.ttc"),
    Source("fonts-freefont-ttf", "20120503-10", DEBIAN, "GPL-3+ for use", PRINT, f"{FONTS}/truetype/freefont/*.ttf"),
    Source("fonts-liberation", "1:1.07.4-11", DEBIAN, "OFL-1.1", PRINT, f"{FONTS}/truetype/liberation/*.ttf"),
    Source("fonts-dkg-handwriting", "0.17-1", DEBIAN, "GPL-3+", HAND, f"{FONTS}/truetype/fifthhorseman/*.ttf"),
    Source("fonts-breip", "1:0.5.1-3", DEBIAN, "OFL-1.1", HAND, f"{FONTS}/truetype/breip/*.ttf"),
    Source("fonts-bwht", "0.1-3", DEBIAN, "OFL-1.1", HAND, f"{FONTS}/opentype/bwht/*.otf"),
    Source("fonts-ecolier-court", "1.00-6", DEBIAN, "OFL-1.1", HAND, f"{FONTS}/truetype/ecolier-court/*.ttf"),
    Source("fonts-femkeklaver", "1.0-4", DEBIAN, "CC BY-SA 3.0", HAND, f"{FONTS}/truetype/femkeklaver/*.ttf"),
    Source("fonts-gfs-gazis", "1.1-6", DEBIAN, "OFL-1.1", HAND, f"{FONTS}/opentype/gazis/*.otf"),
    Source("fonts-humor-sans", "1.0-4", DEBIAN, "OFL-1.1", HAND, f"{FONTS}/truetype/humor-sans/*.ttf"),
    Source("fonts-joscelyn", "1.012+ds-2", DEBIAN, "OFL-1.1", HAND, f"{FONTS}/opentype/joscelyn/*.otf"),
    Source("fonts-kiloji", "1:2.1.0-25", DEBIAN, "kiloji's own, free", HAND, f"{FONTS}/truetype/kiloji/*.ttf"),
    Source("fonts-klee", "1.000-20210121-2", DEBIAN, "OFL-1.1", HAND, f"{FONTS}/truetype/klee/*.ttf"),
    Source("fonts-kristi", "20101220-1", DEBIAN, "OFL-1.1", HAND, f"{FONTS}/truetype/kristi/*.ttf"),
    *_fonts(HAND, "OFL-1.1", "5.3.0", HANDS),
    *_fonts(PRINT, "OFL-1.1", "5.3.0", PRINTS),
    *_fonts(PRINT, "OFL-1.1", "4.5.4", "dseg7"),
)  # fmt: skip


def find_files(kind: str, part: Part, folder: Path = SOURCES_FOLDER) -> list[Path]:
    """The files of one kind that belong to one part, in a fixed order; none where nothing was unpacked.

    A file's part follows from the name of its family, so that a font's cuts and scripts, or a picture's sizes, are
    never in two parts.
    """
    found: dict[str, Path] = {}
    for source in SOURCES:
        if source.kind == kind:
            for path in sorted(folder.glob(source.pattern)):
                found.setdefault(path.name, path)
    return [path for path in found.values() if part_of(family(path)) == part]


def family(path: Path) -> str:
    """The name that all cuts of a font and all sizes of a picture share."""
    if path.suffix in (".woff", ".ttf", ".ttc", ".otf"):
        return path.stem.split("-")[0] if "node_modules" not in path.parts else path.parent.parent.name
    return path.parent.parent.parent.name if "wallpapers" in path.parts else path.stem


def part_of(name: str) -> Part:
    """The part that a name belongs to; the same on every machine."""
    place = zlib.crc32(name.encode()) / 2**32
    return PARTS[int(np.searchsorted(np.cumsum(SHARES)[:-1], place, side="right"))]


def missing_sources(folder: Path = SOURCES_FOLDER) -> list[Source]:
    """The packages of which no file is there."""
    return [source for source in SOURCES if next(iter(folder.glob(source.pattern)), None) is None]


def describe(source: Source, missing: bool) -> dict[str, str]:
    """A row for a table of sources."""
    return {
        "package": source.package,
        "version": source.version,
        "registry": source.registry,
        "licence": source.licence,
        "kind": source.kind,
        "here": "no" if missing else "yes",
    }


def how_to_get(missing: Sequence[Source]) -> str:
    """The commands that unpack what is missing into `sources/`, from the project's root."""
    debian, npm = ([one for one in missing if one.registry == registry] for registry in (DEBIAN, NPM))
    if npm:  # it takes away what it is not told to install
        npm = [one for one in SOURCES if one.registry == NPM]
    lines = ["To get what is missing, without installing anything:", "mkdir -p sources && cd sources"]
    if debian:
        lines += [f"apt-get download {' '.join(one.package for one in debian)}", UNPACK]
    if npm:
        packages = " ".join(f"{one.package}@{one.version}" for one in npm)
        lines += [f"npm install --no-save --ignore-scripts --prefix . {packages}"]
    return "\n".join(lines)


def open_pictures(kind: str, part: Part, side: int, most: int, folder: Path = SOURCES_FOLDER) -> Iterator[np.ndarray]:
    """Decode at most that many pictures of a kind, reduced to a longest side.

    Yields:
        `(h, w, 4)` uint8 RGBA for cut-outs, `(h, w, 3)` RGB for photos.
    """
    paths = find_files(kind, part, folder)
    rng = np.random.default_rng(0)
    for i in rng.permutation(len(paths))[:most]:
        if paths[i].stat().st_size > LARGEST_FILE:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            try:
                yield _reduced(paths[i], kind, side)
            except (Image.DecompressionBombWarning, Image.DecompressionBombError):
                continue


def _reduced(path: Path, kind: str, side: int) -> np.ndarray:
    with Image.open(path) as image:
        image.draft("RGB", (2 * side, 2 * side))
        reduced = image.convert("RGBA" if kind == CUT_OUT else "RGB")
        reduced.thumbnail((side, side), Image.Resampling.BOX)
        return np.asarray(reduced)
