import numpy as np
import pytest

from mnist_app.network import model_store
from mnist_app.reading.front_door import read_picture
from mnist_app.web import strokes, tracing

SIZE = (480, 300)


def test_strokes_stay_inside_and_keep_the_thin_pen(mnist_test):
    for image in mnist_test[0][:10]:
        traced = tracing.trace(image, SIZE)
        points = np.concatenate(lines := [strokes.smooth(stroke["points"]) for stroke in traced])
        assert points.min() >= 0
        assert (points.max(axis=0) <= SIZE).all()
        assert strokes.pen_width(lines) == strokes.THINNEST


def test_nothing_is_traced_of_blank_paper():
    assert tracing.trace(np.zeros((28, 28), np.uint8), SIZE) == []


@pytest.mark.parametrize("size", [(480, 300), (340, 300)])
def test_a_traced_digit_is_read_as_before(mnist_test, classifier, size):
    images = mnist_test[0][:40]
    before = model_store.find_model().test_outputs()[0][:40].argmax(axis=1)
    same = 0
    for image, label in zip(images, before, strict=True):
        traced = [stroke["points"] for stroke in tracing.trace(image, size)]
        reading = read_picture(strokes.render_strokes(traced, size), classifier)
        same += reading.text == str(label)
    assert same >= 38


def test_faint_strokes_are_kept_and_what_they_left_apart_is_joined(mnist_test, classifier):
    images, labels = mnist_test
    number = 6576  # the bar of a 7 of which the pen left but flecks
    traced = [stroke["points"] for stroke in tracing.trace(images[number], SIZE)]
    reading = read_picture(strokes.render_strokes(traced, SIZE), classifier, drawn=True)
    assert reading.text == str(labels[number])
    assert not reading.rejected
