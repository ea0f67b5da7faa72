import numpy as np
import pytest

from mnist_app.charts_map import WHOLE
from mnist_app.session import Session, Sheet


@pytest.fixture
def sheet() -> Sheet[list[str]]:
    """A sheet whose canvas has been shown once."""
    sheet = Sheet(["stroke"])
    assert sheet.hand_over(fresh=True)
    return sheet


def test_a_canvas_is_given_what_is_put_on_it_once(sheet):
    assert not sheet.hand_over(fresh=False)
    sheet.put([])
    assert (sheet.content, sheet.start) == ([], [])
    assert sheet.hand_over(fresh=False)
    assert not sheet.hand_over(fresh=False)


def test_what_the_visitor_draws_is_not_given_back(sheet):
    turn = sheet.turn
    sheet.content = ["stroke", "another"]
    assert not sheet.hand_over(fresh=False)
    assert (sheet.start, sheet.turn) == (["stroke"], turn)


def test_the_same_drawing_given_twice_is_another_turn(sheet):
    turns = []
    for _ in range(2):  # drawn and undone, twice
        sheet.content = ["stroke", "another"]
        sheet.put(sheet.content[:-1])
        turns.append(sheet.turn)
    assert sheet.start == ["stroke"]
    assert turns[0] != turns[1]


def test_a_canvas_that_was_left_begins_with_what_lay_on_it(sheet):
    sheet.content = ["stroke", "another"]
    assert sheet.hand_over(fresh=True)
    assert sheet.start == ["stroke", "another"]


def test_visitors_share_nothing():
    one, other = Session(), Session()
    one.drawing.content.append({"type": "Path"})
    one.marks["card"] = Sheet([])
    one.map_box.put(((1, 2), (3, 4)))
    assert (other.drawing.content, other.marks, other.map_box.content) == ([], {}, (WHOLE, WHOLE))


def test_a_digit_is_kept_with_where_it_lies():
    session = Session()
    image = np.eye(28, dtype=np.uint8)
    session.keep_digit(image, drawn=True)
    assert session.digit is image
    assert session.digit_is_drawn
    session.keep_digit(image, drawn=False)
    assert not session.digit_is_drawn
