import numpy as np
import pytest

from mnist_app.digits.generated.glyphs import load_glyphs, trace
from mnist_app.digits.generated.sheet import Pen, render
from mnist_app.reading.steps import DIGIT_STEPS, IMAGE, run_steps


@pytest.mark.parametrize(("height", "width"), [(24, 2), (60, 2), (60, 9), (200, 24)])
def test_a_traced_digit_is_the_same_digit_at_any_size_and_pen(mnist_test, classifier, height, width):
    images, labels = mnist_test
    rng = np.random.default_rng(0)
    written = [render(trace(image, None), height, Pen(width), rng)[0] for image in images[:200]]
    framed = [run_steps(DIGIT_STEPS, (255 * ink).astype(np.uint8))[IMAGE] for ink in written]
    read = classifier.predict(np.stack(framed)).y_prob.argmax(axis=1)
    assert (read == labels[:200]).mean() > 0.93


def test_a_wider_pen_leaves_more_ink(mnist_test):
    rng = np.random.default_rng(0)
    for outline, widths in ((False, (2, 6, 12)), (True, (2, 0, 12))):
        glyph = trace(mnist_test[0][0], 7, outline)
        thin, own, thick = (render(glyph, 60, Pen(width), rng)[0].sum() for width in widths)
        assert thin < own < thick


@pytest.fixture(scope="module")
def glyphs(few_sources):
    return load_glyphs("test", few_sources, most=100)


def test_digits_of_fonts_are_what_their_labels_say(glyphs, classifier):
    rng = np.random.default_rng(0)
    digits = [one for hands in (glyphs.hands, glyphs.pens, glyphs.prints) for hand in hands for one in hand.digits]
    assert len(digits) == 10 * (3 + 3 + 1)
    written = [render(one, 60, Pen(5), rng)[0] for one in digits]
    framed = [run_steps(DIGIT_STEPS, (255 * ink).astype(np.uint8))[IMAGE] for ink in written]
    read = classifier.predict(np.stack(framed)).y_prob.argmax(axis=1)
    assert (read == [one.label for one in digits]).mean() > 0.8


def test_fonts_write_words_and_letters_of_which_some_could_be_digits(glyphs):
    """Of the font that is broken there is nothing."""
    assert [len(kind) for kind in (glyphs.hands, glyphs.pens, glyphs.prints)] == [1, 1, 1]
    (hand,), (print_,) = glyphs.hands, glyphs.prints
    assert all(one.label is None for one in (*hand.words, *hand.letters))
    assert 0 < sum(one.ambiguous for one in hand.letters) < len(hand.letters)
    widths = [np.mean([one.distance.shape[1] for one in kind]) for kind in (hand.words, hand.letters)]
    assert widths[0] > 2 * widths[1]
    assert all(one.stroke for one in print_.words), "print keeps the outline of its strokes"
    assert not all(one.stroke for one in hand.words)
