"""A person's own digits, confirmed or corrected, kept in a database; nobody sees another's."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, get_args

import numpy as np
from sqlalchemy import URL, ColumnElement, Connection, Row, Table, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from mnist_app.collection.database import DIGITS, CollectionError, open_database, plainly
from mnist_app.settings import CLASSES, IMAGE_SIZE, PACKAGE

NO_DIGIT = -1  # what is no digit at all
LABELS = (*range(CLASSES), NO_DIGIT)
Source = Literal["drawn", "photographed"]

ADDRESS = "MNIST_APP_COLLECTION"  # the environment variable with the database's URL
FILE = PACKAGE.parent / "collection" / "digits.sqlite"
GONE = "That digit is no longer in the collection."

SHAPE = (IMAGE_SIZE, IMAGE_SIZE)
FEATURES = np.dtype("<f4")  # as they are stored, whatever the machine
# Both know what to do where the digit is there already, each in its own way.
INSERT: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
COLUMNS = tuple(DIGITS.c[name] for name in ("id", "image", "features", "model", "read", "label", "source", "kept"))


class GoneError(CollectionError):
    """A digit is not kept any more; all others are."""


@dataclass(frozen=True, eq=False)
class Entry:
    """One digit that a person confirmed or corrected.

    Attributes:
        image: `(28, 28)` uint8.
        features: `(d,)` float32, under the model that read it.
        model: its name.
        read: what was read, 0 to 9 or `NO_DIGIT`.
        label: what it is, 0 to 9 or `NO_DIGIT`.
        source: where it comes from.
        when: it was kept, with its time zone; the store sets it where it is None, and gives it in UTC.
        id: the store's; 0 for what is not kept yet.
    """

    image: np.ndarray
    features: np.ndarray
    model: str
    read: int
    label: int
    source: Source
    when: datetime | None = None
    id: int = 0

    def __post_init__(self) -> None:
        _check_image(self.image)
        if self.features.ndim != 1 or self.features.dtype != np.float32:
            raise ValueError(f"features must be (d,) float32, not {self.features.shape} {self.features.dtype}.")
        _check_class("read", self.read)
        _check_class("label", self.label)
        if self.source not in get_args(Source):
            raise ValueError(f"source must be one of {', '.join(get_args(Source))}, not {self.source!r}.")
        if self.when is not None and self.when.tzinfo is None:
            raise ValueError(f"when must have a time zone, but {self.when} has none.")


class Store:
    """The digits of all owners; each call is about one owner's only, and may come from any thread.

    Every method raises a CollectionError where the database is locked, full, read-only or cannot be reached; nothing of
    what was kept before is lost by that.
    """

    def __init__(self, url: str) -> None:
        """Open the database at this address, see `database.open_database`."""
        self._engine = open_database(url)

    def keep(self, owner: str, entry: Entry) -> int:
        """Keep a digit.

        The same image of the same owner is the same digit: kept again, it has the new label, reading, model, features
        and time in the same place.

        Args:
            owner: the owner's key, such as a random text; only its hash is stored.
            entry: the digit; its id is left alone.

        Returns:
            The digit's id.
        """
        return self.keep_all(owner, [entry])[0]

    def keep_all(self, owner: str, entries: Iterable[Entry]) -> list[int]:
        """Keep several digits as `keep` does, all of them or none; returns their ids."""
        with self._changing() as connection:
            return [connection.execute(self._put(owner, entry)).scalar_one() for entry in entries]

    def _put(self, owner: str, entry: Entry) -> ReturningInsert[int]:
        changed = {
            "features": entry.features.astype(FEATURES).tobytes(),
            "model": entry.model,
            "read": int(entry.read),
            "label": int(entry.label),
            "kept": (entry.when or datetime.now(UTC)).astimezone(UTC),
        }
        image = {"image": entry.image.tobytes(), "image_hash": _hash_image(entry.image), "source": entry.source}
        new = INSERT[self._engine.dialect.name](DIGITS).values(owner=_hash_owner(owner), **image, **changed)
        kept = new.on_conflict_do_update(index_elements=[DIGITS.c.owner, DIGITS.c.image_hash], set_=changed)
        return kept.returning(DIGITS.c.id)

    def relabel(self, owner: str, id: int, label: int) -> None:
        """Say what a digit is.

        Args:
            owner: the owner's key.
            id: the digit's.
            label: 0 to 9 or `NO_DIGIT`.

        Raises:
            GoneError: the owner has no such digit, or has it no longer.
        """
        _check_class("label", label)
        relabelled = update(DIGITS).where(_of(owner), DIGITS.c.id == int(id)).values(label=int(label))
        with self._changing() as connection:
            if not connection.execute(relabelled).rowcount:
                raise GoneError(GONE)

    def forget(self, owner: str, *ids: int) -> None:
        """Delete digits for good; nothing happens where the owner has none of these."""
        self._delete(_of(owner), DIGITS.c.id.in_([int(id) for id in ids]))

    def forget_all(self, owner: str) -> None:
        """Delete all digits of an owner for good."""
        self._delete(_of(owner))

    def entries(self, owner: str) -> list[Entry]:
        """Return all digits of an owner, oldest first."""
        return self._read(_of(owner))

    def latest(self, owner: str, most: int) -> list[Entry]:
        """Return the digits of an owner that were kept last, the latest first, at most so many."""
        listed = select(*COLUMNS).where(_of(owner)).order_by(DIGITS.c.kept.desc(), DIGITS.c.id.desc()).limit(most)
        with plainly(), self._engine.connect() as connection:
            return [_to_entry(row) for row in connection.execute(listed)]

    def stamp(self, owner: str) -> str:
        """Return a text that is another one after any change of the owner's digits; "" where there are none."""
        labels = func.sum(DIGITS.c.id * (DIGITS.c.label + 2))
        summed = select(func.count(), func.max(DIGITS.c.kept), labels).where(_of(owner))
        with plainly(), self._engine.connect() as connection:
            count, *rest = connection.execute(summed).one()
        return f"{count} {rest}" if count else ""

    def find(self, owner: str, image: np.ndarray) -> Entry | None:
        """Return the owner's digit with exactly this image, `(28, 28)` uint8; None where it is not kept."""
        _check_image(image)
        return next(iter(self._read(_of(owner), DIGITS.c.image_hash == _hash_image(image))), None)

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        with plainly(), self._engine.begin() as connection:
            yield connection

    def _delete(self, *which: ColumnElement[bool]) -> None:
        with self._changing() as connection:
            connection.execute(delete(DIGITS).where(*which))
        if self._engine.dialect.name == "sqlite":
            with plainly(), self._engine.connect() as connection:
                # Until then, the write-ahead log beside the file still holds what was deleted.
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _read(self, *which: ColumnElement[bool]) -> list[Entry]:
        listed = select(*COLUMNS).where(*which).order_by(DIGITS.c.kept, DIGITS.c.id)
        with plainly(), self._engine.connect() as connection:
            return [_to_entry(row) for row in connection.execute(listed)]


@cache
def open_store(url: str) -> Store:
    """Return the store of this address, the same one for all visitors of a process; see `Store` for what it raises."""
    return Store(url)


def default_url() -> str:
    """Return the address of the collection: what `MNIST_APP_COLLECTION` says, else that of a file in the project."""
    return os.environ.get(ADDRESS) or URL.create("sqlite", database=str(FILE)).render_as_string()


def _of(owner: str) -> ColumnElement[bool]:
    """What every query asks for: that a digit is this owner's."""
    return DIGITS.c.owner == _hash_owner(owner)


def _hash_owner(owner: str) -> bytes:
    if not owner:
        raise ValueError("owner must be a key that nobody can guess, but is empty.")
    return hashlib.sha256(owner.encode()).digest()


def _hash_image(image: np.ndarray) -> bytes:
    return hashlib.sha256(image.tobytes()).digest()


def _to_entry(row: Row[Any]) -> Entry:
    when = row.kept.replace(tzinfo=UTC) if row.kept.tzinfo is None else row.kept.astimezone(UTC)
    image = np.frombuffer(row.image, np.uint8).reshape(SHAPE)
    features = np.frombuffer(row.features, FEATURES).astype(np.float32)
    return Entry(image, features, row.model, row.read, row.label, row.source, when, row.id)


def _check_image(image: np.ndarray) -> None:
    if image.shape != SHAPE or image.dtype != np.uint8:
        raise ValueError(f"image must be (28, 28) uint8, not {image.shape} {image.dtype}.")


def _check_class(name: str, value: int) -> None:
    if value not in LABELS:
        raise ValueError(f"{name} must be 0 to 9, or {NO_DIGIT} for no digit, not {value}.")
