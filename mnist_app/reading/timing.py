"""Where the time of a reading goes: each stage is timed for whoever asked to be told."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TAKEN: ContextVar[dict[str, float] | None] = ContextVar("taken", default=None)


@contextmanager
def note_stages() -> Iterator[dict[str, float]]:
    """Gather the seconds of each stage, by name, that this thread goes through until the block ends."""
    taken: dict[str, float] = {}
    token = _TAKEN.set(taken)
    try:
        yield taken
    finally:
        _TAKEN.reset(token)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Time a block, or as a decorator a function; a stage that is gone through twice counts with both."""
    start = time.perf_counter()
    try:
        yield
    finally:
        if (taken := _TAKEN.get()) is not None:
            taken[name] = taken.get(name, 0.0) + time.perf_counter() - start
