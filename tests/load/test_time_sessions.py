"""A short load; how long it takes is not tested."""

import time

import numpy as np
import time_sessions
from pen_strokes import write_number
from serving import Server
from time_sessions import PHOTO, STROKE, Look, Notes, load, sum_up, tell, visit

from mnist_app.network.classifier import Classifier
from mnist_app.reading.front_door import read_picture
from mnist_app.web.paper import SIZE
from mnist_app.web.strokes import render_strokes


def test_two_visitors_draw_for_some_seconds(server: Server, monkeypatch, capsys):
    monkeypatch.setattr(time_sessions, "PAUSE", (0.3, 0.4))
    notes, looks = load(server, sessions=2, seconds=5)
    found = sum_up(notes, looks)
    assert found["errors"] == []
    assert found["ran_again"] == 0
    assert found["times"]["first page"]["count"] == 2
    strokes = found["times"][STROKE]
    assert 2 <= strokes["count"] <= 2 * 5 / 0.3
    assert 0 < strokes["p50"] <= strokes["p95"] <= strokes["p99"] <= strokes["longest"]
    assert PHOTO not in found["times"]  # every tenth visitor sends some, from the third on
    tell(found)
    assert f"{STROKE:24}{strokes['count']:7}" in capsys.readouterr().out


def test_a_quarter_has_the_means_of_its_looks():
    looks = [Look(i, 100 + i, i, 0.5, 1) for i in range(8)]
    quarters = sum_up(Notes(), looks)["quarters"]
    assert [quarter["megabytes"] for quarter in quarters] == [100.5, 102.5, 104.5, 106.5]
    assert [quarter["most_threads"] for quarter in quarters] == [1, 3, 5, 7]


def test_a_server_that_is_gone_is_an_error_of_each_visitor():
    notes = Notes()
    visit("http://127.0.0.1:1", 0, time.monotonic() + 1.2, notes)
    assert notes.errors
    assert all("visitor 0: URLError" in error for error in notes.errors)


def test_numbers_are_written_as_they_are_read(classifier: Classifier):
    rng = np.random.default_rng(0)
    numbers = [write_number(rng) for _ in range(40)]
    pictures = [render_strokes([stroke["points"] for stroke in strokes], SIZE) for _, strokes in numbers]
    right = [
        read_picture(picture, classifier, drawn=True).text == number
        for picture, (number, _) in zip(pictures, numbers, strict=True)
    ]
    assert np.mean(right) >= 0.9
    assert {len(number) for number, _ in numbers} == {1, 2, 3}
