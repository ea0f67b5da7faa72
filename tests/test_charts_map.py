import numpy as np
import pytest

from mnist_app import charts_map
from mnist_app.gallery import Case, Exam


@pytest.fixture
def exam() -> Exam:
    """Sixty digits, each class in its own direction, of which the first is misread."""
    rng = np.random.default_rng(0)
    y_true = np.arange(60) % 10
    features = (10 * np.eye(10)[y_true] + rng.normal(0, 0.1, (60, 10))).astype(np.float32)
    y_prob = np.eye(10, dtype=np.float32)[np.where(np.arange(60) == 0, 1, y_true)]
    return Exam("test", np.zeros((60, 28, 28), np.uint8), y_true, y_prob, features)


@pytest.fixture
def stored(exam) -> np.ndarray:
    """A map on which class c lies about (10 c, -5 c)."""
    return exam.y_true[:, np.newaxis] * np.array([10.0, -5.0]) + np.random.default_rng(1).normal(0, 0.1, (60, 2))


def test_places_fill_the_map(stored):
    places = charts_map.scale_points(stored, stored)
    assert places.min(axis=0).tolist() == [0, 0]
    assert places.max(axis=0).tolist() == [100, 100]


def test_misread_digits_are_drawn_last(exam, stored):
    table = charts_map.map_table(exam, charts_map.scale_points(stored, stored))
    assert table["number"].tolist() == [*range(1, 60), 0]
    assert not table["right"].iloc[-1]


def test_a_box_holds_the_digits_inside_it(exam, stored):
    places = charts_map.scale_points(stored, stored)
    found = charts_map.inside(places, ((40, 50), (40, 60)))
    assert exam.y_true[found].tolist() == [4] * len(found)
    assert len(charts_map.inside(places, (charts_map.WHOLE, charts_map.WHOLE))) == 60


@pytest.mark.parametrize("word", ["", "1,2,3", "a,b,c,d"])
def test_what_is_no_box_is_the_whole_map(word):
    assert charts_map.read_box(word) == (charts_map.WHOLE, charts_map.WHOLE)


def test_a_box_comes_back_from_the_address_and_stays_on_the_map():
    assert charts_map.read_box(charts_map.write_box(((1.26, 20), (3, 99.5)))) == ((1.3, 20), (3, 99.5))
    assert charts_map.read_box("-5,200,0,50") == ((0, 100), (0, 50))


def test_a_new_digit_lies_among_those_like_it(exam, stored):
    mine = Case(exam.images[0], exam.y_prob[3], 10 * np.eye(10, dtype=np.float32)[3])
    among = charts_map.scale_points(stored, stored)[exam.y_true == 3].mean(axis=0)
    assert np.abs(charts_map.place_case(mine, exam, stored) - among).max() < 8
    known = charts_map.place_case(exam.case(7), exam, stored)
    assert known.tolist() == charts_map.scale_points(stored, stored)[7].tolist()


@pytest.mark.parametrize("colour", charts_map.COLOURS)
def test_the_map_is_filled_marked_and_boxed(exam, stored, colour):
    places = charts_map.scale_points(stored, stored)
    table, spec = charts_map.map_table(exam, places), charts_map.map_chart(exam, places, colour, brush=True)
    empty = {p["name"]: p.get("value") for p in charts_map.fill(spec, table)["params"]}
    assert empty == {"box": None, "here": [-1, -1]}
    filled = charts_map.fill(spec, table, np.array([1.0, 2.0]), ((1, 2), (3, 4)))
    values = {p["name"]: p["value"] for p in filled["params"]}
    assert values == {"box": {"x": [1, 2], "y": [3, 4]}, "here": [1, 2]}
    assert filled["datasets"] == {charts_map.DATA: table}
    assert filled["layer"][0]["data"] == {"name": charts_map.DATA}


def test_a_map_to_look_at_has_no_box(exam, stored):
    spec = charts_map.map_chart(exam, charts_map.scale_points(stored, stored), charts_map.BY_DIGIT, brush=False)
    assert [p["name"] for p in spec["params"]] == ["here"]
