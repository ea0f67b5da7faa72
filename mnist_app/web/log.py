"""What the server's log says: one plain line a reading, one a failure, and never the same for a whole disk."""

import logging
import re
import secrets
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import ParamSpec
from urllib.parse import urlsplit

import streamlit as st

from mnist_app.reading.answer import Reading
from mnist_app.reading.picture_files import PictureError
from mnist_app.reading.timing import note_stages
from mnist_app.web import public

LOG = logging.getLogger("mnist_app")
FORMAT = "%(asctime)s %(levelname)s %(message)s"
MOST_ALIKE = 20  # warnings and errors of one kind that are written in a minute
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # what could begin another line, or colour it
FRAMES = 6  # of an error's way through the program
NOTED = "is in the log"  # what an error bears that has its number
TOLD_ELSEWHERE = "Uncaught app execution"  # by Streamlit, of what `note_page_error` tells with the page
FAILED = "Something went wrong on this page, and not by your doing. The log of this server has it as number {number}."
Given = ParamSpec("Given")
ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class OneLine(logging.Formatter):
    """Writes a record as one line without control characters, an error with its way through the program."""

    def format(self, record: logging.LogRecord) -> str:
        return CONTROL.sub(" ", super().format(record))

    def formatException(self, info: ErrorInfo) -> str:
        return in_one_line(info[1]) if info[1] else ""


class Sparing(logging.Filter):
    """Lets only so many warnings and errors of one kind pass in a minute; readings all pass."""

    def __init__(self, most: int = MOST_ALIKE) -> None:
        super().__init__()
        self._most, self._minute, self._seen = most, 0, Counter[tuple[str, str]]()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        if record.exc_info and NOTED in getattr(record.exc_info[1], "__notes__", ()):
            return False  # the server tells once more what `note_error` told
        if (minute := int(record.created // 60)) != self._minute:
            self._minute = minute
            self._seen.clear()
        kind = (record.name, str(record.msg)[:40])
        self._seen[kind] += 1
        if self._seen[kind] == self._most:
            record.msg = f"{record.msg} (more of this kind are left out until the next minute)"
        return self._seen[kind] <= self._most


def set_up() -> None:
    """Have all that this process logs written to its error output, whoever logs it."""
    logging.raiseExceptions = False  # where the log's disk is full, nothing can be said of it
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine(FORMAT))
    handler.addFilter(Sparing())
    logging.basicConfig(handlers=[handler], force=True)
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        if logger.handlers or not logger.propagate:  # Streamlit's and the server's own, each with a form of its own
            logger.handlers.clear()
            logger.propagate = True
    for name in ("uvicorn.access", "uvicorn.error"):  # else each request is a line, with the visitor's address
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # who sent a damaged form is told
    logging.getLogger("streamlit.error_util").addFilter(lambda record: record.msg != TOLD_ELSEWHERE)
    LOG.setLevel(logging.INFO)


def watch(where: str, read: Callable[Given, Reading], *given: Given.args, **named: Given.kwargs) -> Reading:
    """Read, and say in one line how long each stage took and what came out: how much, not what was written.

    Args:
        where: it was asked for.
        read: reads, or raises `PictureError`.
        given: for it.
        named: for it.
    """
    with note_stages() as taken:
        try:
            reading = read(*given, **named)
        except PictureError as error:
            LOG.info("%s: refused after%s: %s", where, _stages(taken), error)
            raise
    unsure = sum(digit.state == "unsure" for digit in reading.digits)
    LOG.info(
        "%s: read in%s: %d digits, %d unsure, %d left out",
        where, _stages(taken), len(reading.digits), unsure, len(reading.rejected),
    )  # fmt: skip
    return reading


def note_page_error(error: Exception) -> bool:
    """Note an error that nobody foresaw under a number, which a public page shows in place of what it was.

    Returns:
        Whether the page shows that already, so that Streamlit need not show the error itself.
    """
    number = note_error(error, urlsplit(st.context.url or "").path or "/")
    if public.is_public():
        st.error(FAILED.format(number=number), icon=":material/report:")
    return public.is_public()


def note_error(error: BaseException, where: str) -> str:
    """Note an error that nobody foresaw; returns the number under which the log has it."""
    number = f"{secrets.randbelow(10**6):06}"
    error.add_note(NOTED)
    LOG.error("error %s on %s: %s", number, where, in_one_line(error))
    return number


def in_one_line(error: BaseException) -> str:
    """An error with the last places of the program that it came through, the innermost last."""
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    way = f" ({' > '.join(places[-FRAMES:])})" if places else ""
    return CONTROL.sub(" ", f"{type(error).__name__}: {error}{way}")


def _stages(taken: dict[str, float]) -> str:
    return ",".join(f" {name} {1000 * seconds:.0f} ms" for name, seconds in taken.items())
