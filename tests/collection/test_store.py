import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
import sqlalchemy as sql

from mnist_app.collection import store as module
from mnist_app.collection.store import NO_DIGIT, CollectionError, Store, default_url, open_store


def test_what_is_kept_comes_back_after_a_restart(url, entry):
    when = datetime(2026, 5, 17, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    first = Store(url).keep("me", entry(3, read=8, label=NO_DIGIT, source="photographed", when=when))
    (kept,) = Store(url).entries("me")
    np.testing.assert_array_equal(kept.image, entry(3).image)
    np.testing.assert_allclose(kept.features, entry(3).features, rtol=1e-3)
    assert (kept.id, kept.read, kept.label, kept.source) == (first, 8, NO_DIGIT, "photographed")
    assert (kept.model, kept.when) == ("flagship", when.astimezone(UTC))


def test_the_same_image_is_the_same_digit(url, entry):
    store = Store(url)
    ids = {store.keep("me", entry(3, label=label)) for label in (5, 6, 5, 9)}
    assert len(ids) == 1
    assert [one.label for one in store.entries("me")] == [9]
    assert store.find("me", entry(3).image).label == 9
    assert store.find("me", entry(4).image) is None


def test_nobody_sees_or_changes_anothers(url, entry):
    store = Store(url)
    mine, _ = store.keep("me", entry(1)), store.keep("you", entry(2))
    assert store.find("you", entry(1).image) is None
    store.relabel("you", mine, 7)
    store.forget("you", mine)
    store.forget_all("you")
    assert store.entries("you") == []
    assert [one.label for one in store.entries("me")] == [entry(1).label]


def test_digits_are_relabelled_and_forgotten(url, entry):
    store = Store(url)
    ids = [store.keep("me", entry(i)) for i in range(4)]
    store.relabel("me", ids[1], NO_DIGIT)
    store.forget("me", ids[0])
    assert [(one.id, one.label) for one in store.entries("me")] == [
        (ids[1], NO_DIGIT), (ids[2], entry(2).label), (ids[3], entry(3).label)
    ]  # fmt: skip
    store.forget_all("me")
    assert store.entries("me") == []


def test_a_thousand_corrections_from_eight_threads(url, entry):
    """Each digit is kept by two threads, as in two tabs: none is lost, none is doubled."""
    store, numbers = Store(url), [*range(500), *range(500)]
    with ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(lambda number: store.keep("me", entry(number)), numbers))
    assert ids[:500] == ids[500:]
    kept = store.entries("me")
    assert len(kept) == 500
    assert {one.id: one.label for one in kept} == {ids[i]: entry(i).label for i in range(500)}


def test_owners_are_not_stored_in_clear(tmp_path, entry):
    Store(f"sqlite:///{tmp_path / 'digits.sqlite'}").keep("a secret key", entry(0))
    assert all(b"a secret key" not in path.read_bytes() for path in tmp_path.iterdir())


def test_what_is_deleted_is_gone_from_the_files(tmp_path, entry):
    store, image = Store(f"sqlite:///{tmp_path / 'digits.sqlite'}"), entry(0).image.tobytes()
    ids = [store.keep("me", entry(i)) for i in range(3)]
    assert any(image in path.read_bytes() for path in tmp_path.iterdir())
    store.forget("me", ids[0])
    assert not any(image in path.read_bytes() for path in tmp_path.iterdir())


def test_queries_use_an_index(tmp_path, entry):
    path = tmp_path / "digits.sqlite"
    Store(f"sqlite:///{path}").keep("me", entry(0))
    for where in ("owner = 'x' ORDER BY id", "owner = 'x' AND hash = 'y'", "owner = 'x' AND id = 3"):
        plan = " ".join(
            row[3] for row in sqlite3.connect(path).execute(f"EXPLAIN QUERY PLAN SELECT * FROM digits WHERE {where}")
        )
        assert "SEARCH digits USING" in plan


def test_a_newer_database_is_left_alone(url, entry):
    Store(url).keep("me", entry(0))
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sql.update(module.SCHEMA).values(version=module.VERSION + 1))
    with pytest.raises(CollectionError, match="version 2 of its tables and this program knows 1"):
        Store(url)
    with engine.begin() as connection:
        assert connection.execute(sql.select(sql.func.count()).select_from(module.DIGITS)).scalar_one() == 1
    engine.dispose()


def test_a_locked_database_is_told_in_a_sentence_and_works_again_afterwards(tmp_path, entry, monkeypatch):
    monkeypatch.setattr(module, "WAIT", 0.1)
    path = tmp_path / "digits.sqlite"
    store = Store(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CollectionError, match="locked by another program"):
        store.keep("me", entry(0))
    assert store.entries("me") == []
    other.execute("COMMIT")
    store.keep("me", entry(0))
    assert len(store.entries("me")) == 1


def test_a_full_disk_is_told_in_a_sentence_and_nothing_is_lost(tmp_path, entry):
    store = Store(f"sqlite:///{tmp_path / 'digits.sqlite'}")
    store.keep("me", entry(0))

    def fill(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={connection.execute('PRAGMA page_count').fetchone()[0]}")

    sql.event.listen(store._engine, "checkout", fill)
    told = ""
    try:
        for kept in range(1, 50):
            store.keep("me", entry(kept))
    except CollectionError as error:
        told = str(error)
    assert told == "the disk is full; make room on it."
    assert len(store.entries("me")) == kept
    again = Store(f"sqlite:///{tmp_path / 'digits.sqlite'}")
    again.keep("me", entry(60))
    assert len(again.entries("me")) == kept + 1


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("no url", "must be a URL such as sqlite:///digits.sqlite, not 'no url'"),
        ("mysql://host/base", "must name sqlite or postgresql, not 'mysql'"),
        ("sqlite:////proc/nowhere/digits.sqlite", "cannot be opened|does not answer"),
        ("postgresql+psycopg://nobody@127.0.0.1:9/none", "does not answer"),
    ],
)
def test_a_database_that_cannot_be_opened_is_told_in_a_sentence(url, said):
    with pytest.raises(CollectionError, match=said):
        Store(url)


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path):
    path = tmp_path / "digits.sqlite"
    path.write_text("my notes, " * 100)
    with pytest.raises(CollectionError, match="no database"):
        Store(f"sqlite:///{path}")
    assert path.read_text() == "my notes, " * 100


def test_other_labels_and_images_are_refused(tmp_path, entry):
    store = Store(f"sqlite:///{tmp_path / 'digits.sqlite'}")
    with pytest.raises(ValueError, match="label must be 0 to 9, or -1 for no digit, not 10"):
        store.keep("me", entry(0, label=10))
    with pytest.raises(ValueError, match=r"image must be \(28, 28\) uint8, not \(20, 20\) uint8"):
        store.keep("me", entry(0, image=np.zeros((20, 20), np.uint8)))
    with pytest.raises(ValueError, match="label"):
        store.relabel("me", 1, 11)


def test_the_operator_names_the_database(monkeypatch, tmp_path):
    monkeypatch.setenv(module.VARIABLE, f"sqlite:///{tmp_path / 'other.sqlite'}")
    assert open_store(default_url()) is open_store(default_url())
    assert (tmp_path / "other.sqlite").exists()
    monkeypatch.delenv(module.VARIABLE)
    assert default_url().endswith("collection/digits.sqlite")
