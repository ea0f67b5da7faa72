import numpy as np
import pytest

from mnist_app.insight import findings
from mnist_app.insight.exam import Exam
from mnist_app.network.recipes import Claim


@pytest.fixture
def exam() -> Exam:
    """Ten digits of each kind, every one read right but three 4s, which are read as 9 with much confidence."""
    y_true = np.repeat(np.arange(10), 10)
    y_prob = np.eye(10)[y_true] * 0.9 + 0.01
    y_prob[40:43] = y_prob[90]
    return Exam("test", np.zeros((100, 28, 28), np.uint8), y_true, y_prob, np.zeros((100, 2)))


def history(*rows: tuple[float, float, float]) -> list[dict[str, float]]:
    return [
        {"accuracy": accuracy, "val_accuracy": val_accuracy, "val_loss": loss} for accuracy, val_accuracy, loss in rows
    ]


def test_what_stands_out_is_named(exam):
    said = findings.findings(exam, history((0.9, 0.9, 0.1)), Claim("over 98%", 0.98))
    assert said[0].startswith("It reads 97.00% of 100 test digits right and 3 wrong.")
    assert "1.00 percentage points below 98.00%" in said[1]
    assert "4 worst" in said[2]
    assert "3 of 10 digits that are 4 are missed" in said[2]
    assert "4 read as 9 (3 times). That is 100% of its errors." in said[3]
    assert "3 of its errors were made with a confidence over 90%" in said[5]
    assert "doubtful" not in said[5]


def test_a_claim_without_a_figure_is_not_compared(exam):
    assert "no figure" in findings.against_claim(exam, Claim("high accuracy"))


def test_a_network_without_errors(exam):
    flawless = Exam("test", exam.images, exam.y_true, np.eye(10)[exam.y_true], exam.features)
    said = findings.findings(flawless, history((1, 1, 0.1)), None)
    assert len(said) == 4
    assert "100.00%" in said[0]


def test_learning_by_heart_is_told():
    assert "no sign of learning by heart" in findings.learning(history((0.8, 0.9, 0.2), (0.991, 0.99, 0.1)))
    by_heart = findings.learning(history((0.9, 0.97, 0.05), (0.999, 0.98, 0.1)))
    assert "has learned some by heart" in by_heart
    assert "lowest after epoch 1 (0.0500) and has risen to 0.1000" in by_heart
    assert "cannot be told" in findings.learning(history((0.9, np.nan, np.nan)))
