"""Who does the same to many things: this process, one process for each core, or a cluster of Dask's workers."""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TypeVar

import cv2
from threadpoolctl import threadpool_limits

from mnist_app.network import litert

T = TypeVar("T")
R = TypeVar("R")
EACH_AHEAD = 4  # things that a worker may have before it; so many are held in memory
FEW = 50  # things for which starting further processes would take longer than it saves


@dataclass(frozen=True)
class Workers:
    """Who works.

    Attributes:
        executor: takes the work.
        ahead: how many things may be on their way at once.
        lost: what `Future.result` raises where a thing ended all the workers that it was given to.
    """

    executor: Executor
    ahead: int
    lost: tuple[type[Exception], ...] = ()

    def in_order(self, work: Callable[[T], R], things: Iterable[T]) -> Iterator[tuple[T, Future[R]]]:
        """Each thing with what the work on it makes, in the order of the things, which are taken as they are needed."""
        waiting: deque[tuple[T, Future[R]]] = deque()
        for thing in things:
            waiting.append((thing, self.executor.submit(work, thing)))
            if len(waiting) >= self.ahead:
                yield waiting.popleft()
        yield from waiting


@contextmanager
def on_this_machine(things: int, processes: int | None = None) -> Iterator[Workers]:
    """Work in a thread of this process where there is little to do, and else in further processes, of one thread each.

    Args:
        things: how many there are to work on.
        processes: how many; one for each core where None.
    """
    count = processes or (things > FEW and os.cpu_count()) or 1
    # Spawned: a fork would copy locks that another thread holds.
    executor = ThreadPoolExecutor(1) if count == 1 else ProcessPoolExecutor(count, get_context("spawn"), _begin)
    try:
        yield Workers(executor, EACH_AHEAD * count)
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def on_cluster(scheduler: str) -> Iterator[Workers]:
    """Work on all workers of a Dask cluster; what a worker that is lost had before it is given to another.

    Args:
        scheduler: its address, such as "tcp://10.0.0.1:8786".

    Raises:
        ValueError: Dask is not installed, nobody answers there, or there is no worker.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise ValueError("--scheduler needs Dask: pip install -r requirements-cluster.txt.") from None
    try:
        client = Client(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise ValueError(f"--scheduler: no Dask scheduler answers at {scheduler!r} ({error}).") from None
    with client, client.get_executor(pure=False) as executor:
        if not (threads := sum(client.nthreads().values())):
            raise ValueError(f"--scheduler: {scheduler} has no worker yet; start one with `dask worker {scheduler}`.")
        client.register_worker_callbacks(_compute_alone)  # also on workers that come later
        yield Workers(executor, EACH_AHEAD * threads, (KilledWorker,))


# What follows runs in further processes, where no line is counted; the tests see what it does there.
def _begin() -> None:  # pragma: no cover
    """Prepare a process that works beside others: it ends with the one that started it, and has one core."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the first process ends the others
    Thread(target=_end_with_parent, daemon=True).start()
    _compute_alone()


def _compute_alone() -> None:  # pragma: no cover
    """Have this process compute in one thread: there are others for the other cores."""
    cv2.setNumThreads(1)
    threadpool_limits(1)
    litert.limit_threads(1)


def _end_with_parent() -> None:  # pragma: no cover
    if parent := parent_process():
        parent.join()
    os._exit(1)
