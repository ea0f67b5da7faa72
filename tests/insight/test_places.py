import numpy as np
import pytest

from mnist_app.insight import places
from mnist_app.insight.exam import Case


def test_new_images_are_placed_beside_their_neighbours():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 50)
    features = 10 * np.eye(3)[labels] + rng.normal(0, 1, (150, 3))
    points = 100 * np.array([[0, 0], [1, 0], [0, 1]])[labels] + rng.normal(0, 1, (150, 2))
    placed = places.place(np.concatenate([10 * np.eye(3), features[:2]]), features, points.astype(np.float16))
    np.testing.assert_allclose(placed[:3], [[0, 0], [100, 0], [0, 100]], atol=3)
    np.testing.assert_allclose(placed[3:], points[:2], atol=0.5)  # known images appear where they are
    assert places.place(features[:0], features, points).shape == (0, 2)


def test_places_fill_the_map(stored):
    points = places.scale_points(stored, stored)
    assert points.min(axis=0).tolist() == [0, 0]
    assert points.max(axis=0).tolist() == [100, 100]


def test_a_box_holds_the_digits_inside_it(exam, stored):
    points = places.scale_points(stored, stored)
    found = places.inside(points, ((40, 50), (40, 60)))
    assert exam.y_true[found].tolist() == [4] * len(found)
    assert len(places.inside(points, (places.WHOLE, places.WHOLE))) == 60


@pytest.mark.parametrize("word", ["", "1,2,3", "a,b,c,d", "nan,nan,nan,nan", "1,nan,2,3", "90,10,0,50", "0,50,90,10"])
def test_what_is_no_box_is_the_whole_map(word):
    assert places.read_box(word) == (places.WHOLE, places.WHOLE)


def test_a_box_comes_back_from_the_address_and_stays_on_the_map():
    assert places.read_box(places.write_box(((1.26, 20), (3, 99.5)))) == ((1.3, 20), (3, 99.5))
    assert places.read_box("-5,200,0,50") == ((0, 100), (0, 50))


def test_a_new_digit_lies_among_those_like_it(exam, stored):
    mine = Case(exam.images[0], exam.y_prob[3], 10 * np.eye(10, dtype=np.float32)[3])
    among = places.scale_points(stored, stored)[exam.y_true == 3].mean(axis=0)
    assert np.abs(places.place_case(mine, exam, stored) - among).max() < 8
    known = places.place_case(exam.case(7), exam, stored)
    assert known.tolist() == places.scale_points(stored, stored)[7].tolist()
