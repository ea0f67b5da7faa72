import base64

import cv2
import numpy as np
import pytest

from mnist_app.reading.corrections import Mark
from mnist_app.reading.front_door import read_picture
from mnist_app.web import labelled_picture
from mnist_app.web.examples import compose_page
from mnist_app.web.from_canvas import AS_READ
from mnist_app.web.left_out_ink import LeftOut


def test_a_large_picture_is_reduced_and_transparency_is_paper():
    picture = np.zeros((1500, 3000, 4), np.uint8)
    picture[:, 1500:, 3] = 255
    kind, code = labelled_picture.to_url(picture).split(",")
    assert kind == "data:image/jpeg;base64"
    small = cv2.imdecode(np.frombuffer(base64.b64decode(code), np.uint8), cv2.IMREAD_COLOR)
    assert small.shape == (500, 1000, 3)
    assert small[0, 0].tolist() == [255, 255, 255]
    assert small[0, -1].tolist() == [0, 0, 0]


@pytest.fixture
def show(mnist_test, classifier, monkeypatch):
    """Show the example page, its reading and what is given; returns what the browser is told."""
    told = {}
    monkeypatch.setattr(labelled_picture, "_show", lambda **given: told.update(given["data"]))
    page = compose_page(mnist_test)
    reading = read_picture(page, classifier)

    def show(taken=AS_READ, left_out=()) -> dict:
        labelled_picture.show_picture(
            "key", "a.png", "data:", shape=page.shape, reading=reading, taken=taken, left_out=left_out
        )
        return told

    return show


def test_the_browser_is_told_each_digit_with_its_row(show):
    told = show(left_out=[LeftOut("printed", [(1, 2, 3, 4)], ["a"]), LeftOut("a speck", [(5, 6, 7, 8)] * 2, [])])
    rows = [[mark["label"] for mark in told["marks"] if mark["row"] == row] for row in range(3)]
    assert ["".join(row) for row in rows] == ["4071", "23", "98651"]
    assert all(mark["said"].startswith(f"{mark['label']}, ") and mark["said"].endswith("%") for mark in told["marks"])
    assert told["alt"] == "a.png with boxes around what was read: 4071, 23, 98651"
    assert not told["corrected"]
    assert [(one["letter"], one["reason"]) for one in told["left_out"]] == [("a", "printed"), *[("", "a speck")] * 2]


def test_a_box_in_which_no_digit_is_seen_is_not_sure(show):
    told = show(AS_READ._replace(marks=[Mark((0, 0, 9, 9))], change=3))
    (mark,) = told["marks"]
    assert (mark["label"], mark["sure"], told["corrected"], told["heard"]) == ("", False, True, 3)
