from threading import Event

import pytest

from mnist_app.web.waiting import Line, Turn


@pytest.fixture
def held() -> tuple[Line, list[Event], list[Turn[bool]]]:
    """A line of five in front of two threads, and what ends each one's work."""
    line, ends = Line(at_once=2), [Event() for _ in range(5)]
    return line, ends, [line.join(end.wait) for end in ends]


def test_who_waits_knows_how_many_are_before_them(held):
    line, ends, turns = held
    assert [turn.before for turn in turns] == [0, 0, 2, 3, 4]
    ends[0].set()
    turns[4].wait(4)
    assert [turn.before for turn in turns] == [0, 0, 0, 2, 3]
    for end in ends:
        end.set()
    for turn in turns:
        assert turn.future.result()
        while turn in line.turns:
            turn.wait(turn.before)
    assert [turn.before for turn in turns] == [0] * 5


def test_first_come_first_served():
    line, go_on, served = Line(at_once=1), Event(), []
    line.join(go_on.wait)
    turns = [line.join(lambda i=i: served.append(i)) for i in range(4)]
    go_on.set()
    for turn in turns:
        turn.future.result()
    assert served == [0, 1, 2, 3]


def test_work_that_fails_leaves_the_line():
    line = Line(at_once=1)
    failing, after = line.join(lambda: 1 / 0), line.join(lambda: 2)
    with pytest.raises(ZeroDivisionError):
        failing.future.result()
    after.wait(1)
    assert after.future.result() == 2
