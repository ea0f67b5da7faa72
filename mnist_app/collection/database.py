"""The database behind a collection: its tables and their version, how it is opened, and what is said when it fails."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    func,
    insert,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

VERSION = 1  # of the tables; one more whenever they change, with the steps from the version before
PATIENCE = 5  # seconds that a change waits for another's, and a connection for the server

METADATA = MetaData()
SCHEMA = Table("collection_schema", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))
DIGITS = Table(
    "collection_digits",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("owner", LargeBinary, nullable=False),  # SHA-256 of the owner's key
    Column("image_hash", LargeBinary, nullable=False),  # SHA-256 of the image: the same image is the same digit
    Column("image", LargeBinary, nullable=False),  # 28 x 28 bytes, row by row
    Column("features", LargeBinary, nullable=False),  # float32, least significant byte first
    Column("model", String, nullable=False),
    Column("read", SmallInteger, nullable=False),
    Column("label", SmallInteger, nullable=False),
    Column("source", String, nullable=False),
    Column("kept", DateTime(timezone=True), nullable=False),  # UTC; SQLite has no time zones
    UniqueConstraint("owner", "image_hash"),
    Index("collection_digits_of_an_owner", "owner", "kept", "id"),  # in the order in which they are listed
    sqlite_autoincrement=True,  # an id that was deleted never comes back as another digit's
)

# What each new connection is told. Deleted digits are overwritten with zeros, which PostgreSQL leaves to its vacuum.
ON_CONNECT = {
    "sqlite": ("PRAGMA busy_timeout = {milliseconds}", "PRAGMA secure_delete = ON"),
    "postgresql": ("SET lock_timeout = {milliseconds}",),
}
# How one process at a time makes the tables; the number is PostgreSQL's name for this lock, and means nothing else.
ALONE = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(28281998)"}

LOCKED = "The collection of digits is in use by another program; try again in a moment."
FULL = "The disk that holds the collection of digits is full."
READ_ONLY = "The collection of digits can be read here, but not changed."
NEWER = "The collection of digits was written by a newer version of this program."
DAMAGED = "The file of the collection of digits is damaged, or holds something else."
UNREACHABLE = "The collection of digits cannot be reached."
NOT_A_DATABASE = "The address of the collection of digits must be that of an SQLite file or a PostgreSQL database."

# What SQLite calls its errors (sqlite.org/rescode.html), by how the name begins, and PostgreSQL its own (SQLSTATE,
# postgresql.org/docs/current/errcodes-appendix.html).
SENTENCES = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_NOTADB": DAMAGED,
    "SQLITE_CORRUPT": DAMAGED,
    "55P03": LOCKED,  # lock_not_available
    "53100": FULL,  # disk_full
    "25006": READ_ONLY,  # read_only_sql_transaction
    "42501": READ_ONLY,  # insufficient_privilege
}


class CollectionError(Exception):
    """A collection that cannot be used, or not as asked; the message is one sentence for the visitor."""


@contextmanager
def plainly() -> Iterator[None]:
    """Turn whatever goes wrong with the database in this block into a CollectionError."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise CollectionError(_sentence(error)) from error


def open_database(url: str) -> Engine:
    """Connect to the database, and make its tables where there are none yet.

    Args:
        url: as SQLAlchemy writes it, of an SQLite file (its folder is made, too) or a PostgreSQL database.

    Raises:
        CollectionError: it is neither, cannot be reached, or its tables are newer than this program.
    """
    with plainly():
        engine = _engine(url)
        try:
            _prepare(engine)
        except BaseException:
            engine.dispose()
            raise
    return engine


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
        kind = address.get_backend_name()
        waiting = {"connect_timeout": PATIENCE} if kind == "postgresql" else {}
        engine = create_engine(address, pool_pre_ping=True, connect_args=waiting)
        if kind == "sqlite" and address.database and not address.database.startswith("file:"):
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    except (SQLAlchemyError, ImportError, ValueError):  # no address, or that of a driver that is not here
        raise CollectionError(NOT_A_DATABASE) from None  # it may hold a password
    if kind not in ON_CONNECT or engine.dialect.is_async:
        raise CollectionError(NOT_A_DATABASE)
    event.listen(engine, "connect", lambda connection, _: _greet(connection, ON_CONNECT[kind]))
    if kind == "sqlite":
        event.listen(engine, "connect", _note_file)
        event.listen(engine, "checkout", _check_file)
    return engine


def _greet(connection: Any, statements: tuple[str, ...]) -> None:
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement.format(milliseconds=round(PATIENCE * 1000)))
    cursor.close()
    connection.commit()


def _note_file(connection: Any, record: ConnectionPoolEntry) -> None:
    """Remember which file this is; what has none would be gone with the connection."""
    _, _, path = connection.execute("PRAGMA database_list").fetchone()
    if not path:
        raise CollectionError(NOT_A_DATABASE)
    record.info["file"] = path, Path(path).stat().st_ino


def _check_file(_: Any, record: ConnectionPoolEntry, __: Any) -> None:
    """Raise an OSError where the file was moved or deleted: SQLite would go on writing where nobody looks."""
    path, inode = record.info["file"]
    if Path(path).stat().st_ino != inode:
        raise FileNotFoundError(path)


def _prepare(engine: Engine) -> None:
    with engine.connect() as connection:
        ready = _is_ready(connection)
        if engine.dialect.name == "sqlite":
            # Readers and a writer do not wait for each other. The file remembers it, so that it is enough if the first
            # of several processes, or the next one to open what may be written now, can do so.
            with suppress(OperationalError):
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    if not ready:
        with engine.begin() as connection:
            connection.execute(text(ALONE[engine.dialect.name]))
            if not _is_ready(connection):  # another process may have come first
                METADATA.create_all(connection)
                connection.execute(insert(SCHEMA).values(version=VERSION))


def _is_ready(connection: Connection) -> bool:
    """Whether the tables are there, or else a CollectionError where they are newer than this program."""
    if not inspect(connection).has_table(SCHEMA.name):
        return False
    if connection.execute(select(func.max(SCHEMA.c.version))).scalar_one() > VERSION:
        raise CollectionError(NEWER)
    return True


def _sentence(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else None
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
    return next((sentence for start, sentence in SENTENCES.items() if code.startswith(start)), UNREACHABLE)
