"""Forged drawings: what paper and picture never send, but anyone can send in their name."""

import copy
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.reading.corrections import Mark, boxes_of
from mnist_app.web.examples import draw_example
from mnist_app.web.from_canvas import (
    AS_READ,
    MOST_BOXES,
    MOST_POINTS,
    MOST_STROKES,
    NO_BOXES,
    NO_STROKES,
    TOO_MANY,
    take_boxes,
    take_strokes,
)
from mnist_app.web.strokes import render_strokes

APP = Path(__file__).parents[2] / "app.py"
SIZE = (480, 300)
SECONDS = 2.0  # of the processor's time, on a busy machine
DEEP: list[Any] = []
for _ in range(100):
    DEEP = [DEEP]
NO_NUMBERS = [None, True, 1e308, -1e5, float("nan"), float("inf"), 10**400, "", "7", "12.5", [], {}, DEEP, b"M"]
NO_STROKE = [
    *NO_NUMBERS, -1, 0, "M", "Path", "é" * 99, [[]], {"path": []}, [["Q", 1, 2, 3, 4]], [["C", 1, 2, 3, 4, 5, 6]],
    [["M", "1", 2]], [["M", 1]], ["M", 1, 2], [["L", 1, 2, 3]], {"$ne": 1}, [None] * 50,
]  # fmt: skip
FORGED = [*NO_STROKE, -0.0, 20_000, "left", "Q", [["M", 1, 1]]]


def of(strokes: Any) -> dict[str, Any]:
    """What the page holds of a paper with these strokes."""
    return {"strokes": strokes}


def boxed(boxes: Any, change: Any = 1) -> dict[str, Any]:
    """What the page holds of a picture with these boxes."""
    return {"told": {"change": change, "boxes": boxes}}


def a_box() -> dict[str, Any]:
    return {"box": [5, 6.5, 70, 80], "digit": 4}


def forge(sent: Any, rng: np.random.Generator) -> Any:
    """A copy of what the browser sends, of which one to three places hold something else."""
    forged = {"all": copy.deepcopy(sent)}
    for _ in range(rng.integers(1, 4)):
        holder, key = forged, "all"
        while isinstance(holder[key], dict | list) and holder[key] and rng.random() < 0.85:
            holder = holder[key]
            key = rng.choice(list(holder)) if isinstance(holder, dict) else int(rng.integers(len(holder)))
        if isinstance(holder, list) and rng.random() < 0.2:
            holder += [copy.deepcopy(holder[key])] * int(rng.integers(1, 300))
        else:
            holder[key] = copy.deepcopy(FORGED[rng.integers(len(FORGED))])
    return forged["all"]


def test_a_drawing_is_taken_as_it_was_drawn():
    drawn = draw_example(4, SIZE, 16)
    assert take_strokes(of([stroke | {"colour": "red"} for stroke in drawn])) == (drawn, "")
    assert take_strokes(of([])) == ([], "")


def test_boxes_are_taken_as_they_were_drawn():
    sent = boxed([a_box() | {"fill": "red"}, a_box() | {"digit": None}], 7)
    assert take_boxes(sent) == ([Mark((5, 6.5, 70, 80), 4), Mark((5, 6.5, 70, 80))], 7, "")
    assert take_boxes(boxed(None)) == (None, 1, "")
    assert take_boxes({"told": None}) is take_boxes({}) is take_boxes(None) is None


@pytest.mark.parametrize("value", NO_STROKE, ids=lambda value: repr(value)[:20])
def test_what_is_no_stroke_is_left_out_and_the_others_stay(value):
    good = draw_example(4, SIZE, 16)
    for bad in (value, good[0] | {"points": value}, good[0] | {"width": value} if value in NO_NUMBERS else value):
        assert take_strokes(of([good[0], bad, *good[1:]])) == (good, NO_STROKES)
    for state in (value, {"strokes": value}):
        assert take_strokes(state).strokes == []


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: repr(value)[:20])
def test_a_point_has_two_numbers_on_or_near_the_paper(value):
    for points in ([[value, 1]], [[1, 1], [5, value]], [[1, 1], [5, 6, 7]]):
        assert take_strokes(of([{"width": 16, "points": points}])) == ([], NO_STROKES)


def test_a_thousand_forged_drawings_are_drawn_as_far_as_they_fit():
    rng, whole = np.random.default_rng(0), 0
    sent = of(draw_example(8, SIZE, 16) + draw_example(4, SIZE, 16))
    for _ in range(1000):
        strokes, left_out = take_strokes(forge(sent, rng))
        assert left_out in ("", NO_STROKES, TOO_MANY)
        assert render_strokes([each["points"] for each in strokes], SIZE).shape == (380, 560, 3)
        whole += not left_out
    assert 0 < whole < 500, "most of them are worth sending"


@pytest.mark.parametrize(
    "value", [-1e7, *(one for one in NO_NUMBERS[1:] if one != -1e5)], ids=lambda value: repr(value)[:20]
)
def test_a_box_has_four_numbers_and_at_most_one_digit(value):
    good = a_box()
    for bad in (value, good | {"box": value}, good | {"digit": value}, *(good | {"box": box} for box in sides(value))):
        assert take_boxes(boxed([good, bad])) == ([Mark((5, 6.5, 70, 80), 4)], 1, NO_BOXES)
    assert take_boxes(boxed([good], value)) == take_boxes({"told": value}) == (None, 0, NO_BOXES)


def sides(value: Any) -> list[list[Any]]:
    """The box with something else in the place of each of its numbers, or after them."""
    right = a_box()["box"]
    return [[*right[:i], value, *right[i + 1 :]] for i in range(5)]


def test_forged_boxes_are_left_out():
    rng, whole = np.random.default_rng(1), 0
    for _ in range(500):
        marks, _, left_out = take_boxes(forge(boxed([a_box(), a_box() | {"digit": None}]), rng)) or AS_READ
        assert left_out in ("", NO_BOXES)
        assert len(boxes_of(marks or [], (50, 40, 3))) == len(marks or [])
        whole += not left_out
    assert 0 < whole < 400
    assert len(take_boxes(boxed([a_box()] * (MOST_BOXES + 1))).marks) == MOST_BOXES


@pytest.mark.parametrize(
    ("objects", "taken"),
    [
        ([{"width": 9, "points": [[1, 1]] * 1_000_000}], 0),
        ([{"width": 9, "points": [[1, "1"]] * MOST_POINTS}], 0),
        ([{"width": 9, "points": [[1, 1]]}] * 1_000_000, MOST_STROKES),
        ([{"width": 9, "points": [[1, 1]] * (MOST_POINTS // 4)}] * 9, 4),
        ([{"width": 9}] * 1_000_000, 0),
        ([0] * 1_000_000, 0),
    ],
    ids=["a long stroke", "wrong points", "many dots", "many long strokes", "many others", "many numbers"],
)
def test_a_million_points_cost_no_time(objects, taken):
    start = time.process_time()
    strokes, left_out = take_strokes(of(objects))
    render_strokes([each["points"] for each in strokes], SIZE)
    assert time.process_time() - start < SECONDS
    assert len(strokes) == taken
    assert left_out in (NO_STROKES, TOO_MANY)


def test_the_longest_drawing_is_drawn_in_time():
    far = np.random.default_rng(0).uniform(-10_000, 10_000, (MOST_POINTS, 2)).tolist()
    sent = of([{"width": 40, "points": far}])
    start = time.process_time()
    strokes, left_out = take_strokes(sent)
    render_strokes([each["points"] for each in strokes], SIZE)
    assert time.process_time() - start < SECONDS
    assert not left_out


@pytest.fixture(scope="module")
def page() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=30).run()


def test_the_page_says_that_a_part_was_left_out_and_reads_the_rest(page):
    page.session_state["drawing"] = of([*draw_example(4, SIZE, 16), {"width": 9, "points": [["x", 1]]}])
    page.run()
    assert not page.exception
    assert [warning.value for warning in page.warning] == [NO_STROKES]
    status = next(element.proto.body for element in page.get("html") if 'role="status"' in element.proto.body)
    assert ">4</div>" in status
    page.run()
    assert not page.warning, "it is said once"


def test_the_page_survives_forged_drawings(page):
    rng = np.random.default_rng(2)
    sent = of(draw_example(4, SIZE, 16))
    for _ in range(40):
        page.session_state["drawing"] = forge(sent, rng)
        assert not page.run().exception
