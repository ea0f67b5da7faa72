import numpy as np
import pytest

from mnist_app.digits.datasets import to_input
from mnist_app.insight import inside
from mnist_app.network import model_store
from mnist_app.network.stages import CONVOLUTION, POOLING, Stage, Stages

MODELS = [model.name for model in model_store.list_models()]


@pytest.mark.parametrize("name", MODELS)
def test_the_sum_is_the_pixel(name, mnist_test):
    """Of every stage, at a corner, at the opposite one, in the middle and where the map is brightest."""
    stages = Stages(model_store.find_model(name))
    before = to_input(mnist_test[0][:1])[0]
    for stage, found in zip(stages.stages, stages.run(mnist_test[0][:1]), strict=True):
        maps, (height, width, _) = found[0], stage.shape
        channel, close = inside.strongest(maps), 1e-3 * max(1.0, float(np.abs(maps).max()))
        for row, column in ((0, 0), (height - 1, width - 1), (height // 2, 3), inside.brightest(maps[..., channel])):
            pixel = inside.explain_pixel(before, stage, channel, row, column)
            assert pixel.value == pytest.approx(maps[row, column, channel], abs=close)
        before = maps


def test_a_sum_by_hand():
    before = np.arange(16, dtype=np.float32).reshape(4, 4, 1)
    kernel = np.array([[1, 0], [0, -2]], np.float32).reshape(2, 2, 1, 1)
    stage = Stage("a", CONVOLUTION, (4, 4, 1), (3, 3, 1), (2, 2), kernel=kernel, bias=np.array([0.5]), relu=True)
    pixel = inside.explain_pixel(before, stage, 0, 1, 2)
    assert pixel.window[..., 0].tolist() == [[6, 7], [10, 11]]
    assert (pixel.rows, pixel.columns) == ((1, 2), (2, 3))
    assert pixel.parts.tolist() == [6 - 22]
    assert (pixel.total, pixel.value) == (-15.5, 0)


def test_beyond_the_border_are_zeros():
    before = np.ones((4, 4, 2), np.float32)
    kernel = np.ones((3, 3, 2, 1), np.float32)
    kernel[..., 1, :] = -3
    stage = Stage("a", CONVOLUTION, (4, 4, 2), (2, 2, 1), (3, 3), 2, 1, 1, kernel=kernel, bias=np.zeros(1))
    corner = inside.explain_pixel(before, stage, 0, 0, 0)
    assert (corner.rows, corner.columns) == ((-1, 1), (-1, 1))
    assert corner.parts.tolist() == [4, -12]
    assert (corner.total, corner.value) == (-8, -8)
    assert inside.made_of(corner).tolist() == [1, 0]


def test_of_a_pooling_the_largest_stays():
    before = np.random.default_rng(0).random((4, 4, 3), np.float32)
    stage = Stage("a", POOLING, (4, 4, 3), (2, 2, 3), (2, 2), 2)
    pixel = inside.explain_pixel(before, stage, 1, 1, 0)
    assert pixel.sources.tolist() == [1]
    assert pixel.kernel is None
    assert pixel.value == before[2:, :2, 1].max()


def test_favourites_are_the_digits_with_the_highest_mean(mnist_test):
    model = model_store.find_model("minimal")
    maps = Stages(model).run(mnist_test[0])[0][..., 5].mean(axis=(1, 2))
    assert maps[inside.load_favourites(model)[0][5]].tolist() == sorted(maps, reverse=True)[: inside.FAVOURITES]


@pytest.mark.parametrize("name", MODELS)
def test_every_map_here_has_its_favourites(name):
    model = model_store.find_model(name)
    shapes = [numbers.shape for numbers in inside.load_favourites(model)]
    assert shapes == [(stage.shape[2], inside.FAVOURITES) for stage in Stages(model).stages]


def test_favourites_are_stored_and_missing_ones_are_none(tmp_path, monkeypatch, mnist_test):
    source, model = model_store.find_model("minimal"), model_store.StoredModel(tmp_path)
    assert inside.load_favourites(model) == []
    for name in ("model.keras", "stages.tflite"):
        (tmp_path / name).write_bytes((source.folder / name).read_bytes())
    monkeypatch.setattr(inside, "load_mnist", lambda: (None, (mnist_test[0][:20], mnist_test[1][:20])))
    inside.store_favourites(model)
    assert [numbers.shape for numbers in inside.load_favourites(model)] == [(32, 8), (32, 8)]
    assert max(numbers.max() for numbers in inside.load_favourites(model)) < 20
