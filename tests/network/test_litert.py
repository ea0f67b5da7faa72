from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock

import numpy as np
import pytest

from mnist_app.network import litert, model_store
from mnist_app.network.litert import LiteRT

ONE = np.zeros((1, 28, 28, 1), np.float32)


@pytest.fixture
def network(monkeypatch) -> LiteRT:
    """A network with at most two interpreters."""
    monkeypatch.setattr(litert, "MOST", 2)
    return LiteRT(model_store.find_model("minimal").tflite, threads=1)


def while_running(monkeypatch, do: Callable[[], object]) -> None:
    """Have an interpreter do something before it computes."""
    run = litert._Interpreter.run
    monkeypatch.setattr(litert._Interpreter, "run", lambda *given: (do(), run(*given))[1])


def test_two_are_answered_at_the_same_time_and_as_by_one(network, monkeypatch):
    expected = network.run(ONE)
    together = Barrier(2)
    while_running(monkeypatch, lambda: together.wait(timeout=20))
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(network.run, [ONE, ONE]))
    for answer in answers:
        np.testing.assert_array_equal(answer[0], expected[0])


def test_a_third_waits_until_one_is_free(network, monkeypatch):
    at_work, most, lock = 0, 0, Lock()
    together = Barrier(2)

    def count() -> None:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        together.wait(timeout=20)  # pairs: a third at work would break the count
        with lock:
            at_work -= 1

    while_running(monkeypatch, count)
    with ThreadPoolExecutor(6) as pool:
        assert len(list(pool.map(network.run, [ONE] * 6))) == 6
    assert most == 2


def test_an_interpreter_that_cannot_be_loaded_takes_nobodys_place(network, monkeypatch):
    def fail(*_: object) -> None:
        raise MemoryError

    begun, go_on = Event(), Event()
    while_running(monkeypatch, lambda: begun.set() or go_on.wait())
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(network.run, ONE)
        begun.wait()
        with monkeypatch.context() as broken:
            broken.setattr(litert, "_Interpreter", fail)
            for _ in range(3):
                with pytest.raises(MemoryError):
                    network.run(ONE)
        go_on.set()
        assert first.result()[0].shape == (1, 10)
