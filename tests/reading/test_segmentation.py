import cv2
import numpy as np
import pytest

from mnist_app.reading.lines import remove_lines
from mnist_app.reading.rows import reading_order
from mnist_app.reading.segmentation import find_pieces, ink_inside, outer_boxes, union
from mnist_app.reading.touching import between, find_cuts


def canvas(height: int = 400, width: int = 600) -> np.ndarray:
    return np.zeros((height, width), np.uint8)


def test_pieces_come_from_large_to_small_without_dust():
    ink = canvas()
    ink[50:150, 50:60] = 1
    ink[50:90, 200:210] = 1
    ink[300, 300] = 1
    pieces = find_pieces(ink.astype(bool))
    assert [piece.box for piece in pieces] == [(50, 50, 10, 100), (200, 50, 10, 40)]
    assert pieces[0].area == 1000
    assert pieces[0].stroke == pytest.approx(10, rel=0.2)


def test_a_blank_mask_has_no_pieces():
    assert find_pieces(canvas().astype(bool)) == []


def test_union():
    ink = canvas()
    ink[50:150, 50:60] = 1
    ink[50:90, 80:90] = 1
    a, b = find_pieces(ink.astype(bool))
    joined = union([a, b])
    assert joined.box == (50, 50, 40, 100)
    assert joined.area == 1400


def test_ink_inside_a_box_is_drawn_tight():
    ink = canvas().astype(bool)
    ink[50:150, 50:60] = True
    assert ink_inside(ink, (-20, 30, 200, 60)).box == (50, 50, 10, 40)
    assert ink_inside(ink, (300, 300, 50, 50)) is None


def digit_like(ink: np.ndarray, x: int, y: int) -> None:
    cv2.ellipse(ink, (x, y), (14, 22), 0, 0, 360, 1, 4)


def test_ruled_lines_go_and_strokes_that_cross_them_stay():
    ink = canvas()
    for y in (100, 200, 300):
        cv2.line(ink, (0, y), (599, y + 6), 1, 2)
    digit_like(ink, 150, 200)
    alone = canvas()
    digit_like(alone, 150, 200)
    left, lines = remove_lines(ink.astype(bool))
    assert len(lines) == 3
    assert len(find_pieces(left)) == 1
    assert left[alone.astype(bool)].mean() > 0.93


def test_faint_lines_go_although_the_mask_lost_parts_of_them():
    faint = canvas()
    for y in (100, 200, 300):
        cv2.line(faint, (0, y), (599, y), 1, 2)
    mask = faint.copy()
    for x in (60, 180, 300, 420, 540):
        mask[150:250, x - 40 : x + 40] = 0  # ink raises the threshold around it
        digit_like(mask, x, 200)
    assert len(find_pieces(remove_lines(mask.astype(bool))[0])) > 5
    assert len(find_pieces(remove_lines(mask.astype(bool), (mask | faint).astype(bool))[0])) == 5


def test_table_borders_go_and_cells_stay():
    ink = canvas()
    for x in (50, 200, 350, 500):
        cv2.line(ink, (x, 50), (x + 5, 350), 1, 3)
    for y in (50, 150, 250, 350):
        cv2.line(ink, (50, y), (505, y + 8), 1, 3)
    for x in (125, 275, 425):
        for y in (105, 205, 305):
            digit_like(ink, x, y)
    left, lines = remove_lines(ink.astype(bool))
    assert len(lines) == 8
    assert len([piece for piece in find_pieces(left) if piece.size > 30]) == 9


def test_what_lies_inside_a_thick_bar_goes_with_it():
    ink = canvas()
    for y in (80, 200, 320):
        ink[y : y + 30] = 1
        for x in range(20, 600, 60):
            cv2.rectangle(ink, (x, y + 7), (x + 16, y + 23), 0, 2)
    digit_like(ink, 150, 155)
    left, _lines = remove_lines(ink.astype(bool))
    assert [piece.box[:2] for piece in find_pieces(left)] == [(134, 131)]


@pytest.mark.parametrize("points", [[(100, 50), (450, 50), (250, 380)], [(120, 60), (480, 60), (120, 350), (480, 350)]])
def test_the_straight_strokes_of_a_digit_are_no_lines(points):
    ink = canvas()
    cv2.polylines(ink, [np.array(points)], False, 1, 5)
    mask = ink.astype(bool)
    assert remove_lines(mask)[0] is mask


def test_rows_come_from_top_to_bottom_and_left_to_right():
    boxes = [(x, y, 20, 40) for y in (10, 110, 210) for x in (300, 20, 160)]
    assert reading_order(boxes) == [[1, 2, 0], [4, 5, 3], [7, 8, 6]]


def test_slanted_rows_and_different_sizes_stay_together():
    slanted = [(60 * i, 20 + 12 * i, 30, 40) for i in range(8)] + [(60 * i, 100 + 12 * i, 30, 40) for i in range(8)]
    assert reading_order(slanted) == [list(range(8)), list(range(8, 16))]
    assert reading_order([(0, 20, 10, 20), (40, 0, 60, 90), (120, 30, 20, 25)]) == [[0, 1, 2]]


def test_no_boxes_no_rows():
    assert reading_order([]) == []


def test_a_cut_goes_between_digits_that_touch():
    ink = canvas(100, 170)
    cv2.ellipse(ink, (40, 50), (28, 40), 0, 0, 360, 1, 6)
    cv2.ellipse(ink, (112, 50), (28, 40), 0, 0, 360, 1, 6)
    cv2.line(ink, (66, 55), (86, 50), 1, 4)
    (blob,) = find_pieces(ink.astype(bool))
    cuts = find_cuts(blob.mask)
    middle = min(cuts, key=lambda cut: abs(cut.mean() - blob.box[2] / 2))
    assert abs(middle.mean() - blob.box[2] / 2) < 8
    left, right = between(blob, None, middle), between(blob, middle, None)
    assert left.area + right.area == blob.area
    assert left.area == pytest.approx(right.area, rel=0.15)


def test_outer_boxes_are_those_of_the_pieces():
    mask = (np.random.default_rng(0).random((60, 80)) < 0.3).astype(np.uint8)
    mask[20:50, 30:70] = 0
    mask[20:50, 30:70][[0, -1]] = mask[20:50, 30:70][:, [0, -1]] = 1
    mask[30:40, 45:55] = 1  # a piece inside the hole of another one
    expected = cv2.connectedComponentsWithStats(mask, connectivity=8)[2][1:, :4]
    assert sorted(outer_boxes(mask)) == sorted(tuple(map(int, box)) for box in expected)
    assert outer_boxes(np.zeros((5, 5), np.uint8)) == []
