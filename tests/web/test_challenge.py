from types import SimpleNamespace

import numpy as np
import pytest

from mnist_app.web.challenge import SKIPPED, Challenge, Race, Verdict, judge

IMAGE = np.zeros((28, 28), np.uint8)


class Reads:
    """A network that reads the same digit in everything."""

    def __init__(self, digit: int) -> None:
        self.digit = digit

    def predict(self, images: np.ndarray) -> SimpleNamespace:
        y_prob = np.full((len(images), 10), 0.02, np.float32)
        y_prob[:, self.digit] = 0.82
        return SimpleNamespace(y_prob=y_prob)


@pytest.mark.parametrize(
    ("own", "jury", "fooled"),
    [
        (4, (7, 7, 7, 1), True),
        (4, (7, 7, 1, 1), False),  # half is not enough
        (4, (1, 2, 3, 5), False),  # a scribble
        (7, (7, 7, 7, 7), False),
        (7, (4, 4, 4, 4), False),
    ],
)
def test_only_what_most_others_still_read_fools_a_network(own, jury, fooled):
    networks = {"own": Reads(own)} | {f"judge {i}": Reads(digit) for i, digit in enumerate(jury)}
    verdict = judge(IMAGE, 7, "own", networks)
    assert (verdict.read, verdict.jury, verdict.votes) == (own, 4, jury.count(7))
    assert verdict.fooled is fooled


def test_a_digit_counts_once_and_for_the_network_that_was_fooled():
    games = Challenge()
    for asked, by in ((7, "a"), (7, "a"), (3, "a"), (5, "b")):
        image = np.full((28, 28), asked, np.uint8)
        games.take(Verdict(image, asked, 1, 0.9, 3, 4, by))
    games.take(Verdict(IMAGE, 2, 2, 0.9, 3, 4, "a"))
    assert games.fooled("a") == {7, 3}
    assert [one.asked for one in games.hard] == [2, 5, 3, 7]


def test_a_race_ends_with_its_tenth_digit_and_skipping_costs_seconds():
    now = iter([100.0, 130.0, 999.0])
    race = Race([3, 1], clock=lambda: next(now))
    race.go_on(skip=True)
    assert race.asked == 1
    race.go_on()
    assert race.asked is None
    assert race.seconds == 30 + SKIPPED


def test_the_quickest_race_is_remembered():
    games = Challenge()
    for seconds, best in ((40.0, 40.0), (60.0, 40.0), (20.0, 20.0)):
        games.start_race(seed=0)
        assert sorted(games.race.digits) == list(range(10))
        games.race.clock = lambda seconds=seconds: seconds
        games.race._began = 0.0
        for _ in range(11):  # one more than there are
            games.go_on()
        assert games.best == best
