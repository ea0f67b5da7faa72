"""Two games with the networks: fool one of them, and ten digits against the clock; it knows nothing of Streamlit.

Whether a drawing still is a 7 cannot be known without a person. The other networks stand in for one: all see the same
picture, and only where more than half of them read a 7 has the one that reads something else been fooled. What nobody
reads fools nobody.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from mnist_app.network.classifier import Classifier
from mnist_app.settings import CLASSES

SKIPPED = 10.0  # seconds that a digit costs which is skipped


@dataclass(frozen=True)
class Verdict:
    """What a network and its jury read in a drawing.

    Attributes:
        image: `(28, 28)` uint8, what all of them saw.
        asked: the digit that was to be drawn.
        read: what the network reads.
        confidence: its probability.
        votes: how many of the jury read the digit that was asked for.
        jury: how many there are.
        by: name of the network.
    """

    image: np.ndarray = field(repr=False)
    asked: int
    read: int
    confidence: float
    votes: int
    jury: int
    by: str

    @property
    def fooled(self) -> bool:
        """Whether the network is wrong: it reads something else, and most of the jury what was asked for."""
        return self.read != self.asked and 2 * self.votes > self.jury


def judge(image: np.ndarray, asked: int, by: str, networks: dict[str, Classifier]) -> Verdict:
    """Have a drawing read by all networks.

    Args:
        image: `(28, 28)` uint8.
        asked: the digit that was to be drawn.
        by: name of the network that plays; all others are the jury.
        networks: by name.
    """
    said = {name: network.predict(image[np.newaxis]).y_prob[0] for name, network in networks.items()}
    own = said.pop(by)
    votes = sum(int(y_prob.argmax()) == asked for y_prob in said.values())
    return Verdict(image, asked, int(own.argmax()), float(own.max()), votes, len(said), by)


@dataclass
class Race:
    """Ten digits against the clock, each until it is read right or skipped.

    Attributes:
        digits: in the order in which they are asked for.
        clock: gives seconds.
        done: how many are behind.
        skipped: how many of these were skipped.
    """

    digits: Sequence[int]
    clock: Callable[[], float] = time.monotonic
    done: int = 0
    skipped: int = 0

    def __post_init__(self) -> None:
        self._began = self.clock()
        self._took: float | None = None

    @property
    def asked(self) -> int | None:
        """The digit to draw now; None when all are behind."""
        return self.digits[self.done] if self.done < len(self.digits) else None

    @property
    def seconds(self) -> float:
        """Since its beginning, up to its end, with what the skipped ones cost."""
        took = self.clock() - self._began if self._took is None else self._took
        return took + SKIPPED * self.skipped

    def go_on(self, skip: bool = False) -> None:
        """Ask for the next digit; after the last one the clock stands."""
        self.skipped += skip
        self.done += 1
        if self.asked is None:
            self._took = self.clock() - self._began


@dataclass
class Challenge:
    """The games of one visitor.

    Attributes:
        hard: the drawings that were not read, the latest first.
        race: the one that goes on or was the last; None before the first.
        best: seconds of the quickest one; None before the first.
    """

    hard: list[Verdict] = field(default_factory=list)
    race: Race | None = None
    best: float | None = None

    def take(self, verdict: Verdict) -> None:
        """Put a drawing into the gallery; the same one twice is one."""
        if not any(verdict.by == one.by and np.array_equal(verdict.image, one.image) for one in self.hard):
            self.hard.insert(0, verdict)

    def fooled(self, by: str) -> set[int]:
        """The digits with which a network was fooled."""
        return {one.asked for one in self.hard if one.by == by and one.fooled}

    def start_race(self, seed: int | None = None) -> None:
        """Begin a race, with all ten digits by chance."""
        self.race = Race([int(digit) for digit in np.random.default_rng(seed).permutation(CLASSES)])

    def go_on(self, skip: bool = False) -> None:
        """Ask for the next digit of the race, and keep its time at its end."""
        if self.race is None or self.race.asked is None:
            return
        self.race.go_on(skip)
        if self.race.asked is None:
            self.best = min(self.race.seconds, self.best or self.race.seconds)
