import numpy as np
import pytest

from mnist_app.digits.datasets import load_mnist
from mnist_app.insight import doubtful, map_and_labels
from mnist_app.metrics import self_confidence
from mnist_app.network import model_store


@pytest.fixture(scope="module")
def planted():
    """3,000 training digits, 60 of them with a wrong label, and their out-of-fold probabilities."""
    (images, y_true), _ = load_mnist()
    rng = np.random.default_rng(0)
    labels, wrong = y_true[:3000].copy(), rng.choice(3000, 60, replace=False)
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, 60)) % 10
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doubtful, "WAVES", 500)
        return labels, wrong, doubtful.second_opinion(images[:3000], labels, images[:0])[0]


def test_planted_label_errors_come_first(planted):
    labels, wrong, y_prob = planted
    assert np.isin(doubtful.rank_doubtful(labels, y_prob)[:60], wrong).mean() > 0.7
    issues = doubtful.find_label_issues(labels, y_prob)
    assert issues[wrong].mean() > 0.7
    assert np.delete(issues, wrong).mean() < 0.02


def test_out_of_fold_probabilities_owe_nothing_to_the_labels(planted):
    labels, wrong, y_prob = planted
    np.testing.assert_allclose(y_prob.sum(axis=1), 1, rtol=1e-4)
    assert (y_prob.argmax(axis=1) == labels)[wrong].mean() < 0.1  # a classifier that had learnt them would agree
    assert np.delete(y_prob.argmax(axis=1) == labels, wrong).mean() > 0.93


def test_a_second_opinion_on_other_images(monkeypatch, mnist_test):
    monkeypatch.setattr(doubtful, "WAVES", 300)
    (images, labels), _ = load_mnist()
    _, y_prob = doubtful.second_opinion(images[:2000], labels[:2000], mnist_test[0][:500])
    assert (y_prob.argmax(axis=1) == mnist_test[1][:500]).mean() > 0.85


def test_label_issues_of_a_known_case():
    # Four images of class 0 and four of class 1; the last one labelled 1 is confidently 0.
    y_true = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    y_prob = np.zeros((8, 10))
    y_prob[:, 0] = [0.9, 0.9, 0.8, 0.6, 0.1, 0.1, 0.1, 0.9]
    y_prob[:, 1] = 1 - y_prob[:, 0]
    # Mean self-confidence: 0.8 and 0.7. The fourth image reaches neither and is not judged.
    assert doubtful.find_label_issues(y_true, y_prob).tolist() == [False] * 7 + [True]
    assert doubtful.rank_doubtful(y_true, y_prob)[0] == 7


def test_the_fifteen_validated_test_labels(mnist_test):
    _, labels = mnist_test
    assert len(doubtful.WRONG_TEST_LABELS) == 15
    assert sum(label is not None for label in doubtful.WRONG_TEST_LABELS.values()) == 10
    assert all(labels[index] != label for index, label in doubtful.WRONG_TEST_LABELS.items())


def test_corrected_accuracy_of_a_network_that_reads_what_is_there(mnist_test):
    _, labels = mnist_test
    y_pred = labels.copy()
    for index, label in doubtful.WRONG_TEST_LABELS.items():
        y_pred[index] = (labels[index] + 1) % 10 if label is None else label
    found = doubtful.corrected_accuracy(labels, y_pred)
    assert {name: interval.value for name, interval in found.items()} == {
        "as labelled": 0.9985, "corrected": 0.9995, "left out": 1.0,
    }  # fmt: skip


def test_doubtful_labels_as_a_table():
    found = doubtful.Doubtful(np.array([4, 2]), np.array([0.001234, 0.5]), np.array([9, 7]), np.array([True, False]))
    first, second = found.to_rows(np.array([0, 1, 7, 3, 5]))
    assert list(first.values()) == [4, 5, 9, 0.0012, True]
    assert list(second.values()) == [2, 7, 7, 0.5, False]


@pytest.mark.parametrize("model", model_store.list_models(), ids=lambda model: model.name)
def test_five_of_the_ten_most_doubtful_test_digits_are_validated_errors(model, mnist_test):
    stored = map_and_labels.load(model)
    if stored is None:
        pytest.skip(f"{model.name} has no {map_and_labels.FILE}.")
    answers = [other.test_outputs()[0] for other in model_store.list_models()]
    judged = map_and_labels.doubt_test(stored.opinion, mnist_test[1], answers)
    assert np.isin(judged.indices[:10], list(doubtful.WRONG_TEST_LABELS)).sum() >= 5


@pytest.mark.parametrize("model", model_store.list_models(), ids=lambda model: model.name)
def test_networks_doubt_validated_errors(model, mnist_test):
    _, labels = mnist_test
    y_prob, _ = model.test_outputs()
    first = doubtful.rank_doubtful(labels, y_prob)[:100]
    assert np.isin(list(doubtful.WRONG_TEST_LABELS), first).sum() >= 8
    assert (np.diff(self_confidence(labels, y_prob)[first]) >= 0).all()
