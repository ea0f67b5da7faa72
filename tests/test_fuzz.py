"""A few made-up inputs for each reader, the same in every run; `python tests/fuzz.py` throws as many as one likes."""

import fuzz
import pytest

FEW = 150


@pytest.mark.parametrize("reader", fuzz.READERS)
def test_fuzzing_finds_nothing(reader):
    outcomes = fuzz.fuzz(reader, FEW, start=0)
    assert outcomes.total() >= FEW
