import numpy as np
import pytest

from mnist_app.digits.generated.glyphs import trace
from mnist_app.digits.generated.sheet import render
from mnist_app.reading.steps import DIGIT_STEPS, IMAGE, run_steps


@pytest.mark.parametrize(("height", "width"), [(24, 2), (60, 2), (60, 9), (200, 24)])
def test_a_traced_digit_is_the_same_digit_at_any_size_and_pen(mnist_test, classifier, height, width):
    images, labels = mnist_test
    rng = np.random.default_rng(0)
    written = [render(trace(image, None), height, width, rng)[0] for image in images[:200]]
    framed = [run_steps(DIGIT_STEPS, (255 * ink).astype(np.uint8))[IMAGE] for ink in written]
    read = classifier.predict(np.stack(framed)).y_prob.argmax(axis=1)
    assert (read == labels[:200]).mean() > 0.93


def test_a_wider_pen_leaves_more_ink(mnist_test):
    rng = np.random.default_rng(0)
    for outline, widths in ((False, (2, 6, 12)), (True, (2, 0, 12))):
        glyph = trace(mnist_test[0][0], 7, outline)
        thin, own, thick = (render(glyph, 60, width, rng)[0].sum() for width in widths)
        assert thin < own < thick
