import io

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from mnist_app.reading.picture_files import PictureError, list_pictures, open_picture


def encode(image: Image.Image, format: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


@pytest.fixture
def red() -> Image.Image:
    return Image.new("RGB", (40, 20), (250, 10, 10))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "HEIF"])
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
    with pytest.raises(PictureError, match="cut short|not a picture"):
        open_picture(content[: len(content) // 2])


def test_too_many_megapixels():
    content = encode(Image.new("1", (10_000, 10_000)), "PNG")
    with pytest.raises(PictureError, match="100 megapixels; at most 80"):
        open_picture(content)


def test_missing_file(tmp_path):
    with pytest.raises(PictureError, match="no such file"):
        open_picture(tmp_path / "nothing.png")


def test_folders(tmp_path, red):
    with pytest.raises(PictureError, match="holds no picture"):
        list_pictures(tmp_path)
    (tmp_path / "b.PNG").write_bytes(encode(red, "PNG"))
    (tmp_path / "a.jpg").write_bytes(encode(red, "JPEG"))
    (tmp_path / "notes.txt").write_text("no picture")
    assert [path.name for path in list_pictures(tmp_path)] == ["a.jpg", "b.PNG"]
    assert list_pictures(tmp_path / "x.png") == [tmp_path / "x.png"]
