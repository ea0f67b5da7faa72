"""A few made-up inputs for each reader, the same in every run; `python tests/fuzz.py` throws as many as one likes."""

from time import monotonic

import fuzz
import pytest

FEW = 150


@pytest.mark.parametrize("reader", fuzz.READERS)
def test_fuzzing_finds_nothing(reader):
    found = fuzz.fuzz(reader, FEW, start=0)
    assert found.count >= FEW


def test_rounds_are_processes_of_their_own_and_those_that_ended_are_not_repeated(tmp_path):
    rounds, keep = [fuzz.Round("idx", 30, seed) for seed in (0, 1)], tmp_path / "rounds.jsonl"
    first = fuzz.fuzz_rounds(rounds[:1], keep, 1, monotonic() + 600)["idx"]
    assert first.count == 30
    assert 0 < first.memory < fuzz.MOST_MEMORY
    assert fuzz.fuzz_rounds(rounds, keep, 1, end=0)["idx"] == first
    assert fuzz.fuzz_rounds(rounds, keep, 1, monotonic() + 600)["idx"].count == 60


def test_a_finding_is_told_with_its_round_and_not_kept(tmp_path, capsys):
    keep = tmp_path / "rounds.jsonl"
    found = fuzz.fuzz_rounds([fuzz.Round("no such reader", 30, 0)], keep, 1, monotonic() + 600)
    assert not sum(each.count for each in found.values())
    assert "no such reader" in capsys.readouterr().out
    assert not keep.exists()


def test_every_reader_has_its_share():
    assert sum(reader.of_1000 for reader in fuzz.READERS.values()) == 1000
    assert sum(round.count for round in fuzz.plan(1_000_000)) == 1_000_000
