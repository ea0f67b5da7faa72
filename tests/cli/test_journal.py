import json
from contextlib import suppress

from mnist_app.cli.journal import Journal

ASKED = {"model": "dropout", "digits": "many"}


def answer(path):
    return {"path": path, "text": "7"}


def interrupted(output, *paths, asked=ASKED):
    """Have a run end after some answers."""
    with suppress(KeyboardInterrupt), Journal(output, asked) as journal:
        for path in journal.skip_answered(paths, str):
            journal.add(answer(path))
        raise KeyboardInterrupt


def remaining(output, *paths, asked=ASKED):
    """What the next run has to answer, and what it then holds."""
    with Journal(output, asked) as journal:
        left = list(journal.skip_answered(paths, str))
        for path in left:
            journal.add(answer(path))
        return left, [each["path"] for each in journal.answers()]


def test_a_run_goes_on_where_the_last_one_ended(tmp_path, capsys):
    output = tmp_path / "answers.csv"
    interrupted(output, "a", "b")
    assert "What was answered (2) is kept in" in capsys.readouterr().err
    assert remaining(output, "a", "b", "c", "d") == (["c", "d"], ["a", "b", "c", "d"])
    assert list(tmp_path.iterdir()) == []


def test_all_is_answered_anew_from_the_first_difference(tmp_path):
    output = tmp_path / "answers.csv"
    for paths, left in (("axbc", "xbc"), ("ab", ""), ("", ""), ("cba", "cba")):
        interrupted(output, "a", "b", "c")
        assert remaining(output, *paths) == (list(left), list(paths))


def test_what_another_question_was_answered_with_is_not_kept(tmp_path):
    output = tmp_path / "answers.csv"
    interrupted(output, "a", "b")
    assert remaining(output, "a", "b", asked=ASKED | {"model": "swift"}) == (["a", "b"], ["a", "b"])


def test_a_line_that_was_cut_short_is_answered_anew(tmp_path):
    output = tmp_path / "answers.csv"
    interrupted(output, "a", "b")
    kept = tmp_path / "answers.csv.unfinished"
    kept.write_text(kept.read_text()[:-5])
    assert remaining(output, "a", "b", "c") == (["b", "c"], ["a", "b", "c"])


def test_an_answer_is_on_the_disk_at_once(tmp_path):
    with Journal(tmp_path / "answers.csv", ASKED) as journal:
        journal.add(answer("a"))
        lines = (tmp_path / "answers.csv.unfinished").read_text().splitlines()
        assert list(map(json.loads, lines)) == [ASKED, answer("a")]


def test_nothing_is_left_of_a_run_without_answers(tmp_path):
    interrupted(tmp_path / "answers.csv")
    assert list(tmp_path.iterdir()) == []
