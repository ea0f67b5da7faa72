import numpy as np
import pytest

from mnist_app import annotate
from mnist_app.examples import compose_page
from mnist_app.reading import Rejected, read_picture


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


@pytest.mark.parametrize("shown", [False, True])
def test_what_was_left_out_is_drawn_on_demand(shown):
    page = np.full((100, 100, 3), 255, np.uint8)
    reading = type("", (), {"digits": (), "rejected": (Rejected((40, 40, 20, 20), "dot"),)})
    drawn = annotate.draw_reading(page, reading, 1.0, shown)
    assert (drawn != page).any() == shown


@pytest.mark.parametrize(("place", "letter"), [(0, "a"), (25, "z"), (26, "a2")])
def test_letters_do_not_run_out(place, letter):
    assert annotate.letter(place) == letter
