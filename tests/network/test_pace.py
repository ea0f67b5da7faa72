import time

import pytest

from mnist_app.network import pace


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """A clock that the test turns on."""
    now = [1000.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])
    return now


def test_the_time_left_follows_from_the_speed_since_the_first_look(clock):
    left, seen = pace.Pace(), []
    for step, seconds in ((0, 60), (501, 0), (511, 20), (1000, 978)):
        clock[0] += seconds
        seen.append(left.seconds_left(step, 1000))
    assert seen == [None, None, 978, 0]


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (59.6, "1 min 00 s"), (90, "1 min 30 s"), (4860, "1 h 21 min")]
)
def test_a_duration_as_a_person_says_it(seconds, said):
    assert pace.duration(seconds) == said


def test_medians_take_turns_and_count_what_they_say():
    calls = []
    seconds = pace.medians({"a": lambda: calls.append("a"), "b": lambda: time.sleep(0.01)}, repeats=3)
    assert len(calls) == 4  # one to warm up
    assert seconds["b"] >= 0.01
