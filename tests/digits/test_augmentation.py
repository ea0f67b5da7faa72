import numpy as np
import pytest

from mnist_app.digits import augmentation
from mnist_app.digits.augmentation import AUGMENTATIONS, Augmentation, augment
from mnist_app.settings import TrainingSettings


@pytest.fixture
def images(mnist_test):
    return mnist_test[0][:200]


def test_every_choice_exists():
    assert set(AUGMENTATIONS) == set(TrainingSettings.table()["augmentation"].choices)


def test_same_seed_same_images(images):
    first, second, other = (augment(images, AUGMENTATIONS["flagship"], np.random.default_rng(s)) for s in (1, 1, 2))
    assert (first == second).all()
    assert (first != other).any()


def test_images_stay_images_and_the_originals_stay_as_they_are(images):
    before = images.copy()
    changed = augment(images, AUGMENTATIONS["flagship"], np.random.default_rng(0))
    assert (changed.shape, changed.dtype) == (images.shape, np.uint8)
    assert (images == before).all()
    assert (changed.reshape(200, -1).max(axis=1) > 60).all()


def test_none_changes_nothing(images):
    assert augment(images, AUGMENTATIONS["none"], np.random.default_rng(0)) is images


def test_warp_without_any_change_is_the_identity(images):
    assert np.abs(augmentation.warp(images, Augmentation(), np.random.default_rng(0)).astype(int) - images).max() <= 1


def test_shift_moves_ink_by_at_most_its_limit():
    dot = np.zeros((50, 28, 28), np.uint8)
    dot[:, 12:16, 12:16] = 255
    shifted = augmentation.warp(dot, Augmentation(shift=3), np.random.default_rng(0))
    rows = np.array([np.average(np.arange(28), weights=image.sum(axis=1)) for image in shifted])
    assert np.abs(rows - 13.5).max() <= 3.01
    assert np.ptp(rows) > 3


def test_strokes_become_wider_and_thinner(images):
    rng = np.random.default_rng(0)
    ink = np.array([augmentation.change_stroke(image, rng).sum() / image.sum() for image in images])
    assert ink.max() > 1.3
    assert ink.min() < 0.8


def test_lines_come_at_all_four_borders():
    rng = np.random.default_rng(0)
    total = sum(augmentation.add_line(np.zeros((28, 28), np.uint8), rng).astype(int) for _ in range(200))
    assert all(side.sum() > 0 for side in (total[:4], total[-4:], total[:, :4], total[:, -4:]))
    assert total[6:-6, 6:-6].sum() == 0


def test_gentler_keeps_the_kind_of_change():
    assert Augmentation(rotation=10, stroke=0.4).gentler(0.5) == Augmentation(rotation=5, stroke=0.2)
