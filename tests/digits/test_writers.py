import numpy as np

from mnist_app.digits import writers


def test_a_writer_writes_each_digit_as_often_as_asked():
    labels, images = writers.write(3, 0)
    assert labels.tolist() == [digit for digit in range(10) for _ in range(3)]
    assert (images.shape, images.dtype) == ((30, 28, 28), np.uint8)
    assert (images.reshape(30, -1).max(axis=1) > 200).all()


def test_the_same_seed_is_the_same_person():
    np.testing.assert_array_equal(writers.write(2, 5)[1], writers.write(2, 5)[1])
    assert (writers.write(2, 5)[1] != writers.write(2, 6)[1]).any()


def test_one_persons_digits_are_more_alike_than_two_persons():
    hands = np.stack([writers.write(8, seed)[1].reshape(10, 8, -1).astype(float) for seed in range(12)])
    one_person = hands.var(axis=2).mean()
    many_persons = hands[:, :, 0].var(axis=0).mean()
    assert many_persons > 1.3 * one_person


def test_elsewhere_all_digits_meet_the_same():
    plain, changed = writers.write(4, 3)[1], writers.write(4, 3, elsewhere=True)[1]
    assert changed.shape == plain.shape
    assert (changed != plain).any(axis=(1, 2)).all()
