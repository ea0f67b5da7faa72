"""How sure it is that a candidate is one whole digit: a small network on the candidate, its neighbours and its rivals.

A letter in a word differs from a digit in a number only by what stands beside it. So what is known of each candidate
is made into a short vector, and each vector then hears, twice, those of the marks around it, of the candidates for the
same ink, and of the whole page, as in message passing on graphs (Gilmer et al. 2017, arXiv 1704.01212).
Trained by `detecting.fitting`; run here with NumPy, as a page has some fifty candidates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.network.model_store import naming
from mnist_app.reading.detecting.detector import DETECTOR, FEATURES
from mnist_app.reading.detecting.evidence import LIMIT, OWN, Evidence, Others
from mnist_app.reading.detecting.search import choose
from mnist_app.reading.detecting.surroundings import FILE, SEEN, Surroundings
from mnist_app.settings import MODELS_FOLDER

JUDGE = "judge.npz"  # its file beside the detector
FURTHEST = 5.0  # standard deviations that a value may lie from the mean: beyond, nothing was learnt
ROUNDS = 2
LAYERS = ("own1", "own2", "odds", *(f"{name}{i}" for name in ("neighbours", "rivals", "state") for i in range(ROUNDS)))
WEIGHTS = {"mean", "scale", *(f"{layer}.{part}" for layer in LAYERS for part in ("kernel", "bias"))}


@dataclass(frozen=True, eq=False)
class JudgeNetwork:
    """One trained network, or several that are run at once.

    Attributes:
        weights: `mean` and `scale` `(k,)` of what it learnt from; `NAME.kernel` and `NAME.bias` of each dense layer.
            Where m networks are run at once, all have a first axis of that length.
    """

    weights: Mapping[str, np.ndarray]

    def odds(self, evidence: Evidence) -> np.ndarray:
        """Logarithms of the odds, `(n,)` or `(m, n)`, that each candidate is one whole digit."""
        own = (evidence.own - self.weights["mean"][..., np.newaxis, :]) / self.weights["scale"][..., np.newaxis, :]
        state = self._dense("own2", self._dense("own1", np.clip(own, -FURTHEST, FURTHEST)))
        for number in range(ROUNDS):
            heard = [
                *self._hear(f"neighbours{number}", state, evidence.neighbours),
                *self._hear(f"rivals{number}", state, evidence.rivals),
            ]
            page = (evidence.mark @ state) / max(evidence.mark.sum(), 1)
            heard.append(np.broadcast_to(page[..., np.newaxis, :], state.shape))
            state = self._dense(f"state{number}", np.concatenate([state, *heard], axis=-1))
        odds = (state @ self.weights["odds.kernel"])[..., 0] + self.weights["odds.bias"]
        return np.clip(odds, -LIMIT, LIMIT)

    def _dense(self, name: str, values: np.ndarray) -> np.ndarray:
        return np.maximum(values @ self.weights[f"{name}.kernel"] + self.weights[f"{name}.bias"][..., np.newaxis, :], 0)

    def _hear(self, name: str, state: np.ndarray, others: Others) -> tuple[np.ndarray, np.ndarray]:
        """Mean and maximum of what the others say."""
        n, count, ways = others.beside.shape
        beside = np.broadcast_to(others.beside, (*state.shape[:-2], n, count, ways))
        told = np.concatenate([state[..., others.index, :], beside], axis=-1)
        said = self._dense(name, told.reshape(*state.shape[:-2], n * count, -1)).reshape(*told.shape[:-1], -1)
        said = said * others.valid[..., np.newaxis]
        return said.sum(axis=-2) / np.maximum(others.valid.sum(axis=1, keepdims=True), 1), said.max(axis=-2)


@dataclass(frozen=True, eq=False)
class Judge:
    """The mean of several networks, which differ in their first weights and in the order in which they learnt.

    Attributes:
        networks: at least one.
        surroundings: looks at what stands around the candidates.
        threshold: of the logarithm of the odds, below which a candidate is no digit.
    """

    networks: tuple[JudgeNetwork, ...]
    surroundings: Surroundings
    threshold: float = 0.0

    def fits(self, features: np.ndarray) -> bool:
        """Whether a classifier's features `(d,)` are as many as it was trained with."""
        return len(self.networks[0].weights["mean"]) == len(OWN) + FEATURES + len(features) + SEEN

    @property
    def usual_features(self) -> np.ndarray:
        """The mean of the classifier's features `(d,)` that it was trained with: they speak neither for nor against."""
        return self.networks[0].weights["mean"][len(OWN) + FEATURES : -SEEN]

    def odds(self, evidence: Evidence) -> np.ndarray:
        """Logarithms of the odds, `(n,)`, that each candidate is one whole digit."""
        return self._together.odds(with_surroundings(evidence, self.surroundings)).mean(axis=0)

    @cached_property
    def _together(self) -> JudgeNetwork:
        weights = [network.weights for network in self.networks]
        return JudgeNetwork({name: np.stack([one[name] for one in weights]) for name in weights[0]})

    def choose(self, evidence: Evidence, odds: np.ndarray) -> list[int]:
        """Choose the digits of a page: the surest candidates that do not share ink.

        Args:
            evidence: of the page.
            odds: from `odds`.
        """
        return choose(odds, evidence.overlap, self.threshold)

    def save(self, path: Path) -> None:
        """Write the networks and the threshold into one `.npz` file; `surroundings.tflite` is beside it already."""
        arrays: dict[str, Any] = {
            f"{i}.{name}": array.astype(np.float32)
            for i, network in enumerate(self.networks)
            for name, array in network.weights.items()
        }
        np.savez_compressed(path, threshold=np.float32(self.threshold), **arrays)

    @classmethod
    def load(cls, path: Path, surroundings: Surroundings | None = None) -> "Judge":
        """Read what `save` wrote.

        Args:
            path: of the `.npz` file.
            surroundings: those beside it where None.

        Raises:
            ValueError: it holds no networks, or they are not whole.
        """
        weights: dict[str, dict[str, np.ndarray]] = {}
        with np.load(path) as stored:
            for name in stored:
                number, _, rest = name.partition(".")
                if rest:
                    weights.setdefault(number, {})[rest] = stored[name]
            threshold = float(stored["threshold"])
        if not weights or any(set(one) != WEIGHTS for one in weights.values()):
            raise ValueError("it holds no networks, or not all of their weights")
        if not all(np.isfinite(array).all() for one in weights.values() for array in one.values()):
            raise ValueError("it has weights that are no numbers (NaN)")
        networks = tuple(JudgeNetwork(weights[number]) for number in sorted(weights))
        return cls(networks, surroundings or Surroundings(path.parent / FILE), threshold)


def with_surroundings(evidence: Evidence, surroundings: Surroundings) -> Evidence:
    """The same evidence, and after what is known of each candidate what its surroundings tell."""
    return replace(evidence, own=np.concatenate([evidence.own, surroundings.see(evidence.views)], axis=1))


@cache
def load_judge(folder: Path = MODELS_FOLDER / DETECTOR) -> Judge:
    """Load the judge that is stored with a detector, once.

    Raises:
        ValueError: one of its files is missing or cannot be used; the message names it.
    """
    with naming(folder / FILE):
        surroundings = Surroundings(folder / FILE)
    with naming(folder / JUDGE):
        return Judge.load(folder / JUDGE, surroundings)
