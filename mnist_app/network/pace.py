"""How long something takes, how long it will still take, and how that is said."""

import time
from collections.abc import Callable, Mapping
from statistics import median

REPEATS = 50


class Pace:
    """Tells the time left of a run that counts its steps, at the speed seen so far.

    Speed counts from the first step that is told, which may be in the middle of a run: what was done before an
    interruption took no time now.
    """

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None

    def seconds_left(self, step: int, steps: int) -> float | None:
        """Time that the remaining steps need; None before that can be told.

        Args:
            step: how many steps are done; 0 before the run has begun.
            steps: of the whole run.
        """
        now = time.monotonic()
        if self._first is None and step:
            self._first = now, step
        if self._first is None or step <= self._first[1]:
            return None
        start, first = self._first
        return (now - start) / (step - first) * (steps - step)


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def medians(calls: Mapping[str, Callable[[], object]], repeats: int = REPEATS) -> dict[str, float]:
    """Median seconds of each call; they take turns, so that a slow moment of the machine hits all of them."""
    for call in calls.values():
        call()
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: median(values) for name, values in times.items()}
