import numpy as np
import pytest

from mnist_app.insight import your_hand


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
    assert your_hand.say_misread(labels, read) == ["Your 1 is read as 7 in 4 of 9.", "Your 4 is read as 9 in 1 of 3."]
    assert your_hand.say_misread(labels, labels) == []


def test_only_what_is_unusual_is_said(leaning, mnist_test):
    mine, usual = your_hand.describe(*leaning), your_hand.describe(*mnist_test)
    assert list(mine) == list(range(10))
    assert sum(manner.count for manner in mine.values()) == 400
    assert your_hand.say_unusual(mine, usual) == ["Your 1 leans further to the left than MNIST's."]
    straight = your_hand.describe(mnist_test[0][:400], mnist_test[1][:400])
    assert your_hand.say_unusual(straight, usual) == []


def test_a_class_with_a_single_digit_is_left_out(mnist_test):
    images, labels = mnist_test
    some = np.flatnonzero(labels == 3)[:2].tolist() + np.flatnonzero(labels == 5)[:1].tolist()
    ((digit, manner),) = your_hand.describe(images[some], labels[some]).items()
    assert (digit, manner.count) == (3, 2)
    np.testing.assert_allclose(manner.mean, images[some[:2]].mean(axis=0), atol=0.51)
