import numpy as np
import pytest

from mnist_app.network import model_store
from mnist_app.network.classifier import load_classifier
from mnist_app.network.layers import read_weights
from mnist_app.network.stages import CONVOLUTION, POOLING, RESCALING, Stages, list_stages

MODELS = [model.name for model in model_store.list_models()]


@pytest.mark.parametrize("name", MODELS)
def test_every_network_here_has_its_stages(name, mnist_test):
    model, images = model_store.find_model(name), mnist_test[0][:3]
    stages = Stages(model)
    found = stages.run(images)
    assert [maps.shape for maps in found] == [(3, *stage.shape) for stage in stages.stages]
    assert all(one.shape == after.before for one, after in zip(stages.stages, stages.stages[1:], strict=False))
    last = load_classifier(model).predict(images, maps=True).maps
    (maps,) = [found[i] for i, stage in enumerate(stages.stages) if stage.layer == "maps"]
    np.testing.assert_allclose(maps, last, atol=1e-4 * np.abs(last).max())


def test_a_stage_says_what_it_is():
    first, pooling = list_stages(model_store.find_model("minimal"))
    assert (first.kind, first.shape, first.window, first.weights) == (CONVOLUTION, (26, 26, 32), (3, 3), 320)
    assert first.relu
    assert (pooling.kind, pooling.shape, pooling.stride, pooling.weights) == (POOLING, (13, 13, 32), 2, 0)


@pytest.mark.parametrize(("name", "features", "scores"), [
    ("minimal", 5408 * 64 + 64, 64 * 10 + 10), ("flagship", 16 * 128 * 192 + 192, 192 * 11 + 11),
    ("double-conv", 0, 4608 * 10 + 10),
])  # fmt: skip
def test_what_follows_the_maps_is_counted(name, features, scores):
    stages = Stages(model_store.find_model(name))
    assert (stages.feature_weights, stages.score_weights) == (features, scores)


def test_of_a_normalised_convolution_a_factor_and_a_summand_are_left():
    rescaling, first, *others = list_stages(model_store.find_model("flagship"))
    assert (rescaling.kind, rescaling.scale, rescaling.offset) == (RESCALING, 2, -1)
    assert first.kernel.shape == (3, 3, 1, 32)
    assert first.bias.shape == (32,)
    assert [stage.shape for stage in others] == [
        (24, 24, 32), (12, 12, 64), (10, 10, 64), (8, 8, 64), (4, 4, 128)
    ]  # fmt: skip
    assert (others[1].top, others[1].left, others[1].stride) == (1, 1, 2)


@pytest.mark.parametrize("name", ["flagship", "validated"])
def test_weights_are_those_of_their_layers(name):
    model = model_store.find_model(name)
    weights = read_weights(model)
    normalised = sum(len(found) == 4 for found in weights.values())
    assert sum(array.size for found in weights.values() for array in found) == model.recipe["parameters"]
    assert normalised == (7 if name == "flagship" else 0)


def test_a_network_without_the_file_says_so(tmp_path):
    model = model_store.find_model("minimal")
    (tmp_path / "model.keras").write_bytes((model.folder / "model.keras").read_bytes())
    with pytest.raises(FileNotFoundError, match="stages.tflite"):
        Stages(model_store.StoredModel(tmp_path))
