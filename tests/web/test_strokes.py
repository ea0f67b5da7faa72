import numpy as np
import pytest

from mnist_app.web.strokes import MARGIN, THINNEST, WIDEST, pen_width, read_lines, render_strokes, to_object

LINE = {"type": "Path", "path": [["M", 20, 30], ["L", 20, 90]]}


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
    over = {"path": [["M", 5, -10], ["L", 5, 40]]}
    assert ink(render_strokes([over], (20, 20), 4))[1] == pytest.approx(-12, abs=1)


def test_a_click_leaves_a_dot():
    dot = {"path": [["M", 10, 10], ["L", 10.001, 10]]}
    assert ink(render_strokes([dot], (20, 20), 4)) == pytest.approx((8, 8, 12, 12), abs=1)


def test_a_curve_bends():
    (line,) = read_lines([{"path": [["M", 0, 0], ["Q", 50, 100, 100, 0]]}])
    assert line[:, 1].max() == pytest.approx(50)
    assert np.allclose(line[-1], (100, 0))


def test_other_objects_are_left_out():
    assert read_lines([{"type": "Rect", "left": 1, "top": 1}]) == []


@pytest.mark.parametrize(
    ("origin", "left", "top"), [("center", 40, 70), ("left", 35, 35)], ids=["by its centre", "by its corner"]
)
def test_a_stroke_moved_on_the_canvas_is_moved(origin, left, top):
    moved = LINE | {"left": left, "top": top, "originX": origin, "originY": origin, "strokeWidth": 10}
    (line,) = read_lines([moved])
    assert np.allclose(line, [(40, 40), (40, 100)])


def test_a_stroke_scaled_and_turned_on_the_canvas_is_so():
    changed = LINE | {"left": 50, "top": 50, "originX": "center", "originY": "center", "scaleY": 0.5, "angle": 90}
    (line,) = read_lines([changed])
    assert np.allclose(line, [(65, 50), (35, 50)])


@pytest.mark.parametrize(("height", "width"), [(10, THINNEST), (100, 10), (900, WIDEST)])
def test_the_pen_suits_the_drawing(height, width):
    assert pen_width([np.array([(0, 0), (0, height)])]) == width


def test_a_pen_line_is_smoothed_and_keeps_its_ends():
    path = to_object([(0, 0), (10, 0), (10, 10), (0, 10)], 5, "black")["path"]
    assert path[0] == ["M", 0, 0]
    assert path[1] == ["Q", 10, 0, 10, 5]
    assert path[-1] == ["L", 0, 10]
