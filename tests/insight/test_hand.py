import numpy as np
import pytest

from mnist_app.insight import hand


@pytest.fixture
def leaning(mnist_test):
    """Test digits of which the ones were bent to the left, and written thrice as dark."""
    images, labels = (part[:400] for part in mnist_test)
    bent = images.copy()
    for y in range(28):
        bent[labels == 1, y] = np.roll(images[labels == 1, y], (y - 14) // 2, axis=1)
    return bent, labels


def test_pairs_that_are_confused_are_said_with_how_often():
    labels, read = np.array([1] * 9 + [4] * 3), np.array([7] * 4 + [1] * 5 + [9] + [4] * 2)
    assert hand.say_misread(labels, read) == ["Your 1 is read as 7 in 4 of 9.", "Your 4 is read as 9 in 1 of 3."]
    assert hand.say_misread(labels, labels) == []


def test_only_what_is_unusual_is_said(leaning, mnist_test):
    compared = hand.compare_hand(*leaning, *mnist_test)
    assert [one.digit for one in compared] == list(range(10))
    assert sum(one.count for one in compared) == 400
    assert hand.say_unusual(compared) == ["Your 1 leans further to the left than MNIST's."]
    assert hand.say_unusual(hand.compare_hand(mnist_test[0][:400], mnist_test[1][:400], *mnist_test)) == []


def test_a_class_with_a_single_digit_is_left_out(mnist_test):
    images, labels = mnist_test
    some = np.flatnonzero(labels == 3)[:2].tolist() + np.flatnonzero(labels == 5)[:1].tolist()
    (only,) = hand.compare_hand(images[some], labels[some], images, labels)
    assert (only.digit, only.count) == (3, 2)
    np.testing.assert_allclose(only.mine, images[some[:2]].mean(axis=0), atol=0.51)
