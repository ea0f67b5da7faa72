from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy.optimize import minimize

from mnist_app.digits import writers
from mnist_app.network import personal
from mnist_app.network.classifier import load_classifier
from mnist_app.network.model_store import find_model
from mnist_app.network.personal import Gate, Head, PersonalClassifier, needed_changes
from mnist_app.reading.front_door import read_picture

NETWORKS = ("dropout", "double-conv")  # of the latter, the features are not what its last layer sees


@pytest.fixture(scope="module", params=NETWORKS)
def network(request):
    """A network and what it is not to forget."""
    model = find_model(request.param)
    classifier = load_classifier(model)
    return classifier, personal.remember(model, classifier)


@pytest.fixture(scope="module")
def hand():
    """A person with habits: labels and images, five of each digit to teach and seven to read."""
    labels, images = writers.write(12, 1)
    taught = np.arange(len(labels)) % 12 < 5
    return labels, images, taught


def adapt(network, hand):
    classifier, memory = network
    labels, images, taught = hand
    outputs = classifier.predict(images[taught])
    return personal.adapt(memory, outputs.features, outputs.scores, labels[taught])


def test_a_taught_hand_is_read_better_and_mnist_is_not_forgotten(network, hand, mnist_test):
    classifier, _ = network
    labels, images, taught = hand
    head, gate = adapt(network, hand)
    assert gate.opens
    assert gate.own == taught.sum()
    mine = PersonalClassifier(classifier, head)
    others = images[~taught], labels[~taught]
    before, after = (one.predict(others[0]).y_prob.argmax(axis=1) != others[1] for one in (classifier, mine))
    assert before.sum() >= 5
    assert after.sum() < 0.75 * before.sum()
    x_test, y_test = mnist_test
    misread = (mine.predict(x_test).y_prob.argmax(axis=1) != y_test).sum()
    assert abs(misread - gate.mnist_after) <= 3  # the gate's features are stored in 256 levels
    assert gate.mnist_after - gate.mnist_before <= 5


def test_leaving_one_out_is_what_fitting_without_it_gives(network, hand, monkeypatch):
    monkeypatch.setattr(personal, "WEIGHTS", (6.0,))
    classifier, memory = network
    labels, images, taught = hand
    outputs, labels = classifier.predict(images[taught]), labels[taught]
    _, gate = personal.adapt(memory, outputs.features, outputs.scores, labels)
    misread = 0
    for i in range(len(labels)):
        others = np.arange(len(labels)) != i
        head, _ = personal.adapt(memory, outputs.features[others], outputs.scores[others], labels[others])
        scores = outputs.scores[i, :10] + head.change(outputs.features[i : i + 1])[0]
        misread += scores.argmax() != labels[i]
    assert misread == gate.own_after
    assert gate.own_before > gate.own_after > 0


def test_needed_changes_are_the_least_ones():
    rng = np.random.default_rng(0)
    scores, labels, margin = rng.normal(0, 3, (6, 10)), np.arange(6), 2.0
    scores[0, 0] += 20
    changes = needed_changes(scores, labels, margin)
    changed = scores + changes
    for i, label in enumerate(labels):
        rivals = np.arange(10) != label
        assert changed[i, label] - changed[i, rivals].max() >= margin - 1e-9
        found = minimize(
            lambda x: (x**2).sum(),
            np.zeros(10),
            method="SLSQP",
            constraints={
                "type": "ineq",
                "fun": lambda x, i=i, label=label, rivals=rivals: (
                    scores[i, label] + x[label] - scores[i, rivals] - x[rivals] - margin
                ),
            },
        )
        np.testing.assert_allclose(changes[i], found.x, atol=1e-4)
    assert not changes[0].any()


def test_a_network_with_a_class_not_a_digit_can_be_taught(classifier, hand):
    memory = personal.remember(find_model(), classifier)
    labels, images, taught = hand
    outputs = classifier.predict(images[taught])
    assert outputs.scores.shape[1] == 11
    wrong = (labels[taught] + 1) % 10  # who calls every digit by the next one's name has much to teach
    head, gate = personal.adapt(memory, outputs.features, outputs.scores, wrong)
    assert gate.own_before >= 45
    told = PersonalClassifier(classifier, head).predict(images[:3])
    plain = classifier.predict(images[:3])
    np.testing.assert_array_equal(told.scores[:, 10], plain.scores[:, 10])
    np.testing.assert_array_equal(told.digit_prob, plain.digit_prob)
    np.testing.assert_allclose(told.y_prob.sum(axis=1), 1, rtol=1e-5)
    assert np.abs(told.scores[:, :10] - plain.scores[:, :10]).max() > 0.1


def test_pictures_are_read_with_a_head(classifier, mnist_test):
    picture = cv2.cvtColor(255 - cv2.resize(mnist_test[0][0], (280, 280)), cv2.COLOR_GRAY2RGB)
    plain = read_picture(picture, classifier, digits="one")
    bias = np.zeros(10, np.float32)
    bias[3] = 100
    head = Head(np.zeros((len(plain.digits[0].features), 10), np.float32), bias)
    for drawn in (True, False):
        assert read_picture(picture, PersonalClassifier(classifier, head), drawn=drawn).text == "3"
    assert plain.text == read_picture(picture, classifier).text == "7"


@pytest.mark.parametrize(
    ("gate", "keeps", "opens"),
    [
        (Gate(20, 4, 3, 10_000, 50, 55), True, True),
        (Gate(20, 4, 4, 10_000, 50, 40), True, False),
        (Gate(20, 4, 0, 10_000, 50, 56), False, False),
    ],
)
def test_the_gate_wants_both(gate, keeps, opens):
    assert (gate.keeps, gate.opens) == (keeps, opens)
    assert gate.lost == pytest.approx((gate.mnist_after - 50) / 10_000)


def test_where_nothing_keeps_mnist_the_gate_stays_shut(network, hand, monkeypatch):
    monkeypatch.setattr(personal, "MAY_LOSE", -1)
    assert not adapt(network, hand)[1].opens


def test_a_hand_that_is_read_right_needs_no_head(network, mnist_test):
    classifier, memory = network
    outputs = classifier.predict(mnist_test[0][:100])
    right = outputs.y_prob.argmax(axis=1)
    _, gate = personal.adapt(memory, outputs.features, outputs.scores, right)
    assert (gate.own_before, gate.opens) == (0, False)


def test_a_model_that_was_measured_on_other_digits(network, small_mnist):
    with pytest.raises(ValueError, match="'dropout' was measured on 10000 test digits, but there are 200"):
        personal.remember(find_model("dropout"), network[0], small_mnist)


def test_what_does_not_belong_together_is_refused(network):
    memory = network[1]
    size = len(memory.mean)
    features, scores, labels = np.zeros((2, size)), np.zeros((2, 10)), np.array([1, 2])
    for bad, message in (
        ((features[:0], scores, labels), rf"features must be \(n, {size}\) with n at least 1, not \(0, {size}\)"),
        ((features[:, 1:], scores, labels), "features must be"),
        ((features, scores[:1], labels), r"scores must be \(2, 10\) or wider.*not \(1, 10\)"),
        ((features, scores, labels[:1]), "labels must be 2 integers from 0 to 9"),
        ((features, scores, np.array([1, 10])), "labels must be 2 integers from 0 to 9"),
    ):
        with pytest.raises(ValueError, match=message):
            personal.adapt(memory, *bad)


def test_what_is_remembered_is_what_the_network_says(network, mnist_test):
    classifier, memory = network
    outputs = classifier.predict(mnist_test[0][:200])
    scores = outputs.scores[:, :10] / memory.temperature
    difference = scores - memory.scores[:200]
    likely = outputs.y_prob > 1e-6
    for one, known in zip(difference, likely, strict=True):
        np.testing.assert_allclose(one[known], one[known].mean(), atol=1e-3)
    standard = memory.standardize(outputs.features)
    assert standard.shape == (200, len(memory.mean) + 1)
    assert (standard[:, -1] == 1).all()
    looser = replace(memory, stiffness=np.eye(len(memory.stiffness)))
    head, _ = personal.adapt(looser, outputs.features, outputs.scores, (outputs.y_prob.argmax(axis=1) + 1) % 10)
    assert np.isfinite(head.weights).all()
