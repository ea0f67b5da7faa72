"""Say why the network reads an image as it does: what in it speaks for a digit, and what it takes for alike.

Only the network's outputs are used, never its gradients, which LiteRT does not give.
"""

import cv2
import numpy as np

from mnist_app.network.classifier import Classifier
from mnist_app.settings import CLASSES, IMAGE_SIZE

PAPER, INK = 0, 255
PEN = 3  # pixels, the width of MNIST's usual stroke
TINY = 1e-9


def log_odds(scores: np.ndarray, target: int) -> np.ndarray:
    """Logarithm of the odds of one digit against the nine others, `(n,)`, from scores `(n, 10 or more)`.

    Unlike the probability, it still moves where the network is almost certain.
    """
    others = np.delete(scores[:, :CLASSES].astype(np.float64), target, axis=1)
    return scores[:, target] - np.logaddexp.reduce(others, axis=1)


def occlusion_map(
    image: np.ndarray, classifier: Classifier, target: int, patch: int = 5, stride: int = 2
) -> np.ndarray:
    """Cover the image patch by patch and see how the odds of a digit fall (Zeiler and Fergus 2014, arXiv 1311.2901).

    Ink is covered with paper, by squares of side `patch`. Paper is covered with ink, by squares as wide as a pen: paper
    speaks too, as the gap at the top of a 4 that makes it no 9. A grey pixel gets its share of both.

    Args:
        image: `(28, 28)` uint8.
        classifier: the network.
        target: the digit asked about, 0 to 9.
        patch: side of the squares that cover ink, in pixels.
        stride: pixels from square to square, at most 3.

    Returns:
        `(28, 28)` float32, by how much the target's log-odds fall on average where a square covers the pixel: above 0
        where the ink or the paper there speaks for the target, below 0 where it speaks against it.
    """
    inked, papered = _squares(patch, stride), _squares(PEN, stride)
    covered = np.concatenate([np.where(inked, PAPER, image), np.where(papered, INK, image)]).astype(np.uint8)
    changed = (covered != image).any(axis=(1, 2))
    odds = log_odds(classifier.predict(np.concatenate([image[np.newaxis], covered[changed]])).scores, target)
    falls = np.zeros(len(covered))
    falls[changed] = odds[0] - odds[1:]
    by_paper, by_ink = (
        np.tensordot(fall, squares, axes=1) / squares.sum(axis=0)
        for squares, fall in ((inked, falls[: len(inked)]), (papered, falls[len(inked) :]))
    )
    share = image / 255.0
    return (share * by_paper + (1 - share) * by_ink).astype(np.float32)


def activation_map(image: np.ndarray, classifier: Classifier, target: int) -> np.ndarray:
    """Where the last convolution found what speaks for a digit: Score-CAM (Wang et al. 2020, arXiv 1910.01279).

    Each of the convolution's maps, stretched over the image, serves as a mask: the target's probability for what it
    leaves of the image is the map's weight in the sum.

    Args:
        image: `(28, 28)` uint8.
        classifier: the network.
        target: the digit asked about, 0 to 9.

    Returns:
        `(28, 28)` float32 in [0, 1]; as coarse as the network's last maps are.
    """
    maps = classifier.predict(image[np.newaxis], maps=True).maps
    assert maps is not None  # they were asked for
    maps = maps[0]
    maps = maps[..., np.ptp(maps, axis=(0, 1)) > TINY]
    if not maps.shape[-1]:
        return np.zeros(image.shape, np.float32)
    stretched = np.stack([cv2.resize(m, image.shape[::-1], interpolation=cv2.INTER_CUBIC) for m in _channels(maps)])
    masks = np.stack([_to_unit(m) for m in stretched])
    odds = log_odds(classifier.predict(np.rint(masks * image).astype(np.uint8)).scores, target)
    weights = np.exp(-np.logaddexp(0, -odds))
    return _to_unit(np.maximum(np.tensordot(weights / max(weights.max(), TINY), stretched, axes=1), 0))


def nearest(query: np.ndarray, features: np.ndarray, k: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Find the images that the network takes for most alike.

    Features are compared by their angle. Of the ten nearest training digits of the 1,500 test digits that "dropout" is
    least sure of, 94.3 % have the true label by the angle, 93.3 % by distance and 93.2 % by whitened distance.

    Args:
        query: `(d,)` features of one image.
        features: `(n, d)` of the images to choose from.
        k: how many; all where there are fewer.

    Returns:
        `(k,)` indices, nearest first, and their cosine distances, 0 to 2.
    """
    distances = 1 - unit_length(features) @ unit_length(query[np.newaxis])[0]
    k = min(k, len(distances))
    best = np.argpartition(distances, k - 1)[:k] if k else np.empty(0, int)
    best = best[np.argsort(distances[best], kind="stable")]
    return best, np.maximum(distances[best], 0)


def unit_length(features: np.ndarray) -> np.ndarray:
    """Bring features `(n, d)` to length 1, as float32; zeros stay zeros."""
    features = features.astype(np.float32)
    return features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), TINY)


def _squares(side: int, stride: int) -> np.ndarray:
    """All squares of a side, `stride` apart, as masks `(m, 28, 28)` that together cover every pixel."""
    starts = np.arange(1 - side, IMAGE_SIZE, stride)[:, np.newaxis]
    spans = (starts <= np.arange(IMAGE_SIZE)) & (np.arange(IMAGE_SIZE) < starts + side)
    return (spans[:, np.newaxis, :, np.newaxis] & spans[np.newaxis, :, np.newaxis, :]).reshape(
        -1, IMAGE_SIZE, IMAGE_SIZE
    )


def _channels(maps: np.ndarray) -> list[np.ndarray]:
    return list(np.ascontiguousarray(maps.transpose(2, 0, 1), np.float32))


def _to_unit(values: np.ndarray) -> np.ndarray:
    values = values - values.min()
    return (values / max(values.max(), TINY)).astype(np.float32)
