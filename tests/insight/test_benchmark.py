import numpy as np
import pytest

from mnist_app.insight import benchmark


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
