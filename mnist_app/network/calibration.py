"""Fit how a model's scores become answers: temperature, and what is a digit at all.

Only digits that the network was not trained on and non-digits made for this are used: never the test digits, never
pictures of real handwriting.
"""

from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.digits import synthesis
from mnist_app.digits.augmentation import AUGMENTATIONS, augment
from mnist_app.digits.datasets import load_mnist, split_validation
from mnist_app.network.classifier import Classifier, Outputs, load_classifier, softmax
from mnist_app.network.model_store import Calibration, DigitTest, StoredModel
from mnist_app.settings import CLASSES, DATA_FOLDER, TrainingSettings, differing_settings

KEPT_SURE = 0.985  # share of warped validation digits that are answered without "unsure"
VALIDATION_SEED = 1_000_003  # of the non-digits: other ones than a training has seen


def calibrate(model: StoredModel, data: Path = DATA_FOLDER, source: StoredModel | None = None) -> Calibration:
    """Fit temperature, not-a-digit test and what is unsure, and write `calibration.json` and `digit_test.npz`.

    Whether an image is a digit at all is decided by logistic regression on the evidence that
    `classifier.digit_evidence` lists. An answer is unsure below what a fixed share of the validation digits, warped as
    people's hands would, stay above.

    A network that has learnt from all training digits has none left for this. Temperature, threshold and regression
    are then those of `source`; means and whitening of the features are its own.

    Args:
        model: a trained folder; what it held of a calibration before is replaced.
        data: the folder with the four IDX files.
        source: where `validation_split` is 0, a calibrated model with the same recipe on a split, see `check_source`.

    Returns:
        What was written to `calibration.json`.
    """
    settings = TrainingSettings.from_dict(model.recipe)
    (x, y), _ = load_mnist(data)
    (x_train, y_train), (x_val, y_val) = split_validation(x, y, settings.validation_split)
    if source:
        own = _neutral_test(Classifier(model.tflite).predict(x_train).features, y_train)
        fitted = source.digit_test
        model.save_digit_test(DigitTest(own.means, own.whitening, fitted.weights, fitted.intercept))
        model.save_calibration(source.calibration)
        return source.calibration
    rng = np.random.default_rng(VALIDATION_SEED)
    hands = augment(x_val, AUGMENTATIONS["gentle"], rng)
    others = synthesis.draw_non_digits(len(x_val), rng)

    model.save_calibration(Calibration())
    unfitted = _neutral_test(Classifier(model.tflite).predict(x_train).features, y_train)
    model.save_digit_test(unfitted)
    neutral = load_classifier(model)  # knows the features' statistics now
    digit_test = _fit_test(neutral.predict(np.concatenate([x_val, hands])), neutral.predict(others), unfitted)
    model.save_digit_test(digit_test)
    temperature = fit_temperature(y_val, neutral.predict(x_val).scores[:, :CLASSES])
    model.save_calibration(Calibration(temperature=temperature))

    outputs = load_classifier(model).predict(hands)
    sure = np.minimum(outputs.y_prob.max(axis=1), outputs.digit_prob)
    calibration = Calibration(temperature, float(np.quantile(sure, 1 - KEPT_SURE)))
    model.save_calibration(calibration)
    return calibration


def check_source(recipe: dict[str, Any], source: StoredModel) -> None:
    """Raise a ValueError where a calibration cannot be taken over from `source`.

    Args:
        recipe: of the network that is to be calibrated.
        source: the model that its `calibration_from` names.
    """
    if differing := differing_settings(recipe, source.recipe):
        raise ValueError(f"{source.name!r} has another recipe than the network to calibrate: {', '.join(differing)}.")
    if not source.recipe["validation_split"]:
        raise ValueError(f"{source.name!r} has learnt from all training digits; it has no calibration of its own.")


def fit_temperature(y_true: np.ndarray, scores: np.ndarray) -> float:
    """Find the temperature that minimises the cross-entropy (Guo et al. 2017, arXiv 1706.04599).

    Args:
        y_true: `(n,)` labels of digits that the network was not trained on.
        scores: `(n, 10)` before softmax.
    """
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        y_prob = softmax(scores.astype(np.float64) / np.exp(log_temperature))
        return -np.log(np.maximum(y_prob[np.arange(len(y_true)), y_true], 1e-300)).mean()

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def _neutral_test(features: np.ndarray, labels: np.ndarray) -> DigitTest:
    """Class means and whitening of the training features, with weights still to be fitted."""
    means = np.stack([features[labels == digit].mean(axis=0) for digit in range(CLASSES)])
    covariance = np.cov(features - means[labels], rowvar=False)
    ridge = 1e-3 * np.trace(covariance) / len(covariance)  # features that never vary would have infinite weight
    whitening = np.linalg.cholesky(np.linalg.inv(covariance + ridge * np.eye(len(covariance))))
    return DigitTest(means.astype(np.float32), whitening.astype(np.float32), np.zeros(3), 0.0)


def _fit_test(digits: Outputs, others: Outputs, neutral: DigitTest) -> DigitTest:
    from sklearn.linear_model import LogisticRegression

    evidence = np.concatenate([digits.evidence, others.evidence])
    spread = evidence.std(axis=0) + 1e-9
    regression = LogisticRegression(class_weight="balanced").fit(
        evidence / spread, np.r_[np.ones(len(digits.evidence)), np.zeros(len(others.evidence))]
    )
    return DigitTest(neutral.means, neutral.whitening, regression.coef_[0] / spread, float(regression.intercept_[0]))
