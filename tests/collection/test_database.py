import multiprocessing
import re
import sqlite3
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, event, text

from mnist_app.collection import database
from mnist_app.collection.database import CollectionError
from mnist_app.collection.store import Store, open_store

OWNER, OTHER = "key of one visitor", "key of another"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(database, "PATIENCE", 0.2)


def refused(sentence):
    """What a CollectionError says, and no more than that."""
    return pytest.raises(CollectionError, match=f"^{re.escape(sentence)}$")


def file_of(url) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def tell(url, *statements) -> None:
    """As another program would, without this one's settings."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@contextmanager
def locked_sqlite(url):
    with closing(sqlite3.connect(file_of(url), isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def locked_postgresql(url):
    with psycopg.connect(url) as connection:
        connection.execute("LOCK collection_digits IN EXCLUSIVE MODE")
        yield


@contextmanager
def full_sqlite(url):
    """For new connections: SQLite says the same of a full disk."""

    def allow_no_more(connection, _) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    event.listen(Engine, "connect", allow_no_more)
    yield
    event.remove(Engine, "connect", allow_no_more)


@contextmanager
def full_postgresql(url):
    tell(
        url,
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE 'could not extend file' USING ERRCODE = '53100'; END $$",
        "CREATE TRIGGER full_disk BEFORE INSERT ON collection_digits EXECUTE FUNCTION full_disk()",
    )
    yield
    tell(url, "DROP TRIGGER full_disk ON collection_digits")


TROUBLES = {
    "locked": (database.LOCKED, {"sqlite": locked_sqlite, "postgresql": locked_postgresql}),
    "full": (database.FULL, {"sqlite": full_sqlite, "postgresql": full_postgresql}),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_in_trouble_nothing_is_lost_and_reading_goes_on(url, entry, trouble):
    sentence, ways = TROUBLES[trouble]
    opened = Store(url)
    # More than what is free on the file's last page.
    kept = [opened.keep(OWNER, entry(number)) for number in range(20)]
    with ways[opened._engine.dialect.name](url):
        hindered = Store(url)
        with refused(sentence):
            for number in range(20, 30):
                hindered.keep(OWNER, entry(number))
        held = [each.id for each in hindered.entries(OWNER)]
        assert held[:20] == kept
        assert len(held) < 30
    added = opened.keep(OWNER, entry(40))
    assert [each.id for each in Store(url).entries(OWNER)] == [*held, added]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_is_read_only_can_still_be_listed(request, entry, kind):
    url = request.getfixturevalue(f"{kind}_url")
    id = Store(url).keep(OWNER, entry(0))
    if kind == "sqlite":
        read_only = Store(f"sqlite:///file:{file_of(url)}?mode=ro&uri=true")
    else:
        read_only = Store(f"{url}?options=-c%20default_transaction_read_only%3Don")
    for change in (
        lambda: read_only.keep(OWNER, entry(1)),
        lambda: read_only.relabel(OWNER, id, 3),
        lambda: read_only.forget(OWNER, id),
        lambda: read_only.forget_all(OWNER),
    ):
        with refused(database.READ_ONLY):
            change()
    assert [(each.id, each.label) for each in read_only.entries(OWNER)] == [(id, entry(0).label)]


def test_a_newer_database_is_left_as_it_is(url, entry):
    Store(url).keep(OWNER, entry(0))
    tell(url, "UPDATE collection_schema SET version = 2")
    with refused(database.NEWER):
        open_store(url)
    tell(url, "UPDATE collection_schema SET version = 1")
    assert len(open_store(url).entries(OWNER)) == 1, "a refusal is not remembered"
    assert open_store(url) is open_store(url)


def test_a_file_that_is_locked_before_it_has_tables(sqlite_url, entry):
    file = file_of(sqlite_url)
    file.parent.mkdir()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with refused(database.LOCKED):
            Store(sqlite_url)
    Store(sqlite_url).keep(OWNER, entry(0))


def test_a_file_that_holds_something_else(tmp_path):
    file = tmp_path / "digits.sqlite"
    file.write_bytes(b"something else " * 1000)
    with refused(database.DAMAGED):
        Store(f"sqlite:///{file}")
    assert file.read_bytes() == b"something else " * 1000


def test_a_file_that_is_deleted_while_it_is_open(sqlite_url, entry):
    """SQLite alone would go on, and all that is kept would be gone with the process."""
    opened = Store(sqlite_url)
    opened.keep(OWNER, entry(0))
    for file in file_of(sqlite_url).parent.iterdir():
        file.unlink()
    for _ in range(2):
        with refused(database.UNREACHABLE):
            opened.keep(OWNER, entry(1))
    assert Store(sqlite_url).entries(OWNER) == []


@pytest.mark.parametrize(
    "url",
    ["sqlite:////dev/null/folder/digits.sqlite", "sqlite:////dev", "postgresql://tests@127.0.0.1:1/digits"],
)
def test_what_cannot_be_reached(url):
    with refused(database.UNREACHABLE):
        Store(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "digits.sqlite",
        "sqlite://",
        "sqlite:///file::memory:?uri=true",
        "sqlite+nothing:///digits.sqlite",
        "mysql://ann:secret@127.0.0.1/digits",
        "postgresql://ann:secret@127.0.0.1:port/digits",
        "postgresql+psycopg_async://ann:secret@127.0.0.1/digits",
    ],
)
def test_addresses_of_something_else(url):
    with refused(database.NOT_A_DATABASE) as error:
        Store(url)
    assert error.value.__cause__ is None, "which may name the password"


def test_a_server_that_ends_the_connection_is_asked_again(postgresql_url, entry):
    opened = Store(postgresql_url)
    opened.keep(OWNER, entry(0))
    tell(
        postgresql_url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    opened.keep(OWNER, entry(1))
    assert len(opened.entries(OWNER)) == 2


def open_at(url: str, moment: float) -> int:
    time.sleep(max(0, moment - time.time()))
    return len(Store(url).entries(OWNER))


def test_several_processes_open_an_empty_database_at_once(url):
    with multiprocessing.get_context("spawn").Pool(4) as processes:
        assert processes.starmap(open_at, [(url, time.time() + 2)] * 4, chunksize=1) == [0] * 4
    with create_engine(url).connect() as connection:
        assert connection.execute(text("SELECT version FROM collection_schema")).all() == [(database.VERSION,)]


@pytest.mark.parametrize(
    "delete", [lambda opened, id: opened.forget(OWNER, id), lambda opened, _: opened.forget_all(OWNER)]
)
def test_what_is_deleted_is_in_none_of_the_files(sqlite_url, entry, delete, request):
    def as_it_is_elsewhere(connection, _) -> None:
        """Debian's SQLite overwrites by itself; others do not."""
        connection.execute("PRAGMA secure_delete = OFF")

    event.listen(Engine, "connect", as_it_is_elsewhere)
    request.addfinalizer(lambda: event.remove(Engine, "connect", as_it_is_elsewhere))
    opened = Store(sqlite_url)
    opened.keep(OTHER, entry(1))
    id = opened.keep(OWNER, entry(0))

    def found(number) -> bool:
        pixels = entry(number).image[10].tobytes()  # a row with ink
        assert any(pixels)
        return any(pixels in file.read_bytes() for file in file_of(sqlite_url).parent.iterdir())

    assert found(0)
    delete(opened, id)
    assert not found(0)
    assert found(1)


def test_readers_do_not_wait_for_a_writer(sqlite_url):
    Store(sqlite_url)
    with closing(sqlite3.connect(file_of(sqlite_url))) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_list_of_ones_own_digits_comes_from_an_index_in_its_order(url, entry):
    opened = Store(url)
    engine, asked = opened._engine, []
    with engine.begin() as connection:
        same = {"image": b"", "features": b"", "model": "flagship", "read": 1, "label": 1, "source": "drawn"}
        same["kept"] = datetime(2026, 1, 1, tzinfo=UTC)
        rows = [same | {"owner": bytes([n % 100]), "image_hash": n.to_bytes(32)} for n in range(5000)]
        connection.execute(database.DIGITS.insert(), rows)
        connection.execute(text("ANALYZE"))
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2:4]))
    opened.entries(OWNER)
    opened.find(OWNER, entry(0).image)
    listing, finding = (explain(engine, *call) for call in list(asked))
    assert "collection_digits_of_an_owner" in listing
    assert "image_hash" in finding
    for plan in (listing, finding):
        assert not re.search(r"SCAN (?!.*USING)|Seq Scan", plan), plan
    assert not re.search(r"TEMP B-TREE", listing), listing


def explain(engine, statement, parameters) -> str:
    prefix = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        return "\n".join(map(str, connection.exec_driver_sql(prefix + statement, parameters)))
