import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, precision_score, recall_score

from mnist_app import metrics
from mnist_app.network.classifier import softmax


@pytest.fixture
def answers():
    rng = np.random.default_rng(0)
    y_true = rng.integers(0, 10, 500)
    y_prob = softmax(rng.normal(0, 1, (500, 10)) + 3 * np.eye(10)[y_true])
    return y_true, y_prob


def test_summarize_agrees_with_scikit_learn(answers):
    y_true, y_prob = answers
    y_pred = y_prob.argmax(axis=1)
    figures = metrics.summarize(y_true, y_prob)
    assert figures["accuracy"] == pytest.approx(accuracy_score(y_true, y_pred))
    assert figures["errors"] == (y_pred != y_true).sum()
    assert figures["loss"] == pytest.approx(log_loss(y_true, y_prob))
    per_class = figures["per_class"]
    assert [row["precision"] for row in per_class] == pytest.approx(precision_score(y_true, y_pred, average=None))
    assert [row["recall"] for row in per_class] == pytest.approx(recall_score(y_true, y_pred, average=None))
    assert sum(row["support"] for row in per_class) == 500


def test_confusion_has_true_digits_in_rows():
    matrix = metrics.confusion(np.array([4, 4, 9]), np.array([9, 4, 9]))
    assert matrix.shape == (10, 10)
    assert matrix[4, 9] == 1
    assert matrix[9, 4] == 0


def test_margin_and_self_confidence():
    y_prob = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])
    np.testing.assert_allclose(metrics.margin(y_prob), [0.5, 0.3])
    np.testing.assert_allclose(metrics.self_confidence(np.array([1, 2]), y_prob), [0.2, 0.6])


def test_wilson_interval_against_published_values():
    # 81 of 263: 0.2553 to 0.3662 (Newcombe 1998, Statistics in Medicine 17, table I, method 3)
    value, low, high = metrics.wilson_interval(81, 263)
    assert (value, low, high) == pytest.approx((0.308, 0.2553, 0.3662), abs=2e-4)
    assert metrics.wilson_interval(0, 20).low == 0
    assert metrics.wilson_interval(20, 20).high == pytest.approx(1)
    assert (metrics.wilson_interval(0, 0).low, metrics.wilson_interval(0, 0).high) == (0, 1)


def test_calibration_error_of_a_known_case():
    # Ten answers at 0.9, of which six are right: the gap is 0.3 in whatever bins of equal size.
    y_prob = np.full((10, 10), 0.1 / 9)
    y_prob[:, 3] = 0.9
    y_true = np.where(np.arange(10) < 6, 3, 5)
    assert metrics.expected_calibration_error(y_true, y_prob, bins=1) == pytest.approx(0.3)


def test_reliability_bins_have_equal_sizes(answers):
    bins = metrics.reliability(*answers)
    assert sum(b.size for b in bins) == 500
    assert {b.size for b in bins} <= {33, 34}
    assert [b.confidence for b in bins] == sorted(b.confidence for b in bins)


def test_loss_stays_finite_for_a_probability_of_zero():
    assert np.isfinite(metrics.summarize(np.array([0]), np.eye(10)[[1]])["loss"])


def test_risk_coverage_against_counting(answers):
    y_true, y_prob = answers
    y_prob = y_prob.round(2)  # so that confidences repeat
    thresholds, coverage, accuracy = metrics.risk_coverage(y_true, y_prob)
    confidence, right = y_prob.max(axis=1), y_prob.argmax(axis=1) == y_true
    assert (np.diff(thresholds) > 0).all()
    assert coverage == pytest.approx([(confidence >= t).mean() for t in thresholds])
    assert accuracy == pytest.approx([right[confidence >= t].mean() for t in thresholds])


def test_one_against_rest_agrees_with_scikit_learn(answers):
    y_true, y_prob = answers
    thresholds, precision, recall = metrics.one_against_rest(y_true, y_prob, 4)
    middle = len(thresholds) // 2
    taken = y_prob[:, 4] >= thresholds[middle]
    assert precision[middle] == pytest.approx(precision_score(y_true == 4, taken))
    assert recall[middle] == pytest.approx(recall_score(y_true == 4, taken))


def test_confused_pairs_come_in_order_and_without_the_right_ones():
    matrix = np.diag([90] * 10)
    matrix[4, 9], matrix[7, 1], matrix[9, 4] = 10, 5, 3
    pairs = metrics.confused_pairs(matrix)
    assert [(p["true"], p["predicted"], p["count"]) for p in pairs] == [(4, 9, 10), (7, 1, 5), (9, 4, 3)]
    assert pairs[0]["share"] == pytest.approx(0.1)
    assert len(metrics.confused_pairs(matrix, most=2)) == 2
