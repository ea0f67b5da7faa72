from types import SimpleNamespace

import numpy as np

from mnist_app.digits import datasets
from mnist_app.network import batches
from mnist_app.settings import NOT_A_DIGIT, TrainingSettings

QUICK = TrainingSettings(batch_size=64, synthetic_share=0.1, non_digit_share=0.1)


def test_synthetic_images_are_added():
    images, labels = np.zeros((50, 28, 28), np.uint8), np.zeros(50, np.uint8)
    added, added_labels, weights = batches.with_synthetic(images, labels, QUICK)
    assert len(added) == len(added_labels) == 60
    assert (added_labels == NOT_A_DIGIT).sum() == 5
    assert (added[50:].reshape(10, -1).max(axis=1) > 0).all()
    assert weights.tolist() == [1] * 60


def test_digits_of_other_hands_come_last_with_their_weight():
    images, labels = np.zeros((50, 28, 28), np.uint8), np.zeros(50, np.uint8)
    without, _, _ = batches.with_synthetic(images, labels, QUICK)
    settings = QUICK.override(style_share=0.3, style_weight=2.5)
    added, added_labels, weights = batches.with_synthetic(images, labels, settings)
    assert len(added) == len(added_labels) == 75
    assert (added[:60] == without).all()
    assert weights.tolist() == [1] * 60 + [2.5] * 15
    assert (added[60:].reshape(15, -1).max(axis=1) > 0).all()
    assert set(added_labels[60:]) <= set(range(10))


def test_a_share_of_all_pictures_meets_other_circumstances_with_their_weight(small_mnist, monkeypatch):
    monkeypatch.setattr(batches.circumstances, "meet", lambda images, _: np.full_like(images, 77))
    (x, y), _ = datasets.load_mnist(small_mnist)
    settings = TrainingSettings(batch_size=600, circumstance_share=0.25, circumstance_weight=3.0)
    weights = np.where(y == 1, 2, 1).astype(np.float32)
    shown, labels, counted = batches.Batches(x, y, settings, weights)[0]
    met = (np.rint(shown * 255) == 77).all(axis=(1, 2, 3))
    assert 0.2 < met.mean() < 0.3
    assert (counted == np.where(labels == 1, 2, 1) * np.where(met, 3, 1)).all()


class Doubter:
    """A teacher who takes every second image for a 3."""

    def predict(self, images: np.ndarray) -> SimpleNamespace:
        return SimpleNamespace(scores=np.eye(10, dtype=np.float32)[np.arange(len(images)) % 2 * 3] * 50)


def test_a_teacher_says_what_else_each_image_could_be(small_mnist):
    (x, y), _ = datasets.load_mnist(small_mnist)
    settings = TrainingSettings(loss="one-hot", teacher="any", batch_size=8)
    _, targets, _ = batches.Batches(x, y, settings, teacher=Doubter())[0]
    labels = np.eye(10)[y[np.random.default_rng([0, 1]).permutation(len(x))[:8]]]
    np.testing.assert_allclose(targets, 0.2 * labels + 0.8 * np.eye(10)[[0, 3] * 4], atol=1e-6)


def test_batches_cover_every_image_once(small_mnist):
    (x, y), _ = datasets.load_mnist(small_mnist)
    given = batches.Batches(x, y, TrainingSettings(batch_size=100))
    first = np.concatenate([given[i][1] for i in range(len(given))])
    assert sorted(first) == sorted(y)
    given.start(2)
    assert (np.concatenate([given[i][1] for i in range(len(given))]) != first).any()


def test_the_augmentation_gets_gentler_towards_the_end():
    strengths = [batches.augmentation_strength(epoch, 10) for epoch in range(1, 11)]
    assert strengths[:6] == [1.0] * 6
    assert strengths == sorted(strengths, reverse=True)
    assert (strengths[-1], batches.augmentation_strength(11, 10)) == (0.25, 0.25)
    assert batches.augmentation_strength(1, 1) == 1.0


def test_a_network_that_goes_on_begins_as_the_last_epoch_was(mnist_test):
    x, y = mnist_test[0][:50], mnist_test[1][:50]
    settings = TrainingSettings(epochs=3, augmentation="gentle")
    anew, further = batches.Batches(x, y, settings), batches.Batches(x, y, settings, settled=True)
    for epoch, same in ((1, False), (3, True)):
        anew.start(epoch)
        further.start(epoch)
        assert np.array_equal(anew[0][0], further[0][0]) is same
