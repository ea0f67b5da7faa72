"""Locks that one process holds at a time, and that the system takes from it when it ends, however that happens."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

if sys.platform == "win32":
    import msvcrt

    def _take(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Holder(NamedTuple):
    """Who holds a lock: a process of a machine, and since when, in that machine's time."""

    process: int
    host: str
    since: str


class TakenError(ValueError):
    """Another process holds the lock."""


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock that this file stands for; the file is there as long.

    Raises:
        TakenError: it is held already, by another process or by this one; the message says by whom.
        OSError: the file cannot be written.
    """
    file = _open_locked(path)
    if file is None:
        raise TakenError(_who(path))
    try:
        holder = Holder(os.getpid(), socket.gethostname(), datetime.now().isoformat(" ", "seconds"))
        os.truncate(path, 0)
        os.write(file, json.dumps(holder._asdict()).encode())
        yield
    finally:
        try:
            with suppress(OSError):  # Windows keeps a file that is open
                path.unlink()
        finally:
            os.close(file)


def is_held(path: Path) -> bool:
    """Whether a process holds the lock; what a process left that was killed does not count."""
    if not path.exists():
        return False
    try:
        with hold(path):
            return False
    except TakenError:
        return True


def _open_locked(path: Path) -> int | None:
    """Open the file and take the lock, or return None; a file that its last holder has just removed counts for none."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _take(file)
        except OSError:
            os.close(file)
            return None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file), os.stat(path)):
                return file
        os.close(file)


def _who(path: Path) -> str:
    with suppress(OSError, ValueError, TypeError):  # just written, or just removed
        holder = Holder(**json.loads(path.read_text(encoding="utf-8")))
        return f"by process {holder.process} on {holder.host} since {holder.since}"
    return "by another process"
