"""Open picture files as people have them: any common format, any orientation, and one clear sentence when it fails."""

import ctypes
import io
import os
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from threading import BoundedSemaphore

import numpy as np
import pillow_heif
from PIL import Image, UnidentifiedImageError

from mnist_app.reading.pixels import NoNumberError, bytes_a_pixel, to_array
from mnist_app.reading.timing import stage

pillow_heif.register_heif_opener()

# Pillow opens what is named here by its content, whatever it is called. It knows many more formats, and some of them by
# programs that it starts, as Ghostscript for PostScript: no stranger's file may do that.
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "HEIF")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".heif")
MAX_MEGAPIXELS = 80  # phones take up to 50
MOST_MEMORY = 600 * 2**20  # bytes that a picture may take while it is opened
LARGE = 150 * 2**20  # bytes: what takes more, such as a photo of 24 megapixels, waits until fewer are opened
AT_ONCE = BoundedSemaphore(2)  # for the large ones; whoever sent another sees that it is being read
DAMAGED = "The picture is damaged or cut short; send it once more, or save it anew as PNG or JPEG."
NO_NUMBERS = "Some of the picture's pixels are no numbers (infinite, or NaN); save it anew as PNG or JPEG."
Image.MAX_IMAGE_PIXELS = None  # the limit is checked here, before anything is decoded


def _hush_libtiff() -> None:
    """Have libtiff print no line of its own, past every log, for each damaged TIFF: who sent it is told already.

    Pillow has no way to say so. Where libtiff is a part of Pillow's own file, as on Windows, it goes on.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(Image.core.__file__)
        for handler in (library.TIFFSetErrorHandler, library.TIFFSetWarningHandler):
            handler.restype = ctypes.c_void_p
            handler(None)


_hush_libtiff()


class PictureError(ValueError):
    """A picture that cannot be read; the message is one sentence for the person who sent it."""


class UnknownFormatError(PictureError):
    """The file is no picture, or of a format that cannot be read."""


class TooLargeError(PictureError):
    """The picture has too many pixels."""


class NoReaderError(PictureError):
    """It is not the picture's fault: what finds digits here is missing or broken; the message names the file."""


@stage("open")
def open_picture(source: str | Path | bytes) -> np.ndarray:
    """Open a picture: first frame, upright, 8 bits a channel.

    Args:
        source: a path, or the file's content.

    Returns:
        `(h, w, 3)` uint8 RGB, or `(h, w, 4)` RGBA where the file has transparency.

    Raises:
        PictureError: the file is missing, empty or damaged, or its pixels are no colours.
        UnknownFormatError: it is no picture of one of `FORMATS`.
        TooLargeError: it has too many pixels.
    """
    content = source if isinstance(source, bytes) else read_file(Path(source))
    if not content:
        raise PictureError("The file is empty; choose a picture such as a PNG or a JPEG.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata, which nobody here can mend
            return _decode(content)
    except UnidentifiedImageError:
        raise UnknownFormatError(
            "This is not a picture that can be read; PNG, JPEG, WebP, BMP, GIF, TIFF and HEIC are."
        ) from None
    except NoNumberError:
        raise PictureError(NO_NUMBERS) from None
    except PictureError:
        raise
    except MemoryError:
        raise TooLargeError("The picture is too large for this computer's memory.") from None
    except Exception as error:  # decoders raise OSError, SyntaxError, struct.error and more, in words for programmers
        raise PictureError(DAMAGED) from error


def room_for(size: float) -> AbstractContextManager[object]:
    """Wait, where something takes more than `LARGE` bytes, until there is room for it: two such at a time."""
    return AT_ONCE if size > LARGE else nullcontext()


def list_pictures(path: Path) -> Iterator[Path]:
    """The pictures that a path means: itself, or for a folder all pictures in it and the folders below, by name.

    Raises:
        PictureError: once it is asked for the first, where the folder holds no picture.
    """
    if not path.is_dir():
        yield path
        return
    empty = True
    for picture in _walk(path):
        empty = False
        yield picture
    if empty:
        raise PictureError(f"The folder holds no picture; the endings looked for are {', '.join(SUFFIXES)}.")


def _walk(folder: Path) -> Iterator[Path]:
    """The pictures below a folder; of millions of them, no more than one folder's names are held at once."""
    try:
        with os.scandir(folder) as entries:
            found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    except OSError:
        yield folder  # so that its reader says that it cannot be read, and the others are
        return
    for name, is_folder in found:
        if is_folder:
            yield from _walk(folder / name)
        elif (path := folder / name).suffix.lower() in SUFFIXES and path.is_file():
            yield path


def read_file(path: Path) -> bytes:
    """Read a picture's file.

    Raises:
        PictureError: there is none, or it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise PictureError("There is no such file.") from None
    except IsADirectoryError:
        raise PictureError("This is a folder, and what is in it cannot be listed.") from None
    except OSError as error:
        raise PictureError(f"The file cannot be read: {error.strerror}.") from None


def _decode(content: bytes) -> np.ndarray:
    with (
        Image.open(io.BytesIO(content), formats=FORMATS) as file,
        room_for(_memory(file)),
    ):
        return to_array(file)


def _memory(file: Image.Image) -> float:
    """How many bytes a picture will take, before anything of it is decoded; too large a one is refused."""
    found, each = file.width * file.height / 1e6, bytes_a_pixel(file)
    most = min(MAX_MEGAPIXELS, int(MOST_MEMORY / each / 1e6))
    if found > most:
        of_this = "" if most == MAX_MEGAPIXELS else " of this kind"
        raise TooLargeError(f"The picture has {found:.0f} megapixels; at most {most}{of_this} can be read.")
    return file.width * file.height * each
