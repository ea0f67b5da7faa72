import numpy as np
import pytest

from mnist_app.digits import synthesis
from mnist_app.network import calibration, model_store
from mnist_app.network.classifier import digit_evidence, load_classifier, softmax
from mnist_app.network.model_store import Calibration, DigitTest, StoredModel
from mnist_app.settings import TrainingSettings


def test_temperature_of_scores_that_are_too_sure_by_a_known_factor():
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2, (20_000, 10))
    y_true = (rng.random(20_000)[:, None] > softmax(scores).cumsum(axis=1)).sum(axis=1)
    assert calibration.fit_temperature(y_true, scores) == pytest.approx(1, abs=0.03)
    assert calibration.fit_temperature(y_true, scores * 2.5) == pytest.approx(2.5, abs=0.08)


def test_evidence_against_known_values():
    test = DigitTest(np.zeros((10, 2), np.float32), 2 * np.eye(2, dtype=np.float32), np.ones(3), 0.0)
    scores = np.zeros((1, 11), np.float32)
    scores[0, 10] = 1
    evidence = digit_evidence(scores, np.array([[3.0, 4.0]], np.float32), test)
    np.testing.assert_allclose(evidence, [[np.log(10) - 1, np.log(10), -np.log(10)]], rtol=1e-5)
    assert digit_evidence(scores[:, :10], np.zeros((1, 2), np.float32), test)[0, 0] == 0


def test_a_calibration_is_taken_over_from_the_same_recipe_alone(tmp_path):
    def write(**changes):
        recipe = TrainingSettings().to_dict() | {"data_sha256": "same"} | changes
        model_store.write_json(tmp_path / "recipe.json", recipe)
        return StoredModel(tmp_path)

    recipe = TrainingSettings(validation_split=0, calibration_from="other", seed=7).to_dict() | {"data_sha256": "same"}
    calibration.check_source(recipe, write())
    with pytest.raises(ValueError, match="to calibrate: epochs"):
        calibration.check_source(recipe, write(epochs=99))
    with pytest.raises(ValueError, match="no calibration of its own"):
        calibration.check_source(recipe, write(validation_split=0, calibration_from="third"))


@pytest.mark.parametrize("model", model_store.list_models(), ids=lambda model: model.name)
def test_shipped_models_are_calibrated(model):
    assert model.calibration != Calibration()
    assert 0 < model.calibration.unsure < 1
    assert model.digit_test is not None


def test_the_default_model_tells_digits_from_other_things(mnist_test):
    classifier = load_classifier(model_store.find_model())
    digits = classifier.predict(mnist_test[0][:2000]).digit_prob
    others = classifier.predict(synthesis.draw_non_digits(500, 7)).digit_prob
    assert (digits > 0.5).mean() > 0.99
    assert (others < classifier.calibration.unsure).mean() > 0.9
