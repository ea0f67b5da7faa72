"""The training digits' features, worked out in the background while the page is already there."""

from threading import Thread

import numpy as np

from mnist_app.insight.explanations import nearest
from mnist_app.network.classifier import Classifier

MOST = 10_000  # training digits to search: 60,000 find little better ones and take six times as long
CHUNK = 250


class FeatureBank:
    """Features of training digits, growing until all are there; can be asked at any time and from any thread."""

    def __init__(self, classifier: Classifier, images: np.ndarray, most: int = MOST) -> None:
        """Begin to compute.

        Args:
            classifier: the network.
            images: `(n, 28, 28)` uint8, the training digits.
            most: how many of them, from the first.
        """
        self.total = min(most, len(images))
        self._parts: list[np.ndarray] = []
        Thread(target=self._compute, args=[classifier, images[: self.total]], daemon=True).start()

    @property
    def done(self) -> int:
        """How many digits there are by now."""
        return min(self.total, len(self._parts) * CHUNK)

    @property
    def complete(self) -> bool:
        return self.done == self.total

    def nearest(self, query: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Numbers and cosine distances of the k nearest so far, as `explanations.nearest`; empty before the first."""
        parts = list(self._parts)
        return nearest(query, np.concatenate(parts), k) if parts else (np.zeros(0, int), np.zeros(0))

    def _compute(self, classifier: Classifier, images: np.ndarray) -> None:
        for start in range(0, self.total, CHUNK):
            self._parts.append(classifier.predict(images[start : start + CHUNK]).features)
