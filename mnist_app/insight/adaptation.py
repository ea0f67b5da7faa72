"""How much better a network reads people's digits once it has learnt some of them, and what it forgets meanwhile."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from mnist_app.insight.hands import Hand
from mnist_app.network.classifier import Classifier, Outputs
from mnist_app.network.personal import Gate, Memory, adapt
from mnist_app.settings import CLASSES
from mnist_app.tables import Row

COUNTS = (1, 2, 5, 10)  # digits of each class that are taught
DRAWS = 5  # random choices of what is taught, per writer and count


class Trial(NamedTuple):
    """One writer who taught some digits, and how the others are read.

    Attributes:
        tested: how many others.
        before, taught: how many of them are misread without the head, and with it where it keeps MNIST.
        gate: what it says of the head.
        seconds: that the adaptation took.
    """

    tested: int
    before: int
    taught: int
    gate: Gate
    seconds: float

    @property
    def gated(self) -> int:
        """How many of the others are misread where the gate decides."""
        return self.taught if self.gate.opens else self.before


def measure(
    hands: Sequence[Hand],
    classifier: Classifier,
    memory: Memory,
    *,
    counts: tuple[int, ...] = COUNTS,
    draws: int = DRAWS,
    advance: Callable[[int], object] = lambda _: None,
) -> list[Row]:
    """Teach a network some digits of each writer and read the others.

    Args:
        hands: the writers.
        classifier: the network.
        memory: what it is not to forget.
        counts: how many digits of each class are taught. A class of which a writer has no more than that is neither
            taught nor tested.
        draws: random choices of what is taught.
        advance: called with 1 after each writer and count.

    Returns:
        A row per count for which a writer has digits enough, see `_summarize`.

    Raises:
        ValueError: no writer has two digits of one class.
    """
    outputs = [classifier.predict(hand.images) for hand in hands]
    rows = []
    for count in counts:
        by_writer = []
        for i, (hand, said) in enumerate(zip(hands, outputs, strict=True)):
            rngs = [np.random.default_rng([count, draw, i]) for draw in range(draws)]
            choices = [choose(hand.labels, count, rng) for rng in rngs]
            by_writer.append([_try(hand.labels, said, memory, *choice) for choice in choices if choice[0].any()])
            advance(1)
        trials = [each for each in by_writer if each]
        if trials:
            rows.append(_summarize(count, trials))
    if not rows:
        raise ValueError("No writer has two digits of one class: one to teach and one to read.")
    return rows


def turn(rows: list[Row]) -> list[Row]:
    """The rows of `measure` as columns, which fit a terminal: a row per figure."""
    columns = {f"{row['taught_each']} of each": row for row in rows}
    return [{"figure": figure} | {name: row[figure] for name, row in columns.items()} for figure in list(rows[0])[1:]]


def choose(labels: np.ndarray, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Choose what is taught and what is tested, `(n,)` bool each: of every class that has more than `count` digits."""
    taught, tested = np.zeros((2, len(labels)), bool)
    for digit in range(CLASSES):
        places = rng.permutation(np.flatnonzero(labels == digit))
        if len(places) > count:
            taught[places[:count]], tested[places[count:]] = True, True
    return taught, tested


def _try(labels: np.ndarray, said: Outputs, memory: Memory, taught: np.ndarray, tested: np.ndarray) -> Trial:
    start = time.perf_counter()
    head, gate = adapt(memory, said.features[taught], said.scores[taught], labels[taught])
    seconds = time.perf_counter() - start
    scores, y_true = said.scores[tested, :CLASSES], labels[tested]
    before = _misread(scores, y_true)
    after = _misread(scores + head.change(said.features[tested]), y_true) if gate.keeps else before
    return Trial(len(y_true), before, after, gate, seconds)


def _misread(scores: np.ndarray, y_true: np.ndarray) -> int:
    return int((scores.argmax(axis=1) != y_true).sum())


def _summarize(count: int, trials: list[list[Trial]]) -> Row:
    """One row: what was taught, and shares as means over the writers, of whom each is the mean of the draws.

    Returns:
        `taught_each`, digits of each class; `writers`; `tested`, digits read by each on average; `errors_before`,
        `errors_taught` and `errors_gated`: the share misread without a head, with it, and where the gate decides, each
        with the standard deviation over the writers as `..._spread`; `mended`, the share of all errors that the head
        mends, and `mended_gated`; `gate_opens`, the share of trials in which it does; `mnist_before` and `mnist_after`,
        the share of the test digits read right; `lost_at_most`, of them, by the worst head; `milliseconds`, the median
        time to adapt.
    """

    def shares(value: Callable[[Trial], float]) -> np.ndarray:
        return np.array([np.mean([value(trial) for trial in each]) for each in trials])

    every = [trial for each in trials for trial in each]
    errors = {
        "before": shares(lambda trial: trial.before / trial.tested),
        "taught": shares(lambda trial: trial.taught / trial.tested),
        "gated": shares(lambda trial: trial.gated / trial.tested),
    }
    row: Row = {
        "taught_each": count,
        "writers": len(trials),
        "tested": float(shares(lambda trial: trial.tested).mean()),
    }
    for name, values in errors.items():
        row |= {f"errors_{name}": float(values.mean()), f"errors_{name}_spread": float(values.std())}
    before = max(1, sum(trial.before for trial in every))
    used = [trial.gate for trial in every if trial.gate.keeps]
    return row | {
        "mended": 1 - sum(trial.taught for trial in every) / before if errors["before"].any() else 0.0,
        "mended_gated": 1 - sum(trial.gated for trial in every) / before if errors["before"].any() else 0.0,
        "gate_opens": float(np.mean([trial.gate.opens for trial in every])),
        "mnist_before": 1 - every[0].gate.mnist_before / every[0].gate.mnist,
        "mnist_after": float(np.mean([1 - gate.mnist_after / gate.mnist for gate in used])) if used else None,
        "lost_at_most": max((gate.lost for gate in used), default=None),
        "milliseconds": 1000 * float(np.median([trial.seconds for trial in every])),
    }
