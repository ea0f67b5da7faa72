import numpy as np
import pytest

from mnist_app.reading.front_door import read_picture
from mnist_app.web.examples import PAGE_ROWS, compose_page, draw_example
from mnist_app.web.strokes import render_strokes


@pytest.mark.parametrize("size", [(340, 300), (480, 300)])
@pytest.mark.parametrize("digit", range(10))
def test_every_example_is_read(digit, size, classifier):
    drawn = [stroke["points"] for stroke in draw_example(digit, size, 16)]
    assert read_picture(render_strokes(drawn, size), classifier).text == str(digit)


@pytest.mark.parametrize("ruled", [False, True])
def test_a_page_has_its_rows(mnist_test, ruled):
    page = compose_page(mnist_test, seed=1, ruled=ruled)
    assert page.dtype == np.uint8
    assert page.shape[2] == 3
    assert np.array_equal(page, compose_page(mnist_test, seed=1, ruled=ruled))


def test_an_example_page_is_read(mnist_test, classifier):
    assert read_picture(compose_page(mnist_test), classifier).text == "\n".join(PAGE_ROWS)
