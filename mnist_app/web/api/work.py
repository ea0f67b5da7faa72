"""Reading is work for the processor: it runs in a few threads, so that the server can answer others meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import ParamSpec, TypeVar

from mnist_app.network.litert import MOST
from mnist_app.web.api.problems import Problem

MOST_WAITING = 32  # with those at work
SECONDS = 60  # from asking to the answer
Given = ParamSpec("Given")
Made = TypeVar("Made")


class Desk:
    """Does work in threads of its own, so much at a time; what is more waits, and what is too much is refused."""

    def __init__(self, threads: int = MOST, most: int = MOST_WAITING, seconds: float = SECONDS) -> None:
        self._pool = ThreadPoolExecutor(threads, "api")
        self._held, self._most, self._seconds = 0, most, seconds

    async def do(self, work: Callable[Given, Made], *given: Given.args, **named: Given.kwargs) -> Made:
        """Do work and return what it makes; only the server's own thread may ask for it.

        Raises:
            Problem: there is too much to do, or it took too long. Work that nobody waits for any more is dropped if it
                has not begun; a thread at work cannot be stopped, and ends by itself.
        """
        if self._held >= self._most:
            raise _busy(f"{self._most} pictures are being read or wait for it; try again in a moment.")
        self._held += 1
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.get_running_loop().run_in_executor(self._pool, partial(work, *given, **named))
        except TimeoutError:
            raise _busy(f"There was no answer within {self._seconds:g} seconds; try again in a moment.") from None
        finally:
            self._held -= 1


def _busy(sentence: str) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, sentence, {"Retry-After": "1"})
