"""What was fitted to judge candidates, as it is stored beside the detector."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

EVIDENCE = 85  # values of the judge beside the classifier's features
LIMIT = 12.0  # logarithms of odds are cut off there
FURTHEST = 6.0  # standard deviations that a value may lie from the mean: beyond, nothing was learnt


@dataclass(frozen=True, eq=False)
class Regression:
    """A logistic regression: `(k,)` weights and the intercept."""

    weights: np.ndarray
    intercept: float

    def odds(self, values: np.ndarray) -> np.ndarray:
        """Logarithms of the odds, `(n,)`, of rows `(n, k)`."""
        return values @ self.weights + self.intercept


@dataclass(frozen=True, eq=False)
class Judge:
    """A small dense network with rectified hidden layers on standardised values.

    Attributes:
        mean, scale: `(k,)`, of the values that it learnt from.
        weights, biases: of each layer.
    """

    mean: np.ndarray
    scale: np.ndarray
    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]

    def odds(self, values: np.ndarray) -> np.ndarray:
        """Logarithms of the odds, `(n,)`, of rows `(n, k)`."""
        x = np.clip((values - self.mean) / self.scale, -FURTHEST, FURTHEST)
        for weights, biases in zip(self.weights[:-1], self.biases[:-1], strict=True):
            x = np.maximum(x @ weights + biases, 0)
        return np.clip((x @ self.weights[-1] + self.biases[-1])[:, 0], -LIMIT, LIMIT)


@dataclass(frozen=True, eq=False)
class Score:
    """How sure it is that a candidate is one whole digit, and the one threshold.

    Attributes:
        judge: by what the detector sees, the ink's form, the classifier's answer, and the features of both networks.
        company: the judge's odds among the page's other marks.
        threshold: of the last one's odds, below which a candidate is no digit.
    """

    judge: Judge
    company: Regression
    threshold: float

    def fits(self, features: np.ndarray) -> bool:
        """Whether a classifier's features `(d,)` are as many as the judge was fitted with."""
        return len(self.judge.mean) == EVIDENCE + len(features)

    def save(self, path: Path) -> None:
        """Write all arrays into one `.npz` file."""
        arrays = {f"weights{i}": layer for i, layer in enumerate(self.judge.weights)}
        arrays |= {f"biases{i}": layer for i, layer in enumerate(self.judge.biases)}
        arrays |= {"mean": self.judge.mean, "scale": self.judge.scale, "threshold": np.array(self.threshold)}
        arrays["company"] = np.append(self.company.weights, self.company.intercept)
        np.savez_compressed(path, **{name: array.astype(np.float32) for name, array in arrays.items()})

    @classmethod
    def load(cls, path: Path) -> "Score":
        """Read what `save` wrote."""
        with np.load(path) as stored:
            depth = sum(name.startswith("weights") for name in stored)
            weights, biases = (tuple(stored[f"{name}{i}"] for i in range(depth)) for name in ("weights", "biases"))
            company = Regression(stored["company"][:-1], float(stored["company"][-1]))
            judge = Judge(stored["mean"], stored["scale"], weights, biases)
            return cls(judge, company, float(stored["threshold"]))
