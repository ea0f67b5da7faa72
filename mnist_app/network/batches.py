"""The batches that a network learns from: digits with synthetic ones, shuffled, augmented, as targets and weights."""

import keras
import numpy as np

from mnist_app.digits import circumstances, datasets, synthesis
from mnist_app.digits.augmentation import AUGMENTATIONS, Augmentation, augment, warp
from mnist_app.network.classifier import Classifier, softmax
from mnist_app.settings import NOT_A_DIGIT, TrainingSettings

FULL_SHARE = 0.6  # of the epochs, at the beginning, that have the augmentation's full strength
LAST_STRENGTH = 0.25  # of the augmentation in the last epoch: what is read in the end is mostly plain writing
TAUGHT = 0.8  # share of a teacher's answer in what is learnt; the label is the rest


class Batches(keras.utils.PyDataset):
    """Shuffled and augmented batches; what a batch holds depends on seed, epoch and its place alone."""

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        settings: TrainingSettings,
        weights: np.ndarray | None = None,
        teacher: Classifier | None = None,
        *,
        settled: bool = False,
    ) -> None:
        """Keep what batches are made of.

        Args:
            images: `(n, 28, 28)` uint8.
            labels: `(n,)`.
            settings: how they are changed, and the seed.
            weights: `(n,)` float32, what a mistake with each image counts; 1 where None.
            teacher: says what else each image could be.
            settled: whether the network goes on from a trained one: then all epochs are like the last.
        """
        super().__init__()
        self._images, self._labels, self._settings = images, labels, settings
        self._weights = np.ones(len(images), np.float32) if weights is None else weights
        self._teacher, self._settled = teacher, settled
        self.start(1)

    def __len__(self) -> int:
        return -(-len(self._images) // self._settings.batch_size)

    def start(self, epoch: int) -> None:
        """Give the batches of an epoch from now on, counted from 1."""
        self._epoch = epoch
        self._order = np.random.default_rng([self._settings.seed, self._epoch]).permutation(len(self._images))
        strength = LAST_STRENGTH if self._settled else augmentation_strength(self._epoch, self._settings.epochs)
        self._augmentation = AUGMENTATIONS[self._settings.augmentation].gentler(strength)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        size = self._settings.batch_size
        chosen = self._order[index * size : (index + 1) * size]
        rng = np.random.default_rng([self._settings.seed, self._epoch, index])
        weights = self._weights[chosen]
        images = augment(self._images[chosen], self._augmentation, rng)
        if share := self._settings.circumstance_share:
            elsewhere = rng.random(len(chosen)) < share
            images[elsewhere] = meet_circumstances(self._images[chosen[elsewhere]], self._augmentation, rng)
            weights = np.where(elsewhere, weights * np.float32(self._settings.circumstance_weight), weights)
        targets = as_targets(self._labels[chosen], self._settings)
        if self._teacher:
            targets = (1 - TAUGHT) * targets + TAUGHT * softmax(self._teacher.predict(images).scores)
        return datasets.to_input(images), targets, weights


def meet_circumstances(images: np.ndarray, augmentation: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """Warp images `(n, 28, 28)` uint8 as hands do, then show them in other circumstances, not in bad light."""
    return circumstances.meet(warp(images, augmentation, rng) if len(images) else images, rng)


def augmentation_strength(epoch: int, epochs: int) -> float:
    """Share of the augmentation's strength that an epoch has: all at first, then less from epoch to epoch.

    Of two networks that had learnt from 55,000 digits, one trained like this misread 14 of the 5,000 others, and one
    with half the strength in the last few epochs alone 18, which may be chance.

    Args:
        epoch: counted from 1; later ones than the last count as the last.
        epochs: how many there are.
    """
    full = round(FULL_SHARE * epochs)
    return float(np.interp(epoch, [full, max(epochs, full + 1)], [1.0, LAST_STRENGTH]))


def as_targets(labels: np.ndarray, settings: TrainingSettings) -> np.ndarray:
    """Bring labels `(n,)` into the form that the loss wants: as they are, or `(n, classes)` float32 one-hot."""
    return np.eye(settings.classes, dtype=np.float32)[labels] if settings.loss == "one-hot" else labels


def with_synthetic(
    images: np.ndarray, labels: np.ndarray, settings: TrainingSettings
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Append the synthetic digits and non-digits that the settings ask for.

    Args:
        images: `(n, 28, 28)` uint8 training digits.
        labels: `(n,)` their labels.
        settings: how many to add, what they count, and the seed.

    Returns:
        Images, labels and weights `(m,)` float32; a non-digit has the label `NOT_A_DIGIT`. Digits as other writers
        write them come last, and the others do not depend on them.
    """
    rng = np.random.default_rng([settings.seed, 1])
    shares = settings.synthetic_share, settings.non_digit_share, settings.style_share
    digits, others, habits = (round(len(images) * share) for share in shares)
    parts = [(images, labels)]
    if digits:
        drawn = rng.integers(0, 10, digits)
        parts.append((synthesis.draw_digits(drawn, rng), drawn))
    if others:
        parts.append((synthesis.draw_non_digits(others, rng), np.full(others, NOT_A_DIGIT)))
    if habits:
        written, drawn = synthesis.draw_habits(habits, np.random.default_rng([settings.seed, 2]))
        parts.append((drawn, written))
    images, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    weights = np.ones(len(images), np.float32)
    weights[len(images) - habits :] = settings.style_weight
    return images, labels.astype(np.int32), weights
