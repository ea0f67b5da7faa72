import numpy as np
import pytest

from mnist_app.reading.answer import Rejected
from mnist_app.reading.front_door import read_picture
from mnist_app.web import annotate
from mnist_app.web.examples import compose_page


def test_a_large_picture_is_reduced_and_transparency_is_paper():
    picture = np.zeros((1500, 3000, 4), np.uint8)
    picture[:, 1500:, 3] = 255
    small = annotate.reduce_picture(picture)
    assert small.shape == (500, 1000, 3)
    assert small[0, 0].tolist() == [255, 255, 255]
    assert small[0, -1].tolist() == [0, 0, 0]


def test_boxes_are_drawn_in_the_colour_of_their_state(mnist_test, classifier):
    page = compose_page(mnist_test)
    reading = read_picture(page, classifier)
    drawn = annotate.draw_reading(page, reading, 1.0)
    assert drawn.shape == page.shape
    for digit in reading.digits:
        colour = annotate.SURE if digit.state == "sure" else annotate.UNSURE
        x, y, _, h = digit.box
        assert tuple(drawn[y + h // 2, x]) == colour


@pytest.mark.parametrize("count", [0, 1, 50])
def test_what_was_left_out_is_drawn_softly(count):
    page = np.full((1000, 1000, 3), 255, np.uint8)
    left_out = annotate.group_left_out(Rejected((40, 18 * i + 5, 20, 6), "dot") for i in range(count))
    reading = type("", (), {"digits": ()})
    drawn = annotate.draw_reading(page, reading, 1.0, left_out)
    assert (drawn != page).any() == bool(count)
    assert (drawn < 100).mean() < 0.001


def test_what_was_left_out_is_grouped_by_its_reason():
    word = [Rejected((10 * i, 30, 8, 12), "part of a word") for i in range(5)]
    lines = [Rejected((0, 100 * i, 400, 3), "ruled line") for i in range(annotate.FEW + 1)]
    last = Rejected((300, 300, 8, 8), "printed")
    found = annotate.group_left_out([lines[0], *word, *lines[1:], last])
    assert found[0] == ("ruled line", [line.box for line in lines], [])
    assert found[1:] == [("part of a word", [(0, 30, 48, 12)], ["a"]), ("printed", [(300, 300, 8, 8)], ["b"])]


@pytest.mark.parametrize(("place", "letter"), [(0, "a"), (25, "z"), (26, "a2")])
def test_letters_do_not_run_out(place, letter):
    assert annotate.letter(place) == letter
