import pytest

from mnist_app.reading.boxes import covered, flipped, overlap, scaled, touch

BOX = (0, 0, 10, 10)


@pytest.mark.parametrize(
    ("other", "of_the_smaller", "of_both"),
    [
        (BOX, 1, 1),
        ((5, 0, 10, 10), 0.5, 1 / 3),
        ((-20, -20, 90, 90), 1, 1 / 81),
        ((20, 20, 5, 5), 0, 0),
        ((3, 3, 0, 0), 0, 0),
    ],
)
def test_what_two_boxes_share(other, of_the_smaller, of_both):
    for a, b in ((BOX, other), (other, BOX)):
        assert covered(a, b) == pytest.approx(of_the_smaller)
        assert overlap(a, b) == pytest.approx(of_both)


@pytest.mark.parametrize(("other", "touches"), [((10, 0, 5, 5), True), ((11, 0, 5, 5), False), ((2, 10, 1, 1), True)])
def test_boxes_touch_at_their_borders(other, touches):
    assert touch(BOX, other) is touch(other, BOX) is touches


def test_boxes_are_scaled_and_flipped():
    assert scaled((1, 2, 3, 5), 1.5) == (2, 3, 4, 8)
    assert flipped((1, 2, 3, 5)) == (2, 1, 5, 3)


def test_a_box_on_a_smaller_picture_keeps_a_pixel():
    assert scaled((30, 60, 40, 2), 1 / 60) == (0, 1, 1, 1)
