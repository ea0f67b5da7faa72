import cv2
import numpy as np
import pytest

from mnist_app.insight import slices


def bar(slope: float, width: int) -> np.ndarray:
    image = np.zeros((28, 28), np.uint8)
    for row in range(4, 24):
        left = round(13.5 - slope * (row - 13.5) - width / 2)
        image[row, left : left + width] = 255
    return image


def test_properties_of_drawn_bars():
    found = slices.properties(np.stack([bar(0, 2), bar(0.5, 2), bar(-0.5, 4), np.zeros((28, 28), np.uint8)]))
    assert found["ink"] == pytest.approx([40 / 784, 40 / 784, 80 / 784, 0])
    assert found["slant"] == pytest.approx([0, np.degrees(np.arctan(0.5)), -np.degrees(np.arctan(0.5)), 0], abs=1.5)
    assert found["height"].tolist() == [20, 20, 20, 0]
    assert found["width"][0] == 2
    assert found["stroke width"][0] == pytest.approx(2, abs=0.3)
    assert found["stroke width"][2] == pytest.approx(4 * np.cos(np.arctan(0.5)), abs=0.6)
    assert all(values.dtype == np.float32 for values in found.values())


def test_wider_pens_have_wider_strokes(mnist_test):
    images = mnist_test[0][:50]
    wider = np.stack([cv2.dilate(image, np.ones((3, 3), np.uint8)) for image in images])
    assert (slices.properties(wider)["stroke width"] > slices.properties(images)["stroke width"]).all()


def test_slices_hold_every_image_once_property_by_property():
    rng = np.random.default_rng(0)
    values = {"slant": rng.normal(0, 10, 1000), "height": np.full(1000, 20.0)}
    correct = np.ones(1000, bool)
    correct[values["slant"] > np.quantile(values["slant"], 0.85)] = False
    found = slices.slices(values, correct)
    assert [s.property for s in found] == ["slant"] * 5 + ["height"]
    assert [s.low for s in found[:5]] == sorted(s.low for s in found[:5])
    weakest = slices.weakest(found)
    assert weakest == found[4]
    assert (weakest.right, weakest.total, weakest.interval.value) == (50, 200, 0.25)
    assert weakest.verdict == slices.WORSE
    assert all(weakest.low <= values["slant"][i] <= weakest.high for i in weakest.examples)
    assert len(set(weakest.examples)) == 3
    for name, number in (("slant", 5), ("height", 1)):
        parts = [s for s in found if s.property == name]
        assert len(parts) == number
        assert sum(s.total for s in parts) == 1000


def test_values_that_repeat_stay_in_one_slice():
    found = slices.slices({"height": np.repeat([18.0, 20.0], [10, 90])}, np.ones(100, bool))
    assert sorted((s.low, s.high, s.total) for s in found) == [(18, 18, 10), (20, 20, 90)]


def test_what_overlaps_could_be_chance():
    assert slices.judge(95, 100, 980, 1000) == slices.CHANCE
    assert slices.judge(80, 100, 980, 1000) == slices.WORSE
    assert slices.judge(500, 500, 900, 1000) == slices.BETTER
