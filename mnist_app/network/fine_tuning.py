"""A trained network goes on learning with one person's digits mixed in: how, from what, and whether that helped."""

from dataclasses import dataclass

import numpy as np

from mnist_app.network.classifier import load_classifier
from mnist_app.network.model_store import StoredModel
from mnist_app.network.personal import Gate
from mnist_app.settings import CLASSES, TrainingSettings

EPOCHS = 3
LEARNING_RATE = 2e-4  # a fifth of what networks here begin with: this one knows most already
REPLAYED = 12_000  # of MNIST's training digits, so that they are not forgotten
SHARE = 0.25  # of a person's digits, for each replayed one
MOST_COPIES = 100  # of one digit in an epoch, each warped in another way
NOT_KEPT = 3  # exit code of the command where that did not help
MOST = 2000  # of a person's digits, the latest, that the app teaches
HELD = 3  # every third digit of a class is kept aside, to judge by


@dataclass(frozen=True)
class Lesson:
    """What a trained network is to learn.

    Attributes:
        base: the network.
        images: `(n, 28, 28)` uint8, one person's digits; n at least 1.
        labels: `(n,)`, what they are.
    """

    base: StoredModel
    images: np.ndarray
    labels: np.ndarray


def fine_settings(base: StoredModel) -> TrainingSettings:
    """How a network goes on learning: as its recipe says, but gently, for a few epochs, and never without warping."""
    settings = TrainingSettings.from_dict(base.recipe)
    return settings.override(
        epochs=EPOCHS,
        learning_rate=LEARNING_RATE,
        schedule="cosine",
        augmentation="gentle" if settings.augmentation == "none" else settings.augmentation,
        average=0.0,
        teacher="",
    )


def hold_back(labels: np.ndarray) -> np.ndarray:
    """Which of a person's digits `(n,)` are not taught but judge: `(n,)` bool, every third one of a class."""
    held = np.zeros(len(labels), bool)
    for digit in range(CLASSES):
        held[np.flatnonzero(labels == digit)[HELD - 1 :: HELD]] = True
    return held


def choose_replayed(images: np.ndarray, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Choose the training digits that go on being learnt, of images `(n, 28, 28)` and labels `(n,)`."""
    chosen = np.random.default_rng([seed, 3]).permutation(len(images))[:REPLAYED]
    return images[chosen], labels[chosen]


def repeat(lesson: Lesson, beside: int) -> tuple[np.ndarray, np.ndarray]:
    """Copies of a person's digits that are to be learnt beside so many others: images and labels."""
    copies = int(np.clip(round(SHARE * beside / len(lesson.images)), 1, MOST_COPIES))
    return np.repeat(lesson.images, copies, axis=0), np.repeat(lesson.labels, copies)


def judge(base: StoredModel, tuned: StoredModel, images: np.ndarray, labels: np.ndarray) -> Gate:
    """Whether a network that went on learning may be kept.

    Args:
        base: the network as it was.
        tuned: what became of it, measured on the same test digits.
        images: `(n, 28, 28)` uint8, the person's digits that neither has learnt; n at least 1.
        labels: `(n,)`, what they are.
    """

    def misread(model: StoredModel) -> int:
        return int((load_classifier(model).predict(images).y_prob.argmax(axis=1) != labels).sum())

    return Gate(
        own=len(labels),
        own_before=misread(base),
        own_after=misread(tuned),
        mnist=len(tuned.test_outputs()[0]),
        mnist_before=base.metrics["errors"],
        mnist_after=tuned.metrics["errors"],
    )
