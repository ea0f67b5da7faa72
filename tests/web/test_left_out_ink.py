import pytest

from mnist_app.reading.answer import Rejected
from mnist_app.reading.left_out import LINE
from mnist_app.web import left_out_ink


def test_what_was_left_out_is_grouped_by_its_reason():
    word = [Rejected((10 * i, 30, 8, 12), "part of a word") for i in range(5)]
    specks = [Rejected((0, 100 * i, 400, 3), "a speck") for i in range(left_out_ink.FEW + 1)]
    last = Rejected((300, 300, 8, 8), "printed")
    found = left_out_ink.group_left_out([specks[0], *word, *specks[1:], last])
    assert found[0] == ("a speck", [speck.box for speck in specks], [])
    assert found[1:] == [("part of a word", [(0, 30, 48, 12)], ["a"]), ("printed", [(300, 300, 8, 8)], ["b"])]


@pytest.mark.parametrize(("place", "letter"), [(0, "a"), (25, "z"), (26, "a2")])
def test_letters_do_not_run_out(place, letter):
    assert left_out_ink.letter(place) == letter


def test_lines_are_no_ink_that_was_left_out():
    assert left_out_ink.group_left_out(Rejected((0, 40 * i, 400, 3), LINE) for i in range(12)) == []
