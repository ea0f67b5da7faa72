"""Run a trained network with LiteRT: images in, probabilities, features and maps out. No TensorFlow."""

import os
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from mnist_app.datasets import to_input
from mnist_app.model_store import Calibration, StoredModel
from mnist_app.settings import CLASSES

CHUNK = 250  # images per call: the maps of more would not stay in the processor's cache


@dataclass(frozen=True)
class Outputs:
    """What the network says of n images.

    Attributes:
        y_prob: `(n, 10)` float32, rows sum to 1: which digit, given that it is one.
        features: `(n, d)` float32, what the last layer sees.
        maps: `(n, h, w, c)` float32, the last convolution's output.
        digit_prob: `(n,)` float32, the probability that the image is a digit at all; 1 where the network never
            learnt what a non-digit is.
    """

    y_prob: np.ndarray
    features: np.ndarray
    maps: np.ndarray
    digit_prob: np.ndarray


class Classifier:
    """A trained network, ready to be asked from any thread."""

    def __init__(self, path: Path, calibration: Calibration | None = None) -> None:
        """Load `model.tflite`.

        Args:
            path: the file.
            calibration: temperature and thresholds of the model; the neutral ones where None.

        Raises:
            FileNotFoundError: there is no such file.
        """
        if not Path(path).is_file():
            raise FileNotFoundError(f"There is no model file {path}.")
        self.calibration = calibration or Calibration()
        self._lock = Lock()  # an Interpreter is not thread-safe, and Streamlit runs each session in a thread
        self._interpreter = Interpreter(str(path), num_threads=min(4, os.cpu_count() or 1))
        self._input = self._interpreter.get_input_details()[0]["index"]
        # Outputs go by their signature's names: the list of output tensors is not in the network's order.
        outputs = self._interpreter.get_signature_runner().get_output_details()
        self._outputs = [outputs[f"output_{i}"]["index"] for i in range(3)]
        self._batch = 0

    def predict(self, images: np.ndarray) -> Outputs:
        """Classify images.

        Args:
            images: `(n, 28, 28)` uint8, 0 = background and 255 = ink.

        Returns:
            The network's `Outputs`, in the order of the images.

        Raises:
            ValueError: the array has another shape or type.
        """
        if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
            raise ValueError(f"images must be (n, 28, 28) uint8, not {images.shape} {images.dtype}.")
        chunks = [self._infer(to_input(images[i : i + CHUNK])) for i in range(0, max(len(images), 1), CHUNK)]
        scores, features, maps = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
        y_prob = softmax(scores[:, :CLASSES] / self.calibration.temperature)
        digit_prob = np.ones(len(images), np.float32)
        if scores.shape[1] > CLASSES:
            digit_prob = 1 - softmax(scores)[:, CLASSES]
        return Outputs(y_prob, features, maps, digit_prob)

    def _infer(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        with self._lock:
            if len(x) != self._batch:
                self._interpreter.resize_tensor_input(self._input, x.shape)
                self._interpreter.allocate_tensors()
                self._batch = len(x)
            self._interpreter.set_tensor(self._input, x)
            self._interpreter.invoke()
            return tuple(self._interpreter.get_tensor(index) for index in self._outputs)


def load_classifier(model: StoredModel) -> Classifier:
    """Load a stored model's network with its calibration."""
    return Classifier(model.tflite, model.calibration)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Turn scores `(n, k)` into probabilities `(n, k)` of the same type; rows sum to 1."""
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)
