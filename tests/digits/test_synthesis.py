"""Tests of mnist_app.digits.synthesis and the modules it is made of."""

import numpy as np
import pytest

from mnist_app.digits import synthesis
from mnist_app.digits.pen import compile_shape, vary
from mnist_app.digits.skeletons.other_hands import HABITS
from mnist_app.digits.skeletons.usual import AMBIGUOUS, DIGIT_STYLES, SYMBOL_STYLES, Style
from mnist_app.digits.synthesis import NON_DIGITS, draw_digits, draw_habit, draw_habits, draw_non_digits, draw_styles

ALL_STYLES = [*((style, str(digit)) for digit, styles in DIGIT_STYLES.items() for style in styles)]
ALL_STYLES += [(style, "symbol") for style in SYMBOL_STYLES]


def assert_framed(images):
    """Ink, as white as a pen's, whose longer side is 20 pixels and whose centre of mass is near the centre."""
    assert images.dtype == np.uint8
    for image in images:
        assert image.max() > 150  # a small dot is grey at its border
        rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20)
        if min(rows[0], columns[0]) > 0 and max(rows[-1], columns[-1]) < 27:  # else the box cannot move any further
            place = np.arange(28)
            centre = (image.sum(axis=1) @ place / image.sum(), image.sum(axis=0) @ place / image.sum())
            assert np.allclose(centre, 14, atol=0.6)


@pytest.mark.parametrize(("style", "what"), ALL_STYLES, ids=[f"{what} {style.name}" for style, what in ALL_STYLES])
def test_every_style_is_framed_ink(style, what):
    images = draw_styles([style], 8, np.random.default_rng(0))
    assert images.shape == (8, 28, 28)
    assert_framed(images)


@pytest.mark.parametrize("kind", NON_DIGITS, ids=lambda kind: kind.__name__)
def test_every_kind_of_non_digit_is_framed_ink(kind):
    images = kind(30, np.random.default_rng(0))
    assert images.shape == (30, 28, 28)
    assert_framed(images)
    assert kind(0, np.random.default_rng(0)).shape == (0, 28, 28)


def test_the_same_seed_gives_the_same_images():
    labels = np.arange(40) % 10
    assert np.array_equal(draw_digits(labels, 7), draw_digits(labels, np.random.default_rng(7)))
    assert not np.array_equal(draw_digits(labels, 7), draw_digits(labels, 8))
    assert np.array_equal(draw_non_digits(40, 7), draw_non_digits(40, 7))
    assert not np.array_equal(draw_non_digits(40, 7), draw_non_digits(40, 8))


def test_digits_are_drawn_in_the_order_of_their_labels():
    labels = np.random.default_rng(0).permutation(np.repeat([0, 1], 50))
    ink = draw_digits(labels, 0)[:, 12:16, 12:16].mean(axis=(1, 2))
    assert ink[labels == 1].mean() > 2 * ink[labels == 0].mean()  # a 0 is empty in the middle


def test_no_two_digits_are_equal():
    images = draw_digits([5] * 200, 0)
    assert len(np.unique(images.reshape(200, -1), axis=0)) == 200


def test_pens_differ_in_width():
    ink = draw_digits([1] * 300, 0).sum(axis=(1, 2)) / 255 / 20
    assert np.quantile(ink, 0.02) < 1.9
    assert np.quantile(ink, 0.98) > 3.2


def test_empty_and_list():
    assert draw_digits([], 0).shape == (0, 28, 28)
    assert draw_digits([3, 1, 4], 0).shape == (3, 28, 28)
    assert draw_non_digits(0, 0).shape == (0, 28, 28)


@pytest.mark.parametrize("labels", [[10], [-1, 3], [2.5], [[1, 2], [3, 4]]])
def test_a_wrong_label_is_named(labels):
    with pytest.raises(ValueError, match=r"labels must be .* from 0 to 9, got"):
        draw_digits(labels, 0)


def test_ambiguous_characters_are_not_taught_as_non_digits():
    assert set(AMBIGUOUS.values()) <= set(DIGIT_STYLES)
    assert all(len(character) == 1 for character in AMBIGUOUS)
    assert not set(AMBIGUOUS) & {style.name for style in SYMBOL_STYLES}


def test_a_straight_stroke_has_no_bend_and_ends_with_a_lifted_pen():
    skeleton = compile_shape("0,0 100,50")
    points = skeleton.straight @ skeleton.coefficients[0]
    assert np.allclose(points[:-1, 1], points[:-1, 0] / 2)
    assert np.allclose(points[[0, -2]], [[0, 0], [100, 50]])
    assert np.isnan(points[-1]).all()
    assert not skeleton.bend[:-1].any()


def test_ranges_vary_alone_or_together():
    skeleton = compile_shape("0>90,0>90 0:90,0 0:90,90")
    still = skeleton._replace(wobble=skeleton.wobble * 0)
    points = vary(still, 400, np.random.default_rng(0))
    first, last = points[:, 0], points[:, -2]
    assert np.corrcoef(first.T)[0, 1] > 0.95
    assert abs(np.corrcoef(first[:, 0], last[:, 0])[0, 1]) < 0.3
    assert 80 < np.ptp(last[:, 0]) < 130


def test_an_ellipse_and_a_dot():
    circle = compile_shape("@50,50,40,40,0,360")
    points = (circle.straight + 0.56 * circle.bend) @ circle.coefficients[0]
    assert np.allclose(np.linalg.norm(points[:-1] - 50, axis=1), 40, atol=1.5)
    dot = compile_shape("30,60")
    assert np.allclose((dot.straight @ dot.coefficients[0])[:-1], [30, 60])


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: f"{habit.digit} {habit.name}")
def test_every_skeleton_of_a_habit_is_framed_ink(habit):
    for skeleton in habit.taught + habit.held:
        assert_framed(draw_styles([Style(habit.name, skeleton)], 4, np.random.default_rng(0)))


def test_every_habit_is_taught_and_judged_by_skeletons_of_its_own():
    for habit in HABITS:
        assert len(habit.taught) >= 2, habit.name
        assert len(habit.held) >= 2, habit.name
    taught = [skeleton for habit in HABITS for skeleton in habit.taught]
    held = [skeleton for habit in HABITS for skeleton in habit.held]
    usual = {style.strokes for styles in DIGIT_STYLES.values() for style in styles}
    assert len({*taught, *held, *usual}) == len(taught) + len(held) + len(usual)


def test_habits_are_drawn_in_equal_parts_for_the_digits_that_have_any():
    labels, images = draw_habits(300, 0)
    assert set(labels) == {habit.digit for habit in HABITS}
    shares = {digit: (labels == digit).mean() for digit in set(labels)}
    assert shares[1] > 2 * shares[6], "there are six habits of a 1, and one of a 6"
    assert_framed(images)


def test_habits_drawn_are_the_taught_ones(monkeypatch):
    drawn = []

    def draw(styles, n, rng):
        drawn.extend(style.strokes for style in styles)
        return draw_styles(styles, n, rng)

    monkeypatch.setattr(synthesis, "draw_styles", draw)
    draw_habits(20, 0)
    assert set(drawn) == {skeleton for habit in HABITS for skeleton in habit.taught}
    drawn.clear()
    draw_habit(HABITS[0], 3, 0, held=True)
    assert set(drawn) == set(HABITS[0].held)


def test_habits_do_not_depend_on_what_is_drawn_beside_them():
    labels, images = draw_habits(30, 5)
    again, same = draw_habits(30, np.random.default_rng(5))
    assert (labels == again).all()
    assert (images == same).all()
    assert draw_habits(0, 0)[1].shape == (0, 28, 28)
