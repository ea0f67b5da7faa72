"""How many pictures a second `predict` reads with one and two workers, and what a million would take: prints a table.

    python tests/cli/time_predict.py scans/ --copies 3

The pictures of a folder are copied several times, and read by the command as a person gives it: with one process and
with two, and by a Dask cluster of one and of two workers on this machine where Dask is installed. A round goes through
all of them; medians of three rounds. One process alone uses all cores for each picture; two, and each of Dask's
workers, keep to one core each. So what a million takes on more cores is worked out from those: the same pace for each
core, as long as the one command that hands the pictures out keeps up.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
ROUNDS = 3
PACE = re.compile(r"([\d,]+) pictures read, ([\d.,]+) a second\.")
MANY, CORES = 1_000_000, (8, 64)
WAYS = ("1 process", "2 processes", "1 Dask worker", "2 Dask workers")


def hours(pace: float, workers: int, cores: int) -> float:
    """How long a million pictures take on so many cores, where so many workers read `pace` pictures a second."""
    return MANY / (pace / workers * cores) / 3600


def copy_pictures(source: Path, copies: int, folder: Path) -> None:
    """Copy what is in a folder and below it several times."""
    for number in range(copies):
        shutil.copytree(source, folder / str(number))


def read_all(folder: Path, *options: str) -> float:
    """Have `predict` read a folder; returns pictures a second, as it says itself.

    Raises:
        RuntimeError: it did not say so, as where there are few; the message holds what it did.
    """
    command = [sys.executable, "-m", "mnist_app", "predict", str(folder), "--format", "csv", *options]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if not (found := PACE.search(done.stderr)):
        raise RuntimeError(f"Nothing was timed; `predict` says its pace for more than 50 pictures. {done.stderr}")
    return float(found[2].replace(",", ""))


@contextmanager
def asked(way: str) -> Iterator[tuple[str, ...]]:
    """The options of `predict` for one of `WAYS`, and what it needs while it reads."""
    count, kind = way.split(maxsplit=1)
    if "Dask" not in kind:
        yield "--processes", count
        return
    from distributed import LocalCluster

    sys.path.append(str(ROOT))  # which the workers take over: a script finds only what lies beside it
    with LocalCluster(int(count), threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        yield "--scheduler", cluster.scheduler_address


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="with pictures; those below it are taken, too")
    parser.add_argument("--copies", type=int, default=3, help="how often each is read (%(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of which medians are taken (%(default)s)")
    arguments = parser.parse_args()
    ways = [way for way in WAYS if "Dask" not in way or find_spec("distributed")]
    paces: dict[str, list[float]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as folder:
        copy_pictures(arguments.folder, arguments.copies, Path(folder))
        for _ in range(arguments.rounds):
            for way in ways:
                with asked(way) as options:
                    paces[way].append(read_all(Path(folder), *options))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")
    print(f"{'':16}{'a second':>10}{'lowest':>10}{'highest':>10}" + "".join(f"{f'{each} cores':>12}" for each in CORES))
    for way, found in paces.items():
        workers, middle = int(way[0]), median(found)
        ends = "".join(
            f"{hours(middle, workers, cores):10.1f} h" if way != WAYS[0] else f"{'–':>12}" for cores in CORES
        )
        print(f"{way:16}{middle:10.1f}{min(found):10.1f}{max(found):10.1f}{ends}")


if __name__ == "__main__":
    main()
