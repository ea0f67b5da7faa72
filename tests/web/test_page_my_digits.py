import io
import re
import time
import zipfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.collection.store import NO_DIGIT, CollectionError, Entry, Store, default_url, open_store
from mnist_app.network.classifier import load_classifier
from mnist_app.network.model_store import find_model
from mnist_app.reading import corrections
from mnist_app.reading.corrections import Mark
from mnist_app.reading.front_door import read_picture
from mnist_app.web import examples, navigation, paper, taps, visitor
from mnist_app.web.examples import draw_example
from mnist_app.web.session import Session

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def store(tmp_path, monkeypatch) -> Store:
    monkeypatch.setenv("MNIST_APP_COLLECTION", f"sqlite:///{tmp_path / 'digits.sqlite'}")
    return open_store(default_url())


@pytest.fixture
def kept(store, mnist_test) -> list[int]:
    """Twelve test digits, kept: one of them was misread, one is no digit."""
    images, labels = mnist_test
    features = load_classifier(find_model()).predict(images[:12]).features
    read, true = labels[:12].tolist(), labels[:12].tolist()
    read[0], true[11] = 1, NO_DIGIT  # the first is a 7, the only one
    return [
        store.keep("me", Entry(images[i], features[i], "flagship", read[i], true[i], "drawn", datetime.now(UTC)))
        for i in range(12)
    ]


def open_page(visitor: str = "me") -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["session"] = Session(visitor=visitor)
    page = app.run().switch_page(navigation.MY_DIGITS.path).run()
    assert not page.exception
    return page


def said(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown)


def test_without_a_digit_the_page_says_how_to_get_one(store):
    page = open_page()
    assert "Nothing is kept yet" in page.info[0].value
    assert not page.get("imgs")


def test_all_kept_digits_are_shown_with_what_they_say(kept):
    page = open_page()
    assert "**10 of 12** were read right: 83%" in said(page)
    assert "Your 7 is read as 1 in 1 of 1." in said(page)
    assert len(page.get("popover")) == 12 + 1  # one for all
    assert "Nothing is kept yet" in open_page("somebody else").info[0].value


def test_ones_matrix_hand_and_place_on_the_map_are_shown(store, mnist_test):
    images, labels = mnist_test
    features = load_classifier(find_model()).predict(images[:100]).features
    read = [NO_DIGIT, *labels[1:100].tolist()]
    for i in range(100):
        now = datetime.now(UTC)
        store.keep("me", Entry(images[i], features[i], "flagship", read[i], int(labels[i]), "drawn", now))
    page = open_page()
    assert "1 of your digits was taken for no digit." in said(page)
    assert not page.get("vega_lite_chart")
    yours = [caption.value for caption in page.caption if "MNIST's" in caption.value]
    assert sum(int(re.search(r"yours \((\d+)\)", caption)[1]) for caption in yours) == 100
    page.session_state["my_matrix"] = page.session_state["my_map"] = True
    matrix, places = (chart.proto for chart in page.run().get("vega_lite_chart"))
    assert matrix.alt.startswith("Confusion matrix of your digits")
    assert places.alt == "Map of the test digits, with your own as black diamonds"


def test_digits_are_filtered_relabelled_and_deleted(store, kept):
    page = open_page()
    page.selectbox(key="read").select("1").run()
    page.selectbox(key="label").select("7").run()
    assert len(page.get("popover")) == 1 + 1
    page.button(key=f"relabel {kept[0]} 1").click().run()
    assert not page.exception
    assert next(one for one in store.entries("me") if one.id == kept[0]).label == 1
    page.selectbox(key="label").select("1").run()
    page.button(key=f"forget {kept[0]}").click().run()
    assert kept[0] not in [one.id for one in store.entries("me")]
    assert len(store.entries("me")) == 11


def test_everything_is_deleted_by_one_button(store, kept):
    store.keep("other", store.entries("me")[0])
    page = open_page()
    next(button for button in page.button if button.label == "Yes, delete them").click().run()
    assert not page.exception
    assert store.entries("me") == []
    assert len(store.entries("other")) == 1
    assert "Nothing is kept yet" in page.info[0].value


def test_without_a_collection_the_app_reads_and_says_so_in_one_line(monkeypatch, store):
    asked = []

    def broken(self, *_: object) -> None:
        asked.append(1)
        raise CollectionError("The file of digits is locked by another program.")

    for name in ("entries", "find", "keep_all"):
        monkeypatch.setattr(Store, name, broken)
    page = open_page()
    assert not_kept(page) == [
        ":material/cloud_off: Corrections are not kept: The file of digits is locked by another program."
    ]
    page = draw(7)
    assert "7" in next(element.proto.body for element in page.get("html") if 'role="status"' in element.proto.body)
    assert len(not_kept(page)) == 1
    assert not [button for button in page.button if button.label == "Right"]
    assert len(asked) == 1, "for a while nobody waits for it again"


def test_after_a_while_the_collection_is_asked_again(monkeypatch, store):
    with monkeypatch.context() as patch:
        patch.setattr(Store, "find", lambda *_: (_ for _ in ()).throw(CollectionError("It is locked.")))
        assert len(not_kept(draw(7))) == 1
    monkeypatch.setattr(visitor.time, "monotonic", partial(sum, (time.monotonic(), visitor.PAUSE)))
    page = draw(7)
    assert not_kept(page) == []
    assert page.button(key="right_draw")


def test_a_digit_that_another_tab_deleted_is_told_and_all_others_stay(store, kept):
    page = open_page()
    store.forget("me", kept[0])
    page.button(key=f"relabel {kept[0]} 5").click().run()
    assert not page.exception
    assert [toast.value for toast in page.toast] == ["That digit is no longer in the collection."]
    assert not_kept(page) == []
    assert "of 11** were read right" in said(page)


def not_kept(page: AppTest) -> list[str]:
    assert not page.exception
    return [line.value for line in page.caption if "not kept" in line.value]


def draw(digit: int) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["session"] = Session(visitor="me")
    page = app.run()
    page.session_state["drawing"] = {"strokes": draw_example(digit, paper.SIZE, paper.PEN)}
    return page.run()


def test_one_tap_keeps_a_drawn_digit_and_undo_takes_it_back(store):
    page = draw(4)
    next(button for button in page.button if button.label == "Right").click().run()
    assert not page.exception
    (one,) = store.entries("me")
    assert (one.label, one.read, one.source, one.model) == (4, 4, "drawn", "flagship")
    np.testing.assert_array_equal(one.image, page.session_state["session"].digit)
    assert len(one.features) == 192
    assert "Kept: this is a 4." in said(page)
    page.button(key="undo_draw").click().run()
    assert store.entries("me") == []


def test_one_tap_corrects_a_drawn_digit(store):
    page = draw(4)
    next(button for button in page.button if button.key == "is_9_draw").click().run()
    (one,) = store.entries("me")
    assert (one.label, one.read) == (9, 4)
    assert "Kept: this is a 9, which was read as 4." in said(page)


def test_typed_labels_are_kept_with_what_the_network_read(store, classifier, mnist_test, monkeypatch):
    """What a person typed where the network saw no digit has no image that could be kept."""
    monkeypatch.setattr(visitor, "owner", lambda: "me")
    reading = read_picture(examples.compose_page(mnist_test, 0), classifier)
    marks = [Mark(reading.digits[0].box, 9), Mark((2, 2, 9, 9), 5)]
    corrected = corrections.apply_typed(marks, [mark.box for mark in marks], reading)
    typed = [digit for digit in corrected.digits if digit.label in (9, 5) and digit.box in [m.box for m in marks]]
    assert len(typed) == 2
    taps.keep_all([(digit, digit.label) for digit in typed], "flagship")
    (one,) = store.entries("me")
    assert (one.read, one.label, one.source) == (reading.digits[0].label, 9, "photographed")


def upload(mnist_test, numbers: list[int]) -> AppTest:
    """The page Upload with a picture of these test digits in a row."""
    row = np.hstack([np.pad(cv2.resize(mnist_test[0][i], (112, 112)), 40) for i in numbers])
    png = cv2.imencode(".png", 255 - row)[1].tobytes()
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["session"] = Session(visitor="me")
    page = app.run().switch_page(navigation.UPLOAD.path).run()
    page.get("file_uploader")[0].set_value([("row.png", png, "image/png")])
    return page.run()


def test_one_tap_keeps_all_digits_of_a_picture_and_undo_takes_them_back(store, mnist_test):
    page = upload(mnist_test, [0, 1, 2])
    next(button for button in page.button if button.label == "Right").click().run()
    assert [one.label for one in store.entries("me")] == mnist_test[1][:3].tolist()
    assert "Kept among your digits: 3." in said(page)
    next(button for button in page.button if button.label == "Undo").click().run()
    assert store.entries("me") == []
    assert [button.label for button in page.button if button.label in ("Right", "Undo")] == ["Right"]


def test_a_single_digit_of_a_picture_is_told_beside_its_answer_or_by_its_key(store, mnist_test):
    page = upload(mnist_test, [0])
    nine = next(button for button in page.button if (button.key or "").startswith("is_9_"))
    assert nine.proto.shortcut == "9"
    nine.click().run()
    (one,) = store.entries("me")
    assert (one.label, one.read, one.source) == (9, mnist_test[1][0], "photographed")


def test_a_network_that_is_deleted_meanwhile_keeps_nothing_and_says_so(store, monkeypatch):
    told = []
    monkeypatch.setattr(visitor.st, "toast", lambda text, **_: told.append(text))
    assert visitor.keep([taps.entry(np.zeros((28, 28), np.uint8), 4, "gone", "drawn")], [4]) == []
    assert told[0].startswith("Not kept: There is no model 'gone'")


def test_an_empty_paper_asks_nothing(store):
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not [button for button in app.button if button.label == "Right"]


def test_what_is_taken_away_can_be_read(store, kept):
    from mnist_app.collection.export import to_zip

    with zipfile.ZipFile(io.BytesIO(to_zip(store.entries("me")))) as file:
        assert sum(name.endswith(".png") for name in file.namelist()) == 12
