"""Throw made-up inputs at everything that reads: `python tests/fuzz.py`, `--reader pictures --count 5000` for one.

Each input gives an answer or one of the errors that are foreseen, within two seconds of the processor's time, and the
process holds at most 600 MB. What does not is made as small as it can be, and printed; where it hangs, it is ended and
the place told. Others are drawn in every run, but for `--seed`.

`--total 1000000` shares so many among all readers, in rounds that are processes of their own, some at a time. With
`--keep FILE` each round that has ended is noted there; given again, the command goes on with those that are missing.
"""

import argparse
import faulthandler
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from hypothesis import HealthCheck, Phase, given, seed, settings
from made_up import READERS, Reader

SECONDS = 2.0  # of the processor's time for one input
MOST_MEMORY = 600  # MB of the whole process
AT_ONCE = 500  # inputs after which hypothesis forgets what it has tried
HANGS = 600  # seconds that so many may take
ROUNDS = 4  # of each reader, for a total
STATUS = Path("/proc/self/status")


@dataclass
class Found:
    """What came of inputs: how many were read, and how many refused with which error; the slowest in seconds."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    memory: int = 0  # MB that the process has held at most

    @property
    def count(self) -> int:
        return self.outcomes.total()

    def add(self, other: "Found") -> None:
        self.outcomes += other.outcomes
        self.slowest = max(self.slowest, other.slowest)
        self.memory = max(self.memory, other.memory)

    def __str__(self) -> str:
        told = ", ".join(f"{count:,} {outcome}" for outcome, count in self.outcomes.most_common())
        return f"{self.count:,} inputs: {told}; the slowest {self.slowest:.2f} s, {self.memory} MB at most"


class Round(NamedTuple):
    """A part of the inputs of a reader, always the same ones."""

    reader: str
    count: int
    seed: int


def most_held() -> int:
    """MB that this program has held at most; on Linux, `ru_maxrss` counts what started it, too."""
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 20
    (line,) = (each for each in STATUS.read_text().splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) >> 10


def try_one(reader: Reader, made: Any, found: Found, most_memory: float = float("inf")) -> None:
    """Give a reader an input, and add what comes of it.

    Raises:
        Exception: what nobody foresaw, or `AssertionError` where it took too much time or memory.
    """
    before = time.process_time()
    try:
        reader.read(made)
        outcome = "read"
    except reader.foreseen as error:
        outcome = type(error).__name__
    took, held = time.process_time() - before, most_held()
    found.add(Found(Counter([outcome]), took, held))
    assert took < SECONDS, f"{took:.1f} s"
    assert held < most_memory, f"{held} MB"


def fuzz(name: str, count: int, start: int | None = None, most_memory: float = float("inf")) -> Found:
    """Try so many inputs.

    Args:
        name: of `READERS`.
        count: of inputs.
        start: for the same ones again.
        most_memory: MB that this process may ever have held.

    Raises:
        Exception: as `try_one`.
    """
    reader, found = READERS[name], Found()

    @settings(
        max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )  # fmt: skip
    @given(reader.inputs)
    def each(made: Any) -> None:
        try_one(reader, made, found, most_memory)

    (each if start is None else seed(start)(each))()
    return found


def fuzz_watched(round: Round) -> Found:
    """Try the inputs of a round, so many at a time that hypothesis stays small; ends the process where one hangs."""
    faulthandler.register(signal.SIGALRM, chain=True)  # tells the place, in whatever language it is written
    found = Found()
    for start in range(0, round.count, AT_ONCE):
        signal.alarm(HANGS)
        found.add(fuzz(round.reader, min(AT_ONCE, round.count - start), round.seed * 10**6 + start, MOST_MEMORY))
    signal.alarm(0)
    return found


def plan(total: int) -> list[Round]:
    """The rounds of a total, so that all readers come on side by side."""
    shares = {name: total * reader.of_1000 // 1000 for name, reader in READERS.items()}
    return [Round(name, max(1, share // ROUNDS), seed) for seed in range(ROUNDS) for name, share in shares.items()]


def in_a_process(round: Round) -> Found:
    """Try the inputs of a round in a process of its own.

    Raises:
        ChildProcessError: something was found; the message says what, and how to find it again.
    """
    command = [sys.executable, __file__, "--reader", round.reader, "--count", str(round.count), "--seed"]
    ended = subprocess.run([*command, str(round.seed), "--json"], capture_output=True, text=True, check=False)
    if ended.returncode:
        raise ChildProcessError(f"{round}: ended with {ended.returncode}\n{ended.stderr}")
    told = json.loads(ended.stdout.splitlines()[-1])
    return Found(Counter(told["outcomes"]), told["slowest"], told["memory"])


def fuzz_rounds(rounds: Iterable[Round], keep: Path, processes: int, end: float) -> dict[str, Found]:
    """Try rounds, several at a time, but for those that a file says have been tried; returns what came of each reader.

    Args:
        rounds: all of them.
        keep: the file; each round that ends without a finding is added.
        processes: how many at a time.
        end: when no more are begun, in seconds of `time.monotonic`.
    """
    found = {name: Found() for name in READERS}
    tried = set()
    for line in keep.read_text().splitlines() if keep.exists() else ():
        told = json.loads(line)
        tried.add(Round(*told["round"]))
        found[told["round"][0]].add(Found(Counter(told["outcomes"]), told["slowest"], told["memory"]))

    def one(round: Round) -> None:
        if round in tried or time.monotonic() > end:
            return
        try:
            came = in_a_process(round)
        except ChildProcessError as error:
            print(error, flush=True)
            return
        with keep.open("a") as file:
            file.write(json.dumps({"round": round} | vars(came)) + "\n")
        found[round.reader].add(came)

    with ThreadPoolExecutor(processes) as pool:
        list(pool.map(one, rounds))
    return found


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Throw made-up inputs at everything that reads.")
    parser.add_argument("--count", type=int, default=1000, help="of inputs for each reader")
    parser.add_argument("--reader", choices=READERS, action="append", help="only this one; once more for each other")
    parser.add_argument("--seed", type=int, help="for the same inputs again")
    parser.add_argument("--json", action="store_true", help="tell what came of it as JSON, and watch for hangs")
    parser.add_argument("--total", type=int, help="of inputs for all readers, in rounds")
    parser.add_argument("--keep", type=Path, default=Path(os.devnull), help="file of rounds that have ended")
    parser.add_argument("--processes", type=int, default=2, help="rounds at a time")
    parser.add_argument("--minutes", type=float, default=600, help="after which no more rounds are begun")
    return parser.parse_args()


def main() -> None:
    """Fuzz as the command line says."""
    asked = parse()
    if asked.total:
        end = time.monotonic() + 60 * asked.minutes
        every = fuzz_rounds(plan(asked.total), asked.keep, asked.processes, end)
        for name, found in every.items():
            print(f"{name}: {found}")
        print(f"in all: {sum(found.count for found in every.values()):,} inputs")
        return
    for name in asked.reader or READERS:
        if asked.json:
            print(json.dumps(vars(fuzz_watched(Round(name, asked.count, asked.seed)))))
        else:
            print(f"{name}: {fuzz(name, asked.count, asked.seed)}", flush=True)


if __name__ == "__main__":
    main()
