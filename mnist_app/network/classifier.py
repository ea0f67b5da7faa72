"""Run a trained network with LiteRT: images in, probabilities, features and maps out. No TensorFlow."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_app.digits.datasets import to_input
from mnist_app.network.litert import LiteRT
from mnist_app.network.model_store import DEFAULT_MODEL, Calibration, DigitTest, StoredModel, naming, open_model
from mnist_app.settings import CLASSES, IMAGE_SIZE

CHUNK = 64  # images per call: more would not be faster, and each interpreter keeps the room that they take
SMALL = 1_000_000  # bytes of a network that has answered before a second thread is awake


@dataclass(frozen=True)
class Outputs:
    """What the network says of n images.

    Attributes:
        y_prob: `(n, 10)` float32, rows sum to 1: which digit, given that it is one.
        digit_prob: `(n,)` float32, the probability that the image is a digit at all; 1 where nothing was fitted to
            tell.
        features: `(n, d)` float32, what the last layer sees.
        scores: `(n, 10)`, or `(n, 11)` where the network has a class "not a digit"; float32, before softmax.
        evidence: `(n, 3)` float32 of `digit_evidence`; zeros where nothing was fitted.
        maps: `(n, h, w, c)` float32, the last convolution's output, where asked for.
    """

    y_prob: np.ndarray
    digit_prob: np.ndarray
    features: np.ndarray
    scores: np.ndarray
    evidence: np.ndarray
    maps: np.ndarray | None


class Classifier:
    """A trained network, ready to be asked from any thread."""

    def __init__(self, path: Path, calibration: Calibration | None = None, digit_test: DigitTest | None = None) -> None:
        """Load `model.tflite`.

        Args:
            path: the file.
            calibration: temperature and thresholds of the model; the neutral ones where None.
            digit_test: tells digits from everything else; where None, all images pass.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it holds another kind of network, or none.
        """
        self.calibration = calibration or Calibration()
        self.digit_test = digit_test
        small = path.is_file() and path.stat().st_size < SMALL
        self._network = LiteRT(path, threads=1 if small else min(4, os.cpu_count() or 1))
        if self._network.sides != (IMAGE_SIZE, IMAGE_SIZE, 1):
            raise ValueError(f"the network does not take images of 28 x 28 pixels, but {self._network.sides}.")

    def predict(self, images: np.ndarray, *, maps: bool = False) -> Outputs:
        """Classify images.

        Args:
            images: `(n, 28, 28)` uint8, 0 = background and 255 = ink; n at least 1.
            maps: whether to return the last convolution's maps, 30 KB an image.

        Returns:
            The network's `Outputs`, in the order of the images.

        Raises:
            ValueError: the array has another shape or type, or the network's answers are no numbers.
        """
        if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8 or not len(images):
            raise ValueError(f"images must be (n, 28, 28) uint8 with n at least 1, not {images.shape} {images.dtype}.")
        starts = range(0, len(images), CHUNK)
        chunks = [self._network.run(to_input(images[i : i + CHUNK]), outputs=2 + maps) for i in starts]
        scores, features, *last = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
        if not np.isfinite(scores).all():
            raise ValueError("The network's answers are no numbers: its file is damaged, or its training went astray.")
        evidence, digit_prob = np.zeros((len(images), 3), np.float32), np.ones(len(images), np.float32)
        if test := self.digit_test:
            evidence = digit_evidence(scores, features, test)
            digit_prob = _sigmoid(evidence @ test.weights + test.intercept)
        y_prob = softmax(scores[:, :CLASSES] / self.calibration.temperature)
        return Outputs(y_prob, digit_prob, features, scores, evidence, last[0] if maps else None)


def load_classifier(model: StoredModel) -> Classifier:
    """Load a stored model's network with its calibration.

    Raises:
        ValueError: one of the three files is missing or cannot be used; the message names it.
    """
    calibration, digit_test = model.calibration, model.digit_test
    with naming(model.tflite):
        return Classifier(model.tflite, calibration, digit_test)


def load_model(name: str = DEFAULT_MODEL) -> Classifier:
    """Load the network of a model in `models/`, as `read_picture` takes it.

    Raises:
        ValueError: there is no model of that name, and the message lists those that exist; or it cannot be used.
    """
    return load_classifier(open_model(name))


def digit_evidence(scores: np.ndarray, features: np.ndarray, test: DigitTest) -> np.ndarray:
    """What speaks for each image being a digit at all, `(n, 3)` float32; more is better.

    1. How far the best ten scores together exceed that of the class "not a digit"; 0 where the network has none.
    2. The scores' negative energy, log sum exp (Liu et al. 2020, arXiv 2010.03759).
    3. Minus the logarithm of the Mahalanobis distance from the features to the nearest digit's mean (Lee et al. 2018,
       arXiv 1807.03888).
    """
    best = scores[:, :CLASSES].max(axis=1)
    energy = best + np.log(np.exp(scores[:, :CLASSES] - best[:, np.newaxis]).sum(axis=1))
    against = scores[:, CLASSES] if scores.shape[1] > CLASSES else energy
    whitened = features @ test.whitening
    distance = np.linalg.norm(whitened[:, np.newaxis] - test.whitened_means, axis=2).min(axis=1)
    return np.stack([energy - against, energy, -np.log(distance + 1e-6)], axis=1).astype(np.float32)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Turn scores `(n, k)` into probabilities `(n, k)` of the same type; rows sum to 1."""
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return (1 / (1 + np.exp(-np.clip(values, -60, 60)))).astype(np.float32)
