"""A short run of `endure.py`, and what it judges by."""

from pathlib import Path

import endure
import pytest
from bad_inputs import whole
from endure import growth, sort_log
from serving import free_port, serve
from streamlit_client import StreamlitClient
from time_sessions import Look

from mnist_app.web.lost_files import LOST


def looks(*megabytes: float) -> list[Look]:
    return [Look(float(i), held, 9, 0.1, 0.1) for i, held in enumerate(megabytes)]


def test_memory_grows_from_the_second_quarter_to_the_last():
    assert growth(looks(1, 1, 400, 400, 420, 420, 440, 440)) == pytest.approx(1.1)


def test_lines_of_the_log_are_explained_or_not():
    reading = "2026-11-27 17:34:01,162 INFO Upload: read in open 23 ms: 11 digits, 0 unsure, 0 left out"
    kinds, unknown = sort_log([reading, "", "Traceback (most recent call last):"])
    assert kinds == {"a reading": 1, "its beginning": 1, "not explained": 1}
    assert unknown == ["Traceback (most recent call last):"]


@pytest.mark.slow
def test_nothing_is_lost_with_a_new_server_in_the_middle(tmp_path: Path):
    notes, lives = endure.endure(0.5, 2, tmp_path / "log.txt")
    assert not notes.lost
    assert notes.came.total() > 5
    assert all(lives)
    kinds, unknown = sort_log((tmp_path / "log.txt").read_text().splitlines())
    assert not unknown
    assert kinds["a reading"]


def test_whoever_comes_back_to_a_new_server_hears_that_their_files_are_lost(tmp_path: Path):
    port = free_port()
    with serve(tmp_path / "log.txt", port=port) as server:
        client = StreamlitClient(server.url)
        client.visit("upload")
        client.upload({"seven.png": whole()["PNG"]})
    with serve(tmp_path / "log.txt", port=port):
        client.connect()
        run = client.again()
        client.close()
    assert [element.alert.body for element in run.elements if element.HasField("alert")] == [LOST]
