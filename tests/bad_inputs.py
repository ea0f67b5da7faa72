"""Pictures that are cut short, damaged, forged or of a rare kind: all are made here, none comes from a file."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
import pillow_heif
from PIL import Image

TENTHS = range(1, 10)
FLIPS = 6  # damaged copies of each format
NAMES = [
    "two words.png", "'single' \"double\" `back`.png", "two\nlines\r\nand\ttabs.png", "../../up.png", "..\\up.png",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe.png", "\N{RIGHT-TO-LEFT MARK}\N{ZERO WIDTH SPACE}.png", "=1+1.png", "-.png",
    "![x](http://host/p.png).png", "<img src=x onerror=alert(1)>.png", "\N{PILE OF POO}" * 60 + ".png",
]  # fmt: skip
BILLION_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><svg xmlns="http://www.w3.org/2000/svg"><text>&c;</text></svg>"""
NO_PICTURES = {
    "empty": b"",
    "one byte": b"\x89",
    "a text": b"this is a text",
    "zeros": bytes(5000),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><image href="http://host/p.png"/></svg>',
    "svg that grows": BILLION_LAUGHS,
    "html": b"<!doctype html><script>alert(1)</script>",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n(/etc/passwd) run\n%%EOF\n",
    "pdf": b"%PDF-1.7\n1 0 obj\n<< /OpenAction << /S /JavaScript >> >>\nendobj\n%%EOF\n",
    "windows metafile": struct.pack("<IHhhhhHIH", 0x9AC6CDD7, 0, 0, 0, 9, 9, 1440, 0, 0) + bytes(40),
    "portable pixmap": b"P6 20 20 255\n" + bytes(1200),
    "font": b"\x00\x01\x00\x00" + bytes(200),
    "gzip": zlib.compress(bytes(100_000), 9),
}


class Case(NamedTuple):
    """A file: what it is, and what it holds."""

    what: str
    content: bytes


def encode(image: Image.Image, format: str, **options: object) -> bytes:
    """An image as a file."""
    file = io.BytesIO()
    if format == "HEIF":
        pillow_heif.from_pillow(image).save(file)
    else:
        image.copy().save(file, format, **options)  # JPEG leaves its settings on what it saves
    return file.getvalue()


def page() -> Image.Image:
    """A 7, drawn on a little paper."""
    paper = np.full((120, 160, 3), 250, np.uint8)
    cv2.polylines(paper, [np.array([[50, 25], [105, 25], [70, 95]])], False, (30, 30, 60), 9)
    return Image.fromarray(paper)


@cache
def whole() -> dict[str, bytes]:
    """The page in every format that is read."""
    seven = page()
    plain = {format: encode(seven, format) for format in ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "HEIF")}
    rng = np.random.default_rng(0)
    for format in ("PNG", "GIF", "WEBP", "TIFF", "MPO"):
        noise = [Image.fromarray(rng.integers(0, 255, (120, 160, 3), np.uint8)) for _ in range(2)]
        plain[f"{format} of several"] = encode(seven, format, save_all=True, append_images=noise)
    plain["progressive JPEG"] = encode(seven, "JPEG", progressive=True)
    plain["packed TIFF"] = encode(seven, "TIFF", compression="tiff_adobe_deflate")
    return plain


def png(
    width: int, height: int, *chunks: tuple[bytes, bytes], bits: int = 8, colour: int = 0, rows: bytes = b""
) -> bytes:
    """A PNG file, written by hand so that it may lie about itself."""
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    every = [(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in every
    )


def tiff(*tags: tuple[int, int, int, int], after: int = 0) -> bytes:
    """A TIFF file with these tags (number, type, count, value), and the place of its next page."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", len(tags)) + entries + struct.pack("<I", after)


def cut() -> Iterator[Case]:
    """Every format, ending at every tenth part."""
    for name, content in whole().items():
        for tenth in TENTHS:
            yield Case(f"{tenth} tenths of a {name}", content[: len(content) * tenth // 10])


def damaged() -> Iterator[Case]:
    """Every format with a few other bytes, most of them near its beginning."""
    rng = np.random.default_rng(0)
    for name, content in whole().items():
        for i in range(FLIPS):
            places = (len(content) * rng.random(4) ** 3).astype(int)
            bad = np.frombuffer(content, np.uint8).copy()
            bad[places] = rng.integers(0, 256, 4)
            yield Case(f"{name}, damaged {i}", bad.tobytes())


def polyglots() -> Iterator[Case]:
    """Files that are two things at once, or say so."""
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("x", "y")
    for name, content in whole().items():
        yield Case(f"{name} and a zip", content + zipped.getvalue())
    for name, start in (("PNG", 8), ("JPEG", 4), ("GIF", 6), ("BMP", 2), ("TIFF", 4), ("WEBP", 12), ("HEIF", 12)):
        yield Case(f"{name} and then postscript", whole()[name][:start] + NO_PICTURES["postscript"])
    yield Case("HTML in a JPEG", encode(page(), "JPEG", comment=NO_PICTURES["html"]))
    yield Case("a GIF that is a script", b"GIF89a/*" + whole()["GIF"][8:] + b"*/alert(1)")
    yield Case("a RIFF that is a sound", b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40))


def bombs() -> Iterator[Case]:
    """Small files that ask for much memory or time."""
    yield Case("81 megapixels of one bit", encode(Image.new("1", (9000, 9000)), "PNG", compress_level=1))
    yield Case("16 megapixels of one bit", encode(Image.new("1", (4000, 4000), 1), "PNG", compress_level=1))
    yield Case("a PNG of 2**62 pixels", png(2**31 - 1, 2**31 - 1))
    yield Case("a PNG of no pixels", png(0, 0))
    yield Case("a PNG with no rows", png(3000, 3000))
    yield Case(
        "a GIF of 65,535 x 65,535", b"GIF89a\xff\xff\xff\xff\x00\x00\x00," + bytes(4) + b"\xff\xff\xff\xff\x00\x02"
    )
    yield Case("a BMP of 2**31 rows", b"BM" + struct.pack("<IIIIiiHH", 0, 0, 54, 40, 9, -(2**31), 1, 24) + bytes(24))
    size = (256, 4, 1, 50_000), (257, 4, 1, 50_000)
    yield Case("a TIFF of 2.5 gigapixels", tiff(*size))
    yield Case("a TIFF whose pages are a ring", tiff((256, 4, 1, 9), (257, 4, 1, 9), after=8))
    yield Case("a TIFF with an endless tag", tiff((256, 4, 1, 9), (257, 4, 1, 9), (270, 2, 2**32 - 1, 8)))
    for kind in (b"zTXt", b"iCCP"):
        yield Case(
            f"{kind.decode()} that grows", png(9, 9, (kind, b"x\0\0" + zlib.compress(bytes(10**8), 9)), rows=bytes(90))
        )
    yield Case("a GIF of 1,000 frames", encode(page(), "GIF", save_all=True, append_images=small_frames(1000)))
    yield Case("1 x 100,000", encode(Image.new("L", (1, 100_000), 255), "PNG"))
    yield Case("100,000 x 1", encode(Image.new("L", (100_000, 1), 255), "PNG"))
    yield Case("1 x 1", encode(Image.new("RGBA", (1, 1)), "PNG"))
    yield Case("noise", encode(Image.fromarray(np.random.default_rng(1).integers(0, 255, (700, 900), np.uint8)), "PNG"))


def small_frames(n: int) -> list[Image.Image]:
    """Frames that differ, so that none is left out."""
    return [Image.new("L", (2, 2), i % 256) for i in range(n)]


def kinds() -> Iterator[Case]:
    """What may be in a file beside pixels, and pixels of every kind."""
    seven, grey = page(), page().convert("L")
    exif = Image.Exif()
    for orientation in (0, *range(1, 10), 65535):
        exif[0x0112] = orientation
        yield Case(f"turned by {orientation}", encode(seven, "JPEG", exif=exif))
    for name, data in (
        ("no EXIF", b"Exif\0\0"),
        ("half an EXIF", exif.tobytes()[:20]),
        ("a wrong EXIF", b"Exif\0\0MM" * 9),
    ):
        yield Case(name, encode(seven, "JPEG", exif=data))
    yield Case("a wrong colour profile", encode(seven, "PNG", icc_profile=b"x" * 300))
    for mode in ("1", "L", "P", "LA", "RGBA", "I;16"):
        yield Case(
            f"PNG of {mode}", encode(grey.convert("I").convert(mode) if mode == "I;16" else seven.convert(mode), "PNG")
        )
    for mode in ("CMYK", "LAB", "YCbCr", "F", "I"):
        image = seven.convert("CMYK") if mode == "CMYK" else Image.new(mode, (50, 40)) if mode == "LAB" else None
        yield Case(f"TIFF of {mode}", encode(image or (seven if mode == "YCbCr" else grey).convert(mode), "TIFF"))
    yield Case("JPEG of CMYK", encode(seven.convert("CMYK"), "JPEG"))
    for value in (np.nan, np.inf):
        yield Case(f"a pixel of {value}", encode(Image.fromarray(np.full((30, 30), value, np.float32)), "TIFF"))
    for bits in (1, 2, 4, 8):
        yield Case(f"a palette of {bits} bits", encode(seven.quantize(2**bits), "PNG", transparency=0))
    yield Case("a palette that is missing", png(20, 20, colour=3, rows=bytes(420)))


@cache
def make_cases() -> list[Case]:
    """The whole corpus."""
    whole_ones = [Case(f"whole {name}", content) for name, content in whole().items()]
    no_pictures = [Case(name, content) for name, content in NO_PICTURES.items()]
    return [*whole_ones, *no_pictures, *cut(), *damaged(), *polyglots(), *bombs(), *kinds()]
