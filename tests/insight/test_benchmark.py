import json

import numpy as np
import pytest
from typer.testing import CliRunner

from mnist_app.cli import commands
from mnist_app.insight import benchmark
from mnist_app.network.pace import medians


def test_rows_carry_their_ratio():
    row = benchmark._row("what", 6.0, "ms", "reference", 2.0)
    assert (row["ratio"], row["reference"]) == (3.0, "reference")
    assert benchmark._row("what", 6.0, "ms")["ratio"] is None


def test_the_page_of_the_large_photo_holds_its_digits(mnist_test):
    page = benchmark.draw_page(mnist_test[0][:6], 200, 300, columns=3)
    assert page.shape == (200, 300, 3)
    ink = (page[..., 0] < 128).reshape(2, 100, 3, 100).any(axis=(1, 3))
    np.testing.assert_array_equal(ink, np.ones((2, 3), bool))


def test_networks_are_compared_with_the_small_one():
    rows = benchmark._networks()
    by_name = {row["what"]: row for row in rows}
    assert by_name["one image, network dropout"]["ratio"] == pytest.approx(1)
    assert all(row["median"] > 0 for row in rows)
    assert by_name["one image, network swift, Keras predict"]["ratio"] > 10


def test_bench_times_a_drawing_cold_starts_and_a_large_photo(monkeypatch):
    """Each once, and in place of Keras, whose start takes long, something else that needs much memory."""
    cold = {"cold start, LiteRT": benchmark.COLD["cold start, LiteRT"], "cold start, large": "\nheld = np.ones(10**8)"}
    monkeypatch.setattr(benchmark, "COLD", cold)
    monkeypatch.setattr(benchmark, "ROUNDS", 1)
    monkeypatch.setattr(benchmark, "medians", lambda calls, _=1: medians(calls, 1))
    monkeypatch.setattr(benchmark, "_networks", list)
    printed = CliRunner().invoke(commands.app, ["bench", "--format", "json"])
    assert not printed.exception
    rows = {row["what"]: row for row in json.loads(printed.stdout)}
    took = {name: row["median"] for name, row in rows.items()}
    assert all(value > 0 for value in took.values())

    whole, network = took["280 x 280 drawing, whole reading"], took["one image, LiteRT"]
    assert took["280 x 280 drawing, preprocessing"] == pytest.approx(whole - network)
    assert rows["280 x 280 drawing, whole reading"]["ratio"] == pytest.approx(whole / network)
    assert rows["one image, Keras predict"]["ratio"] > 3
    assert rows["cold start, LiteRT"]["ratio"] == 1
    large = rows["cold start, large, memory"]
    assert large["median"] > 800, "MB"
    assert large["ratio"] == pytest.approx(large["median"] / took["cold start, LiteRT, memory"])
    decoding, allowed = (
        took["12-megapixel photo, Pillow's decoding"],
        rows["12-megapixel photo, 1.5 x decoding + 200 ms"],
    )
    assert allowed["median"] == pytest.approx(1.5 * decoding + 200)
    assert allowed["ratio"] == pytest.approx(allowed["median"] / took["12-megapixel photo, decoded and read"])
