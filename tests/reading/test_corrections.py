from dataclasses import replace

import pytest

from mnist_app.reading.answer import Reading, Rejected
from mnist_app.reading.corrections import Mark, apply_typed, boxes_of, digit_in, mark_reading, typed_digits
from mnist_app.reading.front_door import read_picture
from mnist_app.web.examples import compose_page


@pytest.fixture(scope="module")
def reading(mnist_test, classifier) -> Reading:
    return read_picture(compose_page(mnist_test), classifier)


def test_boxes_stay_inside_the_picture():
    marks = [Mark((-5, 2.4, 20, 30)), Mark((95, 45, 20, 30)), Mark((200, 200, 5, 5))]
    assert boxes_of(marks, (50, 100, 3)) == [(0, 2, 15, 30), (95, 45, 5, 5), (99, 49, 1, 1)]


def test_each_box_knows_its_digit(reading):
    found = [digit_in(mark.box, reading.digits) for mark in mark_reading(reading)]
    assert found == list(reading.digits)
    assert digit_in((0, 0, 10, 10), reading.digits) is None
    x, y, w, h = reading.digits[0].box
    assert digit_in((x - 5, y - 5, w + 10, h + 10), reading.digits) is reading.digits[0]


def test_of_two_boxes_that_share_ink_each_knows_its_own_digit(reading):
    x, y, w, h = reading.digits[0].box
    inside = replace(reading.digits[1], box=(x, y, w // 2, h // 2))
    both = [reading.digits[0], inside]
    assert [digit_in(digit.box, both) for digit in both] == both


def test_a_typed_digit_replaces_the_answer_in_its_row(reading):
    marks = mark_reading(reading)
    marks[5] = replace(marks[5], digit=8)
    corrected = apply_typed(marks, boxes_of(marks, (1000, 1000)), reading)
    assert corrected.text == "4071\n28\n98651"
    assert corrected.rows[1][1].state == "typed"
    assert corrected.rows[1][1].confidence == pytest.approx(reading.rows[1][1].probabilities[8])


def test_only_digits_whose_label_was_typed_are_told(reading):
    marks = mark_reading(reading)
    marks[5] = replace(marks[5], digit=8)
    ((digit, label),) = typed_digits(marks, boxes_of(marks, (1000, 1000)), reading)
    assert (digit.label, label) == (3, 8)
    empty = [Mark((0, 0, 5, 5), 5)]
    assert typed_digits(empty, boxes_of(empty, (1000, 1000)), reading) == []


def test_a_typed_digit_counts_where_the_network_sees_none(reading):
    x, y, w, h = reading.rows[1][1].box
    box = (x + 90, y, w, h)
    blurred = replace(reading, rejected=(Rejected(box, "not a digit"),))
    corrected = apply_typed([Mark(box, 5)], [box], blurred)
    assert corrected.text == "4071\n235\n98651"
    assert not corrected.rejected
