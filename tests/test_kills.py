"""A few real kills; `python tests/kills.py` kills as often as one likes."""

import os
import subprocess
import sys
from pathlib import Path

import kills
import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
KILLS = Path(kills.__file__)


def run(*arguments: str) -> str:
    """The command in a process without threads, which may be forked."""
    ended = subprocess.run([sys.executable, str(KILLS), *arguments], capture_output=True, text=True, check=False)
    assert not ended.returncode, ended.stderr
    return ended.stdout


def test_killed_at_the_first_points_of_the_publishing_no_finished_model_is_lost():
    assert run("--publishing", "4", "--server", "0", "--training", "0").startswith("4 kills at 4 points")


def test_a_model_that_is_lost_is_noticed(tmp_path):
    kills.publish(tmp_path, 1)
    assert kills.published(tmp_path) == 1
    (tmp_path / kills.NAME / "recipe.json").unlink()
    with pytest.raises(ValueError, match="recipe.json"):
        kills.published(tmp_path)


@pytest.mark.slow
def test_a_killed_server_has_kept_what_it_confirmed():
    assert "1 kills of the server" in run("--publishing", "0", "--server", "1", "--training", "0")


@pytest.mark.slow
def test_a_killed_training_goes_on_with_the_same_numbers():
    assert "2 kills of trainings" in run("--publishing", "0", "--server", "0", "--training", "2")
