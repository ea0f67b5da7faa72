import asyncio
import threading
import time

import pytest
from alone import run_alone

from mnist_app.web.api.problems import Problem
from mnist_app.web.api.work import Desk


def test_so_much_at_a_time_and_the_rest_after_it():
    at_work, most, lock = 0, 0, threading.Lock()

    def work(i: int) -> int:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.02)
        with lock:
            at_work -= 1
        return i

    async def all_of_it() -> list[int]:
        desk = Desk(threads=2, most=10)
        return await asyncio.gather(*(desk.do(work, i) for i in range(10)))

    assert run_alone(all_of_it()) == list(range(10))
    assert most == 2


def test_too_much_is_refused_and_places_are_given_back():
    async def one_too_many() -> None:
        desk, go_on = Desk(threads=1, most=2), threading.Event()
        held = [asyncio.ensure_future(desk.do(go_on.wait, 5)) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(Problem, match="2 pictures are being read or wait for it; try again in a moment"):
            await desk.do(time.sleep, 0)
        go_on.set()
        assert await asyncio.gather(*held) == [True, True]
        with pytest.raises(ZeroDivisionError):
            await desk.do(divmod, 1, 0)
        assert await desk.do(divmod, 7, 2) == (3, 1)

    run_alone(one_too_many())


def test_what_takes_too_long_is_given_up_and_dropped_where_it_has_not_begun():
    begun = []

    async def slow() -> None:
        desk = Desk(threads=1, most=3, seconds=0.1)
        first = asyncio.ensure_future(desk.do(time.sleep, 0.3))
        await asyncio.sleep(0.01)  # it has begun
        with pytest.raises(Problem, match="no answer within 0.1 seconds") as refused:
            await desk.do(begun.append, 1)
        with pytest.raises(Problem):
            await first
        assert (refused.value.status_code, refused.value.headers) == (503, {"Retry-After": "1"})
        await asyncio.sleep(0.3)
        assert await desk.do(len, begun) == 0

    run_alone(slow())
