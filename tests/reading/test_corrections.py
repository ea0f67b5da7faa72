from dataclasses import replace

import numpy as np
import pytest

from mnist_app.reading.answer import Reading, Rejected
from mnist_app.reading.corrections import Mark, apply_typed, boxes_of, follow, label_marks, mark_reading, typed_digits
from mnist_app.reading.front_door import read_picture
from mnist_app.web.examples import compose_page

BEFORE = [Mark((10, 10, 20, 30), "4"), Mark((40, 10, 20, 30), "0"), Mark((70, 10, 20, 30), "7")]


@pytest.fixture(scope="module")
def reading(mnist_test, classifier) -> Reading:
    return read_picture(compose_page(mnist_test), classifier)


def test_nothing_changed():
    assert follow(BEFORE, BEFORE) == BEFORE


def test_a_box_that_came_back_rounded_is_the_same():
    after = [replace(mark, box=tuple(np.add(mark.box, 0.0004))) for mark in BEFORE]
    assert follow(BEFORE, after) == BEFORE


def test_a_moved_box_keeps_its_label_untyped():
    moved = replace(BEFORE[1], box=(42, 60, 20, 30))
    assert follow(BEFORE, [BEFORE[0], moved, BEFORE[2]])[1] == moved


def test_another_label_at_the_same_place_was_typed():
    after = follow(BEFORE, [BEFORE[0], replace(BEFORE[1], label="6"), BEFORE[2]])
    assert [mark.typed for mark in after] == [False, True, False]


def test_a_typed_label_stays_typed_when_its_box_moves():
    before = [replace(BEFORE[0], typed=True), *BEFORE[1:]]
    assert follow(before, [Mark((5, 90, 20, 30), "4"), *BEFORE[1:]])[0].typed


@pytest.mark.parametrize("label", ["", "x", "12"])
def test_what_is_no_digit_is_not_taken_as_typed(label):
    assert not follow(BEFORE, [replace(BEFORE[0], label=label)])[0].typed


def test_a_deleted_box_is_gone_and_a_new_one_has_no_label():
    assert follow(BEFORE, [*BEFORE[1:], Mark((5, 90, 20, 30))]) == [*BEFORE[1:], Mark((5, 90, 20, 30))]


def test_boxes_stay_inside_the_picture():
    marks = [Mark((-5, 2.4, 20, 30)), Mark((95, 45, 20, 30)), Mark((200, 200, 5, 5))]
    assert boxes_of(marks, (50, 100, 3)) == [(0, 2, 15, 30), (95, 45, 5, 5), (99, 49, 1, 1)]


def test_labels_nobody_typed_follow_the_network(reading):
    marks = [replace(mark, label="") for mark in mark_reading(reading)]
    marks.append(Mark((0, 0, 10, 10)))
    marks[0] = replace(marks[0], label="3", typed=True)
    boxes = boxes_of(marks, (1000, 1000))
    assert "".join(mark.label for mark in label_marks(marks, boxes, reading)) == "3071" + "23" + "98651" + "?"


def test_a_typed_digit_replaces_the_answer_in_its_row(reading):
    marks = mark_reading(reading)
    marks[5] = replace(marks[5], label="8", typed=True)
    corrected = apply_typed(marks, boxes_of(marks, (1000, 1000)), reading)
    assert corrected.text == "4071\n28\n98651"
    assert corrected.rows[1][1].confidence == pytest.approx(reading.rows[1][1].probabilities[8])


def test_only_digits_whose_label_was_typed_are_told(reading):
    marks = mark_reading(reading)
    marks[5] = replace(marks[5], label="8", typed=True)
    ((digit, label),) = typed_digits(marks, boxes_of(marks, (1000, 1000)), reading)
    assert (digit.label, label) == (3, 8)
    empty = [Mark((0, 0, 5, 5), "5", typed=True)]
    assert typed_digits(empty, boxes_of(empty, (1000, 1000)), reading) == []


def test_a_typed_digit_counts_where_the_network_sees_none(reading):
    x, y, w, h = reading.rows[1][1].box
    box = (x + 90, y, w, h)
    blurred = replace(reading, rejected=(Rejected(box, "not a digit"),))
    corrected = apply_typed([Mark(box, "5", typed=True)], [box], blurred)
    assert corrected.text == "4071\n235\n98651"
    assert not corrected.rejected
