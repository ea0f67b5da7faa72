import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.collection.store import NO_DIGIT, Entry, Store, default_url, open_store
from mnist_app.digits import writers
from mnist_app.network.classifier import load_classifier
from mnist_app.network.model_store import find_model
from mnist_app.network.personal import Gate, Head
from mnist_app.web import navigation, paper, taught
from mnist_app.web.examples import draw_example
from mnist_app.web.session import Session

APP = Path(__file__).parents[2] / "app.py"
OPEN = Gate(own=12, own_before=5, own_after=2, mnist=10_000, mnist_before=27, mnist_after=29)


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch) -> Store:
    monkeypatch.setenv("MNIST_APP_COLLECTION", f"sqlite:///{tmp_path / 'digits.sqlite'}")
    return open_store(default_url())


@pytest.fixture
def hand(store) -> tuple[np.ndarray, np.ndarray]:
    """Sixty digits of somebody whom the flagship misreads now and then: kept, and what they are."""
    labels, images = writers.write(6, 5_000_012, elsewhere=True)
    nothing = np.zeros(0, np.float32)
    entries = [
        Entry(image, nothing, "flagship", 0, int(label), "drawn") for image, label in zip(images, labels, strict=True)
    ]
    store.keep_all("me", [*entries, Entry(255 - images[0], nothing, "flagship", 0, NO_DIGIT, "drawn")])
    return images, labels


def open_page(page: navigation.Page, visitor: str = "me", **held: Any) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["session"] = Session(visitor=visitor, **held)
    opened = app.run().switch_page(page.path).run()
    assert not opened.exception
    return opened


def always(monkeypatch, digit: int, gate: Gate = OPEN) -> None:
    """Have every network learn that all is this digit."""
    features = find_model().test_outputs()[1].shape[1]
    head = Head(np.zeros((features, 10), np.float32), np.eye(10, dtype=np.float32)[digit] * 99)
    monkeypatch.setattr(taught, "learn", lambda model: (head, gate))


def captions(page: AppTest) -> str:
    return "\n".join(element.value for element in page.caption)


def read_as(held: Session, image: np.ndarray) -> int:
    """What the page Digit reads a visitor's digit as."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["session"] = held
    page = app.run().switch_page(navigation.DIGIT.path)
    page.query_params["which"] = "your own"
    held.keep_digit(image, drawn=True)
    return int(re.fullmatch("Read as (.)", page.run().header[0].value)[1])


def test_a_hand_is_learnt_shown_and_switched_off(hand):
    images, labels = hand
    before = load_classifier(find_model()).predict(images).y_prob.argmax(axis=1)
    wrong = np.flatnonzero(before != labels)
    page = open_page(navigation.MY_DIGITS)
    own, mnist = (list(map(int, re.findall(r"\d+", metric.value.replace(",", "")))) for metric in page.metric)
    assert own[0] == len(wrong) > own[1]
    assert own[2] == 60
    assert mnist[1] - mnist[0] <= 5

    held = page.session_state["session"]
    mended = [i for i in wrong if read_as(held, images[i]) == labels[i]]
    assert len(mended) > len(wrong) / 2  # they were taught
    page.toggle[0].set_value(False).run()
    assert read_as(held, images[mended[0]]) == before[mended[0]]


def test_nobody_is_read_with_anothers_hand(hand):
    images, labels = hand
    before = load_classifier(find_model()).predict(images).y_prob.argmax(axis=1)
    i = next(i for i in np.flatnonzero(before != labels) if read_as(Session(visitor="me"), images[i]) == labels[i])
    assert read_as(Session(visitor="somebody else"), images[i]) == before[i]


def test_draw_says_that_it_was_taught(monkeypatch):
    page = open_page(navigation.DRAW)
    drawn = draw_example(7, paper.SIZE, paper.PEN)
    page.session_state["drawing"] = {"strokes": drawn}
    assert "taught" not in captions(page.run())
    always(monkeypatch, 1)
    assert "Read as **1** since you taught it; before, it was read as 7." in captions(page.run())
    page.session_state["session"].as_taught = False
    assert "taught" not in captions(page.run())


def test_upload_says_how_many_are_read_otherwise(monkeypatch):
    page = open_page(navigation.UPLOAD, example="Try a page")
    untaught = page.code[0].value
    assert "taught" not in captions(page)
    always(monkeypatch, 4)
    page = page.run()
    assert set(page.code[0].value) == {"4", "\n"}
    changed = sum(letter not in "4\n" for letter in untaught)
    assert f"{changed} digits are read otherwise since you taught it: " in captions(page)


@pytest.mark.parametrize(
    ("after", "mnist_after", "said"),
    [
        (2, 29, "With what you taught it"),
        (5, 29, "Teach it two or more of each"),
        (2, 90, "would have to forget too many"),
    ],
)
def test_the_page_says_why_a_hand_is_used_or_not(hand, monkeypatch, after, mnist_after, said):
    always(monkeypatch, 1, replace(OPEN, own_after=after, mnist_after=mnist_after))
    page = open_page(navigation.MY_DIGITS)
    assert said in "".join(element.value for element in page.markdown)
    assert bool(page.toggle) == said.startswith("With")
