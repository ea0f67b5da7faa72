import base64
import io
import os

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_app.insight.exam import Exam
from mnist_app.network import model_store
from mnist_app.web import ui


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

        from mnist_app.web import ui

        ui.show_bars(np.array([0, 0, 0, 0, 0.7, 0, 0, 0, 0, 0.3], np.float32))

    bars = AppTest.from_function(script).run().get("html")[0].proto.body
    assert "4: 70.0\N{NO-BREAK SPACE}%" in bars
    assert f"width:70.00%;background:{ui.BEST}" in bars
    assert f"width:30.00%;background:{ui.SECOND}" in bars


@pytest.mark.parametrize("shape", [(20, 30), (300, 40), (28, 28, 3)])
def test_steps_are_shown_in_squares(shape):
    assert ui._fit_square(np.zeros(shape, np.uint8), 150).shape == (150, 150, 3)


def show_picker() -> None:
    import streamlit as st

    from mnist_app.web import ui

    st.write(ui.pick_model().name)


def test_a_network_tested_on_other_digits_cannot_be_chosen(monkeypatch):
    recipe = model_store.StoredModel.recipe.fget
    others = {"dropout": {"data_sha256": "of other files"}}
    monkeypatch.setattr(
        model_store.StoredModel, "recipe", property(lambda model: recipe(model) | others.get(model.name, {}))
    )
    page = AppTest.from_function(show_picker).run()
    assert not page.exception
    assert "dropout" not in page.selectbox[0].options
    assert page.markdown[0].value == page.selectbox[0].options[0]
    assert "tested on other digits: “dropout”." in page.sidebar.caption[0].value


def test_to_read_a_picture_every_network_can_be_chosen(monkeypatch):
    def show_readers():
        from mnist_app.web import ui

        ui.pick_model(tested_here=False)

    monkeypatch.setattr("mnist_app.digits.datasets.checksum", lambda: "of other files")
    page = AppTest.from_function(show_readers).run()
    assert page.selectbox[0].options == [model.name for model in model_store.list_models()]
    assert not page.sidebar.caption


def test_where_every_network_was_tested_on_other_digits_a_page_says_so(monkeypatch):
    monkeypatch.setattr("mnist_app.digits.datasets.checksum", lambda: "of other files")
    page = AppTest.from_function(show_picker).run()
    assert not page.exception
    assert "Others were tested: “" in page.error[0].value
    assert not page.selectbox


def test_a_table_can_be_taken_away_as_csv():
    def script():
        from mnist_app.web import ui

        ui.offer_csv(lambda: [{"digit": 4, "count": 2}], "some", "What it holds")

    page = AppTest.from_function(script).run()
    assert not page.exception
    button = page.get("download_button")[0]
    assert (button.label, button.proto.help) == ("CSV", "What it holds")


def test_without_a_network_a_page_says_so(monkeypatch):
    def script():
        from mnist_app.web import ui

        ui.pick_model()

    monkeypatch.setattr("mnist_app.network.model_store.list_models", list)
    page = AppTest.from_function(script).run()
    assert not page.exception
    assert "no trained network" in page.error[0].value


def test_what_follows_from_a_network_is_worked_out_anew_when_one_of_its_files_is_written(tmp_path):
    times = []

    @ui.keep(max_entries=8)
    def work(model: model_store.StoredModel) -> int:
        times.append(model)
        return len(times)

    weights, model = tmp_path / "model.tflite", model_store.StoredModel(tmp_path)
    weights.write_bytes(b"trained")
    assert [work(model), work(model_store.StoredModel(tmp_path))] == [1, 1]
    os.utime(weights, ns=(0, 0))  # trained anew
    assert [work(model), work(model)] == [2, 2]
    (tmp_path / "explore.npz").write_bytes(b"measured")
    assert work(model) == 3


def test_what_follows_from_an_exam_is_worked_out_anew_for_another_version():
    times = []

    @ui.remember(max_entries=8)
    def work(exam: Exam) -> int:
        times.append(exam)
        return len(times)

    nothing = np.zeros(0)
    first, second = (Exam("mine", nothing, nothing, nothing, nothing, (("model.tflite", n),)) for n in (1, 2))
    assert [work(first), work(first), work(second), work(first)] == [1, 1, 2, 1]
