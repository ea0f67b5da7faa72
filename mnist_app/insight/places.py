"""Places on the map of the test digits: where a digit lies, and which digits lie in a box."""

import numpy as np

from mnist_app.insight.exam import Case, Exam
from mnist_app.insight.explanations import nearest

SIDE = 100.0  # of the map, whose own unit means nothing
WHOLE = (0.0, SIDE)
NEIGHBOURS = 10
Box = tuple[tuple[float, float], tuple[float, float]]


def place(features: np.ndarray, reference_features: np.ndarray, reference_points: np.ndarray) -> np.ndarray:
    """Put new images on the map: at the mean of their ten nearest neighbours' points, the nearer the heavier.

    Args:
        features: `(m, d)` of the new images.
        reference_features: `(n, d)` that the map was made of.
        reference_points: `(n, 2)`, the map.

    Returns:
        `(m, 2)` float32.
    """
    points = []
    for query in features:
        indices, distances = nearest(query, reference_features, NEIGHBOURS)
        points.append(np.average(reference_points[indices].astype(np.float32), axis=0, weights=1 / (distances + 1e-6)))
    return np.array(points, np.float32).reshape(-1, 2)


def scale_points(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Bring places on the map into 0 to `SIDE`, upwards and to the right.

    Args:
        points: `(m, 2)`, in the unit of the stored map.
        reference: `(n, 2)`, the stored map, whose ends become 0 and `SIDE`.

    Returns:
        `(m, 2)` float32, rounded to two decimals.
    """
    low, high = reference.min(axis=0), reference.max(axis=0)
    return np.round((points - low) / np.maximum(high - low, 1e-9) * SIDE, 2).astype(np.float32)


def place_case(case: Case, exam: Exam, stored: np.ndarray) -> np.ndarray:
    """Where a digit lies, `(2,)` as `scale_points`: a test digit at its place, another one among those like it.

    Args:
        case: the digit.
        exam: the test digits.
        stored: `(n, 2)`, their map.
    """
    if case.number is not None:
        points = stored[[case.number]]
    else:
        points = place(case.features[np.newaxis], exam.features, stored)
    return scale_points(points, stored)[0]


def inside(places: np.ndarray, box: Box) -> np.ndarray:
    """Numbers `(k,)` of the digits whose places `(n, 2)` lie in a box, its edges included."""
    within = [(places[:, axis] >= low) & (places[:, axis] <= high) for axis, (low, high) in enumerate(box)]
    return np.flatnonzero(within[0] & within[1])


def write_box(box: Box) -> str:
    """Write a box as an address holds it: left, right, bottom and top, with one decimal."""
    return ",".join(f"{end:.1f}" for ends in box for end in ends)


def read_box(word: str) -> Box:
    """Read what `write_box` wrote; the whole map for anything else."""
    try:
        left, right, bottom, top = (min(max(float(end), 0.0), SIDE) for end in word.split(","))
    except ValueError:
        return WHOLE, WHOLE
    return ((left, right), (bottom, top)) if left <= right and bottom <= top else (WHOLE, WHOLE)  # not so with NaN
