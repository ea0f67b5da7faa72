import numpy as np
import pytest

from mnist_app.insight.charts.map import BY_DIGIT, COLOURS, DATA, fill, map_chart, map_table, mark_places
from mnist_app.insight.places import scale_points


def test_misread_digits_are_drawn_last(exam, stored):
    table = map_table(exam, scale_points(stored, stored))
    assert table["number"].tolist() == [*range(1, 60), 0]
    assert not table["right"].iloc[-1]


@pytest.mark.parametrize("colour", COLOURS)
def test_the_map_is_filled_marked_and_boxed(exam, stored, colour):
    places = scale_points(stored, stored)
    table, spec = map_table(exam, places), map_chart(exam, places, colour, brush=True)
    empty = {p["name"]: p.get("value") for p in fill(spec, table)["params"]}
    assert empty == {"box": None, "here": [-1, -1]}
    filled = fill(spec, table, np.array([1.0, 2.0]), ((1, 2), (3, 4)))
    values = {p["name"]: p["value"] for p in filled["params"]}
    assert values == {"box": {"x": [1, 2], "y": [3, 4]}, "here": [1, 2]}
    assert filled["datasets"] == {DATA: table}
    assert filled["layer"][0]["data"] == {"name": DATA}


def test_a_map_to_look_at_has_no_box(exam, stored):
    spec = map_chart(exam, scale_points(stored, stored), BY_DIGIT, brush=False)
    assert [p["name"] for p in spec["params"]] == ["here"]


def test_many_places_are_marked_over_the_digits(exam, stored):
    spec = map_chart(exam, scale_points(stored, stored), BY_DIGIT, brush=False)
    marked = mark_places(spec, np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert marked["layer"][:-1] == spec["layer"]
    assert marked["layer"][-1]["data"]["values"] == [{"x": 1.0, "y": 2.0}, {"x": 3.0, "y": 4.0}]
    assert marked["layer"][-1]["mark"]["shape"] == "diamond"
