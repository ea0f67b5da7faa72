import numpy as np
import pytest

from mnist_app.insight.exam import SORTS, STEPS, Exam, arrange, choose, describe, span


@pytest.fixture
def exam() -> Exam:
    """Six digits: 4 4 4 9 9 1, read as 4 9 9 9 4 1."""
    y_true, y_pred = np.array([4, 4, 4, 9, 9, 1]), np.array([4, 9, 9, 9, 4, 1])
    y_prob = np.full((6, 10), 0.01)
    y_prob[np.arange(6), y_pred] = [0.9, 0.6, 0.8, 0.7, 0.5, 0.9]
    y_prob[[1, 2, 4], y_true[[1, 2, 4]]] = [0.3, 0.1, 0.4]
    features = np.array([[0.0], [1.0], [3.0], [9.0], [4.0], [5.0]])
    images = np.zeros((6, 28, 28), np.uint8)
    images[:, 4:24, 12:15] = 255
    return Exam("test", images, y_true, y_prob, features)


def test_what_follows_from_the_probabilities(exam):
    assert exam.y_pred.tolist() == [4, 9, 9, 9, 4, 1]
    assert exam.right.tolist() == [True, False, False, True, False, True]
    assert exam.values["self-confidence"][1] == pytest.approx(0.3)
    assert exam.values["margin"][2] == pytest.approx(0.7)
    assert exam.values["loss"][2] == pytest.approx(-np.log(0.1))
    assert exam.values["height"].tolist() == [20] * 6
    assert exam.matrix[4, 9] == 2


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"true": 4}, [0, 1, 2]),
        ({"true": 4, "predicted": 9}, [1, 2]),
        ({"right": False}, [1, 2, 4]),
        ({"right": True, "predicted": 9}, [3]),
        ({"ranges": {"confidence": (0.6, 0.8)}}, [1, 2, 3]),
        ({"ranges": {"confidence": (0.6, 0.8), "margin": (0.5, 1)}}, [2, 3]),
        ({"true": 7}, []),
    ],
)
def test_every_filter_counts(exam, filters, expected):
    assert choose(exam, **filters).tolist() == expected


def test_orders(exam):
    found = np.array([0, 1, 2, 5])
    assert arrange(exam, found, "least self-confidence").tolist() == [2, 1, 0, 5]
    assert arrange(exam, found, "highest confidence").tolist() == [0, 5, 2, 1]
    assert arrange(exam, found[::-1], "lowest number").tolist() == [0, 1, 2, 5]
    for sort in SORTS:
        assert sorted(arrange(exam, found, sort)) == [0, 1, 2, 5]


def test_typical_error_lies_in_the_middle_of_its_pair(exam):
    assert exam.typical_errors() == {(4, 9): 1, (9, 4): 4}


def test_rows_for_a_table(exam):
    (row,) = exam.to_rows(np.array([1]))
    assert (row["number"], row["true"], row["read as"], row["p9"]) == (1, 4, 9, 0.6)


def test_span_lets_every_value_pass(exam):
    for name, values in exam.values.items():
        if name in STEPS or name in ("confidence", "margin"):
            low, high, _ = span(name, values)
            assert low <= values.min() <= values.max() <= high


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (("any", "any"), "All digits"),
        (("4", "any"), "Digits that are 4"),
        (("any", "9"), "Digits read as 9"),
        (("4", "9"), "Digits that are 4 and were read as 9"),
    ],
)
def test_names(pair, said):
    assert describe(*pair) == said
