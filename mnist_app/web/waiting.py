"""Work for the processor stands in line: so much at a time, and whoever waits can be told how many are before them."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition
from typing import Generic, TypeVar

from mnist_app.network.litert import MOST

Made = TypeVar("Made")


class Line:
    """A line in front of a few threads; first come, first served."""

    def __init__(self, at_once: int = MOST) -> None:
        self.at_once = at_once
        self.turns: list[Turn] = []  # of what is being done or waits for it, in order
        self.moved = Condition()  # guards `turns`
        self._pool = ThreadPoolExecutor(at_once, "line")

    def join(self, work: Callable[[], Made]) -> "Turn[Made]":
        """Have work done when its turn comes; returns at once."""
        with self.moved:
            turn = Turn(self, self._pool.submit(work))
            self.turns.append(turn)
        turn.future.add_done_callback(lambda _: self._leave(turn))
        return turn

    def _leave(self, turn: "Turn") -> None:
        with self.moved:
            self.turns.remove(turn)
            self.moved.notify_all()


class Turn(Generic[Made]):
    """A place in a line.

    Attributes:
        future: what the work will make.
    """

    def __init__(self, line: Line, future: Future[Made]) -> None:
        self.future, self._line = future, line

    @property
    def before(self) -> int:
        """How many have to be served before this one; 0 where it is at work, or done."""
        with self._line.moved:
            place = self._line.turns.index(self) if self in self._line.turns else 0
            return place if place >= self._line.at_once else 0

    def wait(self, before: int) -> None:
        """Wait until it is done, or another number is before it."""
        with self._line.moved:
            self._line.moved.wait_for(lambda: self not in self._line.turns or self.before != before)
