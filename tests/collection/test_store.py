import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from mnist_app.collection import store
from mnist_app.collection.store import NO_DIGIT, CollectionError, Store

ANN, BEN = "key of one visitor", "key of another"
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def same(kept, entry) -> None:
    """Whether what was kept is what was given, except for its id."""
    np.testing.assert_array_equal(kept.image, entry.image)
    np.testing.assert_array_equal(kept.features, entry.features)
    assert (kept.image.dtype, kept.features.dtype) == (np.uint8, np.float32)
    for name in ("model", "read", "label", "source", "when"):
        assert getattr(kept, name) == getattr(entry, name), name


def test_what_is_kept_is_there_after_reopening(url, entry):
    given = entry(0, read=1, label=7, source="photographed", when=NOON)
    id = Store(url).keep(ANN, given)
    (kept,) = Store(url).entries(ANN)
    same(kept, given)
    assert kept.id == id


def test_no_digit_is_a_label_too(url, entry):
    opened = Store(url)
    opened.keep(ANN, entry(0, read=NO_DIGIT, label=NO_DIGIT))
    assert [(each.read, each.label) for each in opened.entries(ANN)] == [(NO_DIGIT, NO_DIGIT)]


def test_the_store_tells_the_time_in_utc(url, entry):
    opened = Store(url)
    before = datetime.now(UTC)
    opened.keep(ANN, entry(0))
    opened.keep(ANN, entry(1, when=datetime(2020, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))))
    old, new = opened.entries(ANN)
    assert old.when == datetime(2019, 12, 31, 23, tzinfo=UTC)
    assert before <= new.when <= datetime.now(UTC)
    assert {each.when.tzinfo for each in (old, new)} == {UTC}


def test_the_same_image_is_the_same_digit(url, entry):
    opened = Store(url)
    first, other = opened.keep(ANN, entry(0, read=7, label=7, when=NOON)), opened.keep(ANN, entry(1, when=NOON))
    again = entry(0, features=np.ones(3, np.float32), model="swift", read=2, label=1, when=NOON + timedelta(days=1))
    assert opened.keep(ANN, again) == first != other
    assert [each.id for each in opened.entries(ANN)] == [other, first]
    same(opened.find(ANN, again.image), again)


def test_a_digit_is_found_by_its_image_alone(url, entry):
    opened = Store(url)
    opened.keep(ANN, entry(0, when=NOON))
    same(opened.find(ANN, entry(0).image), entry(0, when=NOON))
    almost = entry(0).image.copy()
    almost[0, 0] ^= 1
    assert opened.find(ANN, almost) is None


def test_digits_are_listed_oldest_first(url, entry):
    opened = Store(url)
    for number, hours in enumerate((3, 1, 2)):
        opened.keep(ANN, entry(number, when=NOON + timedelta(hours=hours)))
    assert [(each.when - NOON) / timedelta(hours=1) for each in opened.entries(ANN)] == [1, 2, 3]


def test_the_latest_come_first(url, entry):
    opened = Store(url)
    ids = [opened.keep(ANN, entry(i, when=NOON + timedelta(days=i))) for i in (0, 2, 1)]
    opened.keep(BEN, entry(3, when=NOON + timedelta(days=3)))
    assert [each.id for each in opened.latest(ANN, 2)] == [ids[1], ids[2]]


def test_every_change_gives_another_stamp(url, entry):
    opened = Store(url)
    stamps = [opened.stamp(ANN)]
    assert stamps == [""]
    for change in (
        lambda: opened.keep(ANN, entry(0, label=7)),
        lambda: opened.keep(ANN, entry(1, label=7)),
        lambda: opened.relabel(ANN, opened.entries(ANN)[0].id, 1),
        lambda: opened.keep(ANN, entry(1, label=2)),
        lambda: opened.forget(ANN, opened.entries(ANN)[0].id),
    ):
        change()
        stamps.append(opened.stamp(ANN))
    assert len(set(stamps)) == len(stamps)
    opened.keep(BEN, entry(2))
    assert opened.stamp(ANN) == stamps[-1]


def test_relabel_and_forget(url, entry):
    opened = Store(url)
    first, second, third = (opened.keep(ANN, entry(number)) for number in range(3))
    opened.relabel(ANN, second, 4)
    opened.forget(ANN, first)
    opened.forget(ANN, first)
    assert [(each.id, each.label) for each in opened.entries(ANN)] == [(second, 4), (third, entry(2).label)]
    with pytest.raises(CollectionError, match="no longer in the collection"):
        opened.relabel(ANN, first, 4)
    opened.forget_all(ANN)
    assert opened.entries(ANN) == []
    assert opened.keep(ANN, entry(5)) > third, "another tab may still show what had the old ids"


def test_nobody_reaches_the_digits_of_another(url, entry):
    opened = Store(url)
    hers, his = opened.keep(ANN, entry(0, label=7)), opened.keep(BEN, entry(0, label=1))
    assert hers != his
    opened.forget(BEN, hers)
    with pytest.raises(CollectionError):
        opened.relabel(BEN, hers, 3)
    assert [(each.id, each.label) for each in opened.entries(ANN)] == [(hers, 7)]
    assert opened.find(BEN, entry(0).image).id == his
    opened.forget_all(BEN)
    assert [each.id for each in opened.entries(ANN)] == [hers]
    assert opened.entries(BEN) == []


def test_the_owners_key_is_not_stored(url, entry):
    Store(url).keep(ANN, entry(0))
    with create_engine(url).connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM collection_digits")).all()
    assert ANN not in repr(row)
    assert ANN.encode() not in b"".join(value for value in row if isinstance(value, bytes))
    assert hashlib.sha256(ANN.encode()).digest() in row


def test_a_thousand_from_eight_threads(url, entry):
    """Each digit twice, and from two threads at once: 1,000 digits in the end, none of them twice."""
    opened = Store(url)
    with ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(lambda number: opened.keep(ANN, entry(number // 2)), range(2000)))
    kept = opened.entries(ANN)
    assert ids[::2] == ids[1::2]
    assert sorted(each.id for each in kept) == sorted(set(ids))
    assert {each.image.tobytes() for each in kept} == {entry(number).image.tobytes() for number in range(1000)}
    assert len(kept) == 1000


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image": np.zeros((28, 27), np.uint8)}, r"image must be (28, 28) uint8, not (28, 27) uint8."),
        ({"image": np.zeros((28, 28))}, r"image must be (28, 28) uint8, not (28, 28) float64."),
        ({"features": np.zeros((1, 8), np.float32)}, "features must be (d,) float32, not (1, 8) float32."),
        ({"features": np.zeros(8)}, "features must be (d,) float32, not (8,) float64."),
        ({"read": 10}, "read must be 0 to 9, or -1 for no digit, not 10."),
        ({"label": -2}, "label must be 0 to 9, or -1 for no digit, not -2."),
        ({"source": "scanned"}, "source must be one of drawn, photographed, not 'scanned'."),
        ({"when": datetime(2026, 1, 1)}, "when must have a time zone, but 2026-01-01 00:00:00 has none."),
    ],
)
def test_what_is_no_entry(entry, changes, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        entry(0, **changes)


def test_what_no_query_may_ask(sqlite_url, entry):
    opened = Store(sqlite_url)
    id = opened.keep(ANN, entry(0))
    with pytest.raises(ValueError, match="label must be 0 to 9"):
        opened.relabel(ANN, id, 10)
    with pytest.raises(ValueError, match="image must be"):
        opened.find(ANN, np.zeros((2, 2), np.uint8))
    for ask in (opened.entries, opened.forget_all, lambda owner: opened.keep(owner, entry(0))):
        with pytest.raises(ValueError, match="owner must be a key"):
            ask("")


def test_integers_of_numpy_are_labels_too(url, entry):
    opened = Store(url)
    id = opened.keep(ANN, entry(0, read=np.int64(3), label=np.uint8(4)))
    opened.relabel(ANN, np.int64(id), np.int64(5))
    assert [(each.read, each.label) for each in opened.entries(ANN)] == [(3, 5)]


def test_the_address_is_a_file_in_the_project_unless_a_variable_says_otherwise(monkeypatch, tmp_path):
    monkeypatch.delenv("MNIST_APP_COLLECTION", raising=False)
    assert store.default_url() == f"sqlite:///{Path(__file__).parents[2] / 'collection' / 'digits.sqlite'}"
    monkeypatch.setenv("MNIST_APP_COLLECTION", f"sqlite:///{tmp_path}/other.sqlite")
    Store(store.default_url())
    assert (tmp_path / "other.sqlite").exists()
