import base64
import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_app import ui


def decode(url: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.removeprefix("data:image/png;base64,")))))


def test_enlarge_keeps_hard_edges_and_turns_ink_dark():
    image = np.zeros((28, 28), np.uint8)
    image[0, 0] = 255
    large = ui.enlarge(image, 140)
    assert large.shape == (140, 140)
    assert (large[:5, :5] == 0).all()
    assert (large[5:, 5:] == ui.PAPER).all()


def test_a_picture_in_an_address_is_the_same_picture():
    picture = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    assert np.array_equal(decode(ui.to_url(picture)), picture)


def test_bars_show_and_tell_the_probabilities():
    def script():
        import numpy as np

        from mnist_app import ui

        ui.show_bars(np.array([0, 0, 0, 0, 0.7, 0, 0, 0, 0, 0.3], np.float32))

    bars = AppTest.from_function(script).run().get("html")[0].proto.body
    assert "4: 70.0%" in bars
    assert f"width:70.00%;background:{ui.BEST}" in bars
    assert f"width:30.00%;background:{ui.SECOND}" in bars


@pytest.mark.parametrize("shape", [(20, 30), (300, 40), (28, 28, 3)])
def test_steps_are_shown_in_squares(shape):
    assert ui._fit_square(np.zeros(shape, np.uint8), 150).shape == (150, 150, 3)


def test_without_a_network_a_page_says_so(monkeypatch):
    def script():
        from mnist_app import ui

        ui.pick_model()

    monkeypatch.setattr("mnist_app.model_store.list_models", list)
    page = AppTest.from_function(script).run()
    assert not page.exception
    assert "no trained network" in page.error[0].value
