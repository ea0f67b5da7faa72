import numpy as np
import pytest

from mnist_app.web.strokes import MARGIN, THINNEST, WIDEST, pen_width, render_strokes, smooth

LINE = [(20, 30), (20, 90)]


def ink(picture: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(picture[..., 0] < 128)
    return tuple(int(edge) - MARGIN for edge in (columns.min(), rows.min(), columns.max(), rows.max()))


def test_a_line_lies_where_it_was_drawn():
    picture = render_strokes([LINE], (120, 100), 6)
    assert picture.shape == (100 + 2 * MARGIN, 120 + 2 * MARGIN, 3)
    assert picture.dtype == np.uint8
    assert ink(picture) == pytest.approx((17, 27, 23, 93), abs=1)


def test_an_empty_drawing_is_white():
    assert render_strokes([], (40, 30)).min() == 255


def test_what_leaves_the_canvas_stays_on_the_paper():
    over = [(5, -10), (5, 40)]
    assert ink(render_strokes([over], (20, 20), 4))[1] == pytest.approx(-12, abs=1)


def test_a_click_leaves_a_dot():
    dot = [(10, 10)]
    assert ink(render_strokes([dot], (20, 20), 4)) == pytest.approx((8, 8, 12, 12), abs=1)


def test_points_bend_a_curve_from_middle_to_middle():
    line = smooth([(0, 0), (10, 0), (10, 10), (0, 10)])
    assert line[0].tolist() == [0, 0]
    assert line[-1].tolist() == [0, 10]
    assert [10, 5] in line.tolist()  # between the two that bend
    assert (line[:, 0] < 10).sum() == len(line) - 1, "no corner is reached"


def test_a_point_given_twice_is_a_sharp_corner():
    line = smooth([(0, 0), (10, 0), (10, 0), (10, 10)])
    assert [10, 0] in line.tolist()
    assert (np.abs(line - (10, 0)) < 1e-9).any(axis=1).all(), "all points lie on one of the two straight lines"


@pytest.mark.parametrize("points", [[(3, 4)], [(3, 4), (5, 6)]])
def test_too_few_points_to_bend_stay_as_they_are(points):
    assert smooth(points).tolist() == [list(map(float, point)) for point in points]


@pytest.mark.parametrize(("height", "width"), [(10, THINNEST), (100, 10), (900, WIDEST)])
def test_the_pen_suits_the_drawing(height, width):
    assert pen_width([np.array([(0, 0), (0, height)])]) == width
