import io
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import numpy as np
import pillow_heif
import pytest
from bad_inputs import make_cases
from PIL import EpsImagePlugin, Image, ImageOps, UnidentifiedImageError

from mnist_app.reading import picture_files, pixels
from mnist_app.reading.picture_files import (
    PictureError,
    TooLargeError,
    UnknownFormatError,
    list_pictures,
    open_picture,
)


def encode(image: Image.Image, format: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


@pytest.fixture
def red() -> Image.Image:
    return Image.new("RGB", (40, 20), (250, 10, 10))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "MPO", "WEBP", "BMP", "GIF", "TIFF", "HEIF"])
def test_formats(red, format):
    if format == "HEIF":
        content = io.BytesIO()
        pillow_heif.from_pillow(red).save(content)
        content = content.getvalue()
    else:
        content = encode(red, format)
    picture = open_picture(content)
    assert picture.shape == (20, 40, 3)
    assert picture.dtype == np.uint8
    assert picture[10, 20, 0] > 200
    assert picture[10, 20, 1:].max() < 60


def test_exif_orientation_is_applied(red):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    assert open_picture(encode(red, "JPEG", exif=exif)).shape == (40, 20, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF"])
def test_every_orientation_is_turned_upright(format, orientation, monkeypatch):
    monkeypatch.setattr(pixels, "STRIP", 100)  # several strips
    noise = np.random.default_rng(0).integers(0, 255, (30, 17, 3), np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encode(Image.fromarray(noise), format, exif=exif)
    with Image.open(io.BytesIO(content)) as file:
        np.testing.assert_array_equal(open_picture(content), np.asarray(ImageOps.exif_transpose(file)))


def test_transparency_is_kept():
    assert open_picture(encode(Image.new("RGBA", (5, 5), (1, 2, 3, 0)), "PNG")).shape == (5, 5, 4)
    palette = Image.new("P", (5, 5), 0)
    assert open_picture(encode(palette, "PNG", transparency=0)).shape == (5, 5, 4)


def test_sixteen_bits_cmyk_grey_and_one_bit():
    ramp = Image.fromarray(np.linspace(1000, 3000, 400, dtype=np.uint16).reshape(20, 20))
    picture = open_picture(encode(ramp, "PNG"))
    assert picture.dtype == np.uint8
    assert (picture.min(), picture.max()) == (0, 255)
    for mode in ("CMYK", "L", "1"):
        assert open_picture(encode(Image.new(mode, (6, 4)), "TIFF")).shape == (4, 6, 3)


def test_animation_gives_its_first_frame(red):
    content = encode(red, "GIF", save_all=True, append_images=[Image.new("RGB", (40, 20), (0, 0, 255))])
    assert open_picture(content)[10, 20, 0] > 200


POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 40 20\n%%EndComments\nshowpage\n%%EOF\n"


def test_no_program_is_started_for_a_file(tmp_path, monkeypatch):
    """Pillow hands PostScript to the first `gs` on the path, whatever the file is called."""
    started = tmp_path / "started"
    stub = tmp_path / "gs"
    stub.write_text(f"#!/bin/sh\necho $0 >> {started}\n")
    stub.chmod(stub.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(EpsImagePlugin, "gs_binary", None)  # Pillow looks for it once
    with pytest.raises(UnidentifiedImageError), Image.open(io.BytesIO(POSTSCRIPT)) as file:
        file.load()
    assert started.exists(), "this file would start it"
    started.unlink()
    (tmp_path / "digits.png").write_bytes(POSTSCRIPT)
    for source in (POSTSCRIPT, tmp_path / "digits.png"):
        with pytest.raises(UnknownFormatError, match="not a picture that can be read"):
            open_picture(source)
    assert not started.exists()


@pytest.mark.parametrize("format", ["ICO", "TGA", "PPM", "PCX", "JPEG2000", "PDF", "DDS"])
def test_other_formats_are_refused_whatever_they_are_called(red, tmp_path, format):
    path = tmp_path / "digits.png"
    path.write_bytes(encode(red, format))
    with pytest.raises(UnknownFormatError, match="PNG, JPEG, WebP, BMP, GIF, TIFF and HEIC are"):
        open_picture(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_pixels_that_are_no_numbers_are_said_to_be_none(value):
    pixels = np.linspace(0, 1, 400, dtype=np.float32).reshape(20, 20)
    pixels[3, 4] = value
    with pytest.raises(PictureError, match="no numbers"):
        open_picture(encode(Image.fromarray(pixels), "TIFF"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"some text, no picture", "This is not a picture"),
        (b"\x89PNG\r\n\x1a\n and then nothing", "This is not a picture|damaged or cut short"),
    ],
)
def test_bad_content(content, sentence):
    with pytest.raises(PictureError, match=sentence):
        open_picture(content)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF", "WEBP", "GIF"])
def test_cut_short(format):
    noise = np.random.default_rng(0).integers(0, 255, (80, 80, 3), np.uint8)
    content = encode(Image.fromarray(noise), format)
    with pytest.raises(PictureError, match="cut short|not a picture") as refused:
        open_picture(content[: len(content) // 2])
    assert "(" not in str(refused.value), "what the decoder says is for programmers"


def test_no_decoder_writes_past_the_log(capfd):
    for what, content in make_cases():
        if "TIFF" in what:
            with suppress(PictureError):
                open_picture(content)
    assert capfd.readouterr().err == ""


def test_too_many_megapixels():
    content = encode(Image.new("1", (10_000, 10_000)), "PNG")
    with pytest.raises(PictureError, match="100 megapixels; at most 80"):
        open_picture(content)


@pytest.mark.parametrize(
    ("mode", "format", "options", "bytes_a_pixel"),
    [
        ("1", "PNG", {}, 4), ("L", "PNG", {}, 4), ("P", "GIF", {}, 4), ("I;16", "PNG", {}, 5), ("RGB", "PNG", {}, 7),
        ("RGBA", "PNG", {}, 8), ("LA", "PNG", {}, 8), ("F", "TIFF", {}, 8), ("RGB", "JPEG", {}, 7),
        ("RGB", "JPEG", {"subsampling": 0}, 10), ("CMYK", "JPEG", {}, 12), ("RGB", "WEBP", {}, 18),
    ],
)  # fmt: skip
def test_what_takes_too_much_memory_is_refused_before_it_is_decoded(monkeypatch, mode, format, options, bytes_a_pixel):
    content = encode(Image.new(mode, (2000, 2000)), format, **options)
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("decoded"))
    monkeypatch.setattr(picture_files, "MOST_MEMORY", 3e6 * bytes_a_pixel)
    with pytest.raises(TooLargeError, match="has 4 megapixels; at most 3 of this kind can be read"):
        open_picture(content)
    monkeypatch.setattr(picture_files, "MOST_MEMORY", 4e6 * bytes_a_pixel)
    with pytest.raises(pytest.fail.Exception, match="decoded"):
        open_picture(content)


@pytest.mark.parametrize(("large", "most"), [(0, 2), (10**9, 6)])
def test_two_large_pictures_are_opened_at_once_and_any_number_of_small_ones(red, monkeypatch, large, most):
    opened, counts, all_here = [], [], Barrier(most)

    def wait(_: Image.Image) -> np.ndarray:
        opened.append(1)
        all_here.wait(10)
        counts.append(len(opened))
        all_here.wait(10)
        opened.pop()
        return np.zeros((1, 1, 3), np.uint8)

    monkeypatch.setattr(picture_files, "LARGE", large)
    monkeypatch.setattr(picture_files, "to_array", wait)
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(open_picture, [encode(red, "PNG")] * 6))
    assert max(counts) == most


def test_a_damaged_large_picture_lets_the_next_one_in(monkeypatch):
    noise = np.random.default_rng(0).integers(0, 255, (80, 80, 3), np.uint8)
    content = encode(Image.fromarray(noise), "PNG")
    monkeypatch.setattr(picture_files, "LARGE", 0)
    for _ in range(3):
        with pytest.raises(PictureError, match="cut short"):
            open_picture(content[: len(content) // 2])
    assert open_picture(content).shape == (80, 80, 3)


PEAK = """
import resource, sys
from mnist_app.reading.picture_files import open_picture
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert open_picture(sys.argv[1]).shape[:2] == (8900, 8900)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("mode", ["1", pytest.param("I;16", marks=pytest.mark.slow)])
def test_a_picture_of_79_megapixels_takes_600_megabytes_at_most(tmp_path, mode):
    path = tmp_path / "large.png"
    Image.new(mode, (8900, 8900), 1).save(path, compress_level=1)
    done = subprocess.run([sys.executable, "-c", PEAK, path], capture_output=True, text=True, check=True)
    assert int(done.stdout) * 1024 <= picture_files.MOST_MEMORY


def test_missing_file(tmp_path):
    with pytest.raises(PictureError, match="no such file"):
        open_picture(tmp_path / "nothing.png")


def test_a_folder_that_cannot_be_listed_is_told_and_the_others_are_read(tmp_path, red, monkeypatch):
    for name in ("closed", "open"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(encode(red, "PNG"))
    scan = os.scandir

    def refuse(folder):
        if folder.name == "closed":
            raise PermissionError
        return scan(folder)

    monkeypatch.setattr(picture_files.os, "scandir", refuse)
    closed, picture = list_pictures(tmp_path)
    assert picture == tmp_path / "open" / "a.png"
    with pytest.raises(PictureError, match="a folder, and what is in it cannot be listed"):
        open_picture(closed)


def test_folders(tmp_path, red):
    with pytest.raises(PictureError, match="holds no picture"):
        next(list_pictures(tmp_path))
    (tmp_path / "b.PNG").write_bytes(encode(red, "PNG"))
    (tmp_path / "a.jpg").write_bytes(encode(red, "JPEG"))
    (tmp_path / "notes.txt").write_text("no picture")
    assert [path.name for path in list_pictures(tmp_path)] == ["a.jpg", "b.PNG"]
    (tmp_path / "aa").mkdir()
    (tmp_path / "aa" / "z.png").write_bytes(encode(red, "PNG"))
    assert [path.name for path in list_pictures(tmp_path)] == ["a.jpg", "z.png", "b.PNG"], "folders by name, too"
    assert list(list_pictures(tmp_path / "x.png")) == [tmp_path / "x.png"]
