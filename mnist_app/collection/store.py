"""Keep the digits that people confirm or correct, in SQLite or PostgreSQL; nobody sees another's.

A digit is known by its owner and its image: kept again, it is the same digit with another label. So nothing is doubled
by a second tap, a reload or two open tabs. Owners are stored as hashes alone: who reads the database cannot open the
app in anybody's name.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from mnist_app.settings import CLASSES, IMAGE_SIZE

NO_DIGIT = -1  # the label of what is no digit at all
VERSION = 1  # of the tables
VARIABLE = "MNIST_APP_COLLECTION"  # holds the database's URL where it is not the default one
FILE = Path(__file__).parents[2] / "collection" / "digits.sqlite"
WAIT = 10.0  # seconds for another writer to end
LABELS = (*range(CLASSES), NO_DIGIT)
Source = Literal["drawn", "photographed"]

TABLES = sql.MetaData()
SCHEMA = sql.Table(
    "schema_version",
    TABLES,
    sql.Column("id", sql.Integer, primary_key=True),
    sql.Column("version", sql.Integer, nullable=False),
)
DIGITS = sql.Table(
    "digits",
    TABLES,
    sql.Column("id", sql.Integer, primary_key=True),
    sql.Column("owner", sql.String(64), nullable=False),
    sql.Column("hash", sql.String(64), nullable=False),
    sql.Column("image", sql.LargeBinary, nullable=False),
    sql.Column("features", sql.LargeBinary, nullable=False),
    sql.Column("model", sql.String, nullable=False),
    sql.Column("read", sql.SmallInteger, nullable=False),
    sql.Column("label", sql.SmallInteger, nullable=False),
    sql.Column("source", sql.String(16), nullable=False),
    sql.Column("written", sql.DateTime, nullable=False),  # in UTC, since SQLite knows no time zones
    sql.UniqueConstraint("owner", "hash"),  # its index serves all queries, too
)
INSERTS: dict[str, Callable[[sql.Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
# What a driver's message holds, and the sentence for people.
CAUSES = {
    "locked": "the database is locked by another program; try again in a moment.",
    "readonly": "the database may be read but not written; ask for the right to write.",
    "read-only": "the database may be read but not written; ask for the right to write.",
    "full": "the disk is full; make room on it.",
    "unable to open": "the database cannot be opened; its folder must exist and be writable.",
    "not a database": "the file is no database; give another name, or move it away.",
}


class CollectionError(Exception):
    """The collection cannot be read or written now; its text is one plain sentence for people."""


@dataclass(frozen=True, eq=False)
class Entry:
    """One digit that a person confirmed or corrected.

    Attributes:
        image: `(28, 28)` uint8, what the network was given.
        features: `(d,)` float32, what its last layer saw; kept in half precision.
        model: the name of the network that read it.
        read: what was read, 0 to 9 or `NO_DIGIT`.
        label: what it is, likewise.
        source: where it is from.
        when: it was kept, with its time zone; now where None.
        id: in the store; 0 before it is kept.
    """

    image: np.ndarray
    features: np.ndarray
    model: str
    read: int
    label: int
    source: Source
    when: datetime | None = None
    id: int = 0


class Store:
    """A database of digits, to be asked from any thread; each method raises a `CollectionError` where it fails."""

    def __init__(self, url: str) -> None:
        """Open a database and make its tables where it has none.

        Args:
            url: of SQLAlchemy, such as `sqlite:///digits.sqlite` or `postgresql+psycopg://name@host/base`.

        Raises:
            CollectionError: it cannot be opened, or a newer version of this program made its tables.
        """
        with _told():
            self._engine = _open(url)
            self._insert = INSERTS[self._engine.dialect.name]
            with self._engine.begin() as connection:
                TABLES.create_all(connection)
                first = self._insert(SCHEMA).values(id=1, version=VERSION).on_conflict_do_nothing()
                connection.execute(first)
                version = connection.execute(sql.select(SCHEMA.c.version)).scalar_one()
        if version > VERSION:
            raise CollectionError(
                f"the database has version {version} of its tables and this program knows {VERSION}; use a newer one."
            )

    def keep(self, owner: str, entry: Entry) -> int:
        """Keep a digit, or what is newly known of one that is kept already; returns its id.

        Raises:
            ValueError: the image has another shape or type, or the label is none.
        """
        if entry.image.shape != (IMAGE_SIZE, IMAGE_SIZE) or entry.image.dtype != np.uint8:
            raise ValueError(f"image must be (28, 28) uint8, not {entry.image.shape} {entry.image.dtype}.")
        _check_label(entry.label)
        when = (entry.when or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)
        told = {
            "features": entry.features.astype(np.float16).tobytes(),
            "model": entry.model,
            "read": int(entry.read),
            "label": int(entry.label),
            "source": entry.source,
            "written": when,
        }
        insert = self._insert(DIGITS).values(
            owner=_hash(owner.encode()), hash=_hash(entry.image.tobytes()), image=entry.image.tobytes(), **told
        )
        insert = insert.on_conflict_do_update(index_elements=["owner", "hash"], set_=told).returning(DIGITS.c.id)
        with self._begin() as connection:
            return connection.execute(insert).scalar_one()

    def relabel(self, owner: str, id: int, label: int) -> None:
        """Say that a digit is another one; nothing happens where the owner has none of that id."""
        _check_label(label)
        with self._begin() as connection:
            connection.execute(sql.update(DIGITS).where(*_of(owner), DIGITS.c.id == id).values(label=int(label)))

    def forget(self, owner: str, id: int) -> None:
        """Delete a digit for good; nothing happens where the owner has none of that id."""
        self._delete(*_of(owner), DIGITS.c.id == id)

    def forget_all(self, owner: str) -> None:
        """Delete all digits of an owner for good."""
        self._delete(*_of(owner))

    def entries(self, owner: str) -> list[Entry]:
        """All digits of an owner, the oldest first."""
        with self._begin() as connection:
            rows = connection.execute(sql.select(DIGITS).where(*_of(owner)).order_by(DIGITS.c.id)).all()
        return [_entry(row) for row in rows]

    def find(self, owner: str, image: np.ndarray) -> Entry | None:
        """An owner's digit by its image `(28, 28)` uint8; None where it is not kept."""
        query = sql.select(DIGITS).where(*_of(owner), DIGITS.c.hash == _hash(image.tobytes()))
        with self._begin() as connection:
            row = connection.execute(query).one_or_none()
        return _entry(row) if row else None

    def _delete(self, *where: sql.ColumnElement[bool]) -> None:
        with self._begin() as connection:
            connection.execute(sql.delete(DIGITS).where(*where))
        if self._engine.dialect.name == "sqlite":  # what was deleted must not stay in the log beside the file
            with _told(), self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _begin(self) -> Iterator[sql.Connection]:
        with _told(), self._engine.begin() as connection:
            yield connection


def default_url() -> str:
    """The database that the operator named in the environment variable `MNIST_APP_COLLECTION`, else a file of ours."""
    return os.environ.get(VARIABLE) or f"sqlite:///{FILE}"


@cache
def open_store(url: str) -> Store:
    """Open a database once for the whole process; one that failed is tried again."""
    return Store(url)


def _open(url: str) -> sql.Engine:
    try:
        target = sql.make_url(url)
    except SQLAlchemyError:
        raise CollectionError(f"{VARIABLE} must be a URL such as sqlite:///digits.sqlite, not {url!r}.") from None
    if target.get_backend_name() not in INSERTS:
        raise CollectionError(f"{VARIABLE} must name sqlite or postgresql, not {target.get_backend_name()!r}.")
    if target.get_backend_name() != "sqlite":
        return sql.create_engine(target, pool_pre_ping=True)
    if target.database:
        Path(target.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sql.create_engine(target, connect_args={"timeout": WAIT})
    sql.event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    """Let readers go on while somebody writes, and overwrite what is deleted."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


@contextmanager
def _told() -> Iterator[None]:
    """Turn the errors of a database and of files into one sentence for people."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        said = str(getattr(error, "orig", None) or error).lower()
        cause = next((sentence for word, sentence in CAUSES.items() if word in said), None)
        raise CollectionError(cause or "the database does not answer; it must be running and reachable.") from error


def _of(owner: str) -> list[sql.ColumnElement[bool]]:
    return [DIGITS.c.owner == _hash(owner.encode())]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _check_label(label: int) -> None:
    if label not in LABELS:
        raise ValueError(f"label must be 0 to 9, or {NO_DIGIT} for no digit, not {label!r}.")


def _entry(row: sql.Row) -> Entry:
    image = np.frombuffer(row.image, np.uint8).reshape(IMAGE_SIZE, IMAGE_SIZE)
    features = np.frombuffer(row.features, np.float16).astype(np.float32)
    when = row.written.replace(tzinfo=UTC)
    return Entry(image, features, row.model, row.read, row.label, row.source, when, row.id)
