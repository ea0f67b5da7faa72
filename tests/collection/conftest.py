"""A new, empty database for each test, of SQLite and of PostgreSQL, and digits to keep in it."""

from collections.abc import Callable

import numpy as np
import pytest

from mnist_app.collection.store import Entry


@pytest.fixture
def sqlite_url(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/folder/digits.sqlite"


@pytest.fixture
def postgresql_url(new_database) -> str:
    return new_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request) -> str:
    """The address of an empty database, once of each kind."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(scope="session")
def entry(mnist_test) -> Callable[..., Entry]:
    """Make an entry of one of MNIST's test digits, by its number, read right unless told otherwise."""
    images, labels = mnist_test

    def make(number: int, **changes: object) -> Entry:
        features = np.random.default_rng(number).random(8, np.float32)
        label = int(labels[number])
        values = {"image": images[number], "features": features, "model": "flagship", "read": label, "label": label}
        return Entry(**{**values, "source": "drawn", **changes})

    return make
