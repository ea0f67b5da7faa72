import numpy as np
import pytest

from mnist_app.digits import datasets
from mnist_app.insight import comparison
from mnist_app.network import model_store
from mnist_app.network.recipes import Claim, ClaimedEpoch


def test_compare_counts_who_is_right():
    first, second = np.array([[1, 1, 1, 0, 0], [1, 0, 0, 1, 0]], bool)
    found = comparison.compare(first, second)
    assert found.first_only.tolist() == [1, 2]
    assert found.second_only.tolist() == [3]
    assert (found.both_right, found.both_wrong) == (1, 1)
    assert found.p == pytest.approx(1.0)


def test_mcnemar_is_the_two_sided_binomial_test():
    first = np.r_[np.ones(8, bool), np.zeros(1, bool)]
    found = comparison.compare(first, ~first)
    assert found.p == pytest.approx(2 * (1 + 9) / 2**9)  # 8 or 9 of 9, or 0 or 1
    assert comparison.verdict("a", "b", found).startswith("“a” is better, and hardly by chance. Two equally good")
    assert "3.9%" in comparison.verdict("a", "b", found)
    assert comparison.verdict("b", "a", comparison.compare(~first, first)).startswith("“a” is better")


def test_the_verdict_claims_no_more_than_the_digits_tell():
    two = np.array([True, False])
    assert "cannot tell" in comparison.verdict("a", "b", comparison.compare(two, ~two))
    same = comparison.compare(two, two)
    assert same.p == 1
    assert "nothing tells them apart" in comparison.verdict("a", "b", same)


def test_a_model_in_figures():
    model = model_store.find_model("dropout")
    row = comparison.describe(model)
    assert row["claim"] == "high accuracy"
    assert row["claimed"] is None
    assert row["measured"] == model.metrics["accuracy"]
    assert row["size"] == model.tflite.stat().st_size
    assert comparison.describe(model_store.find_model("flagship"))["claim"] is None


def test_epochs_of_claim_and_history_stand_side_by_side():
    claim = Claim("", None, (ClaimedEpoch(1, 0.9, 0.95, 0.1), ClaimedEpoch(3, 0.99, 0.98, 0.2)))
    ours = {"loss": 0.5, "accuracy": 0.8, "val_loss": 0.25, "val_accuracy": 0.9, "seconds": 1.0}
    rows = comparison.epoch_rows(claim, [{"epoch": 1.0} | ours, {"epoch": 2.0} | ours])
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert (rows[0]["claimed_val_accuracy"], rows[0]["measured_val_accuracy"]) == (0.95, 0.9)
    assert (rows[1]["claimed_accuracy"], rows[1]["measured_val_loss"]) == (None, 0.25)
    assert (rows[2]["claimed_val_loss"], rows[2]["measured_accuracy"]) == (0.2, None)


def test_models_are_told_by_the_checksum_of_their_digits():
    assert model_store.find_model("dropout").recipe["data_sha256"] == datasets.checksum()
