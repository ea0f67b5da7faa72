"""Files that are written as a whole or not at all, however full the disk is and whenever the program is ended."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def is_plain(path: Path) -> bool:
    """Whether a path is a file, or free for one: no folder, device, pipe or link."""
    return not path.is_symlink() and (path.is_file() or not path.exists())


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file to write that takes its name, and another's place, only when the block has ended without an error.

    What is no file but a device, a pipe or a link, is written to at once.

    Raises:
        OSError: it cannot be written; a file that was there before is still there as it was.
    """
    if not is_plain(path):
        with path.open("wb") as file:
            yield file
        return
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    except BaseException as error:
        with suppress(OSError):
            partial.unlink()
        if isinstance(error, OSError) and error.filename == str(partial):
            error.filename = str(path)  # the only one that its reader knows
        raise


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file by `whole_file`; text as UTF-8."""
    with whole_file(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)
