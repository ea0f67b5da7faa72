import keras
import numpy as np
import pytest

from mnist_app.digits.generated.kinds import Kind
from mnist_app.digits.generated.pages import PageMaker
from mnist_app.digits.generated.windows import draw_batch
from mnist_app.network.model_store import StoredModel
from mnist_app.network.recipes import DETECTOR_RECIPE
from mnist_app.reading.detecting import training
from mnist_app.reading.detecting.detector import Detector


def output_for(kind: int, heat: float) -> np.ndarray:
    """Maps of 8 x 8 places that say one kind everywhere, and that score of a centre in the middle."""
    output = np.zeros((1, 8, 8, 9), np.float32)
    output[..., kind] = 6
    output[..., 6] = -6
    output[0, 4, 4, 6] = heat
    output[..., 7:] = np.log(20)
    return output


@pytest.fixture
def targets() -> np.ndarray:
    wanted = np.zeros((1, 8, 8, 4), np.float32)
    wanted[..., 0] = Kind.DIGIT
    wanted[0, 4, 4, 1:] = 1, np.log(20), np.log(20)
    return wanted


def loss(targets: np.ndarray, output: np.ndarray) -> float:
    return float(training.detector_loss(targets, output))


def test_each_part_of_the_answer_counts(targets):
    right = loss(targets, output_for(Kind.DIGIT, 6))
    assert right < 0.05
    assert loss(targets, output_for(Kind.LETTER, 6)) > right + 1
    assert loss(targets, output_for(Kind.DIGIT, -6)) > right + 0.1
    too_large = output_for(Kind.DIGIT, 6)
    too_large[..., 7:] += 1
    assert loss(targets, too_large) > right + 0.2


def test_nothing_is_learnt_where_it_is_doubtful(targets):
    targets[0, :, :, 1] = 0
    targets[0, :, :, 0] = Kind.DOUBTFUL
    assert loss(targets, output_for(Kind.LETTER, 6)) == loss(targets, output_for(Kind.DIGIT, 6))


class Stream:
    """Stands for a `BatchStream`, whose processes take long to start: draws its batches here."""

    def __init__(self, maker: PageMaker, size: int) -> None:
        self._maker, self._size = maker, size

    def get(self, *seed: int) -> tuple[np.ndarray, np.ndarray]:
        return draw_batch(self._maker, seed, self._size)

    def close(self) -> None:
        pass


def test_a_short_training_writes_what_the_app_runs(tmp_path, monkeypatch, maker):
    monkeypatch.setattr(training, "BatchStream", lambda part, size, *_: Stream(maker, size))
    monkeypatch.setattr(training, "STEPS", 2)
    monkeypatch.setattr(training, "VALIDATION_BATCHES", 1)
    model = StoredModel(tmp_path)
    training.train_detector(DETECTOR_RECIPE.settings.override(epochs=2, batch_size=4), model)
    assert len(model.history) == 2
    assert model.recipe["architecture"] == "detector"
    assert model.recipe["parameters"] < 500_000
    picture = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    (level,) = Detector(model.folder / "detector.tflite").look(picture, (128,))
    network = keras.models.load_model(model.folder / "detector.keras", compile=False)
    expected = keras.ops.softmax(network.predict(picture[np.newaxis].astype(np.float32), verbose=0)[0, ..., :6])
    np.testing.assert_allclose(level.kinds, expected, atol=0.02)
