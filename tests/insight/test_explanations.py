import numpy as np
import pytest

from mnist_app.insight import explanations
from mnist_app.network.classifier import Outputs, softmax

QUADRANTS = [(slice(0, 14), slice(0, 14)), (slice(0, 14), slice(14, 28)), (slice(14, 28), slice(0, 14))]


class Quadrants:
    """A network by hand: digit d's score is the ink in quadrant d, for 0 to 2, and the other scores are constant."""

    def predict(self, images, *, maps=False):
        ink = np.stack([images[:, rows, columns].mean(axis=(1, 2)) / 255 for rows, columns in QUADRANTS], axis=1)
        scores = np.zeros((len(images), 10), np.float32)
        scores[:, :3] = 40 * ink
        blocks = images.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4)) / 255
        channels = np.zeros((len(images), 7, 7, 4), np.float32)
        for channel, (rows, columns) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
            part = (slice(4 * rows, 4 * rows + 3), slice(4 * columns, 4 * columns + 3))
            channels[:, *part, channel] = blocks[:, *part]
        nothing = np.zeros(len(images), np.float32)
        return Outputs(softmax(scores), nothing, scores, scores, nothing, channels if maps else None)


@pytest.fixture
def image():
    image = np.zeros((28, 28), np.uint8)
    for rows in (4, 18):
        for columns in (4, 18):
            image[rows : rows + 6, columns : columns + 6] = 255
    return image


def test_log_odds_against_the_definition():
    scores = np.random.default_rng(0).normal(0, 2, (5, 10))
    p = softmax(scores)[:, 3]
    np.testing.assert_allclose(explanations.log_odds(scores, 3), np.log(p / (1 - p)), rtol=1e-6)
    assert explanations.log_odds(np.array([[1000.0] + [0.0] * 9]), 0)[0] == pytest.approx(1000 - np.log(9))


@pytest.mark.parametrize("target", [0, 1, 2])
def test_occlusion_finds_the_ink_that_counts(image, target):
    found = explanations.occlusion_map(image, Quadrants(), target)
    assert found.shape == (28, 28)
    assert found.dtype == np.float32
    inked = [found[quadrant][image[quadrant] > 0].mean() for quadrant in QUADRANTS]
    assert np.argmax(inked) == target
    assert inked[target] > 0
    assert all(mean < 0 for digit, mean in enumerate(inked) if digit != target)  # their ink speaks for other digits
    assert abs(found[17:, 17:]).max() < 1e-6  # the last quadrant counts for nothing


def test_occlusion_finds_the_paper_that_counts(image):
    found = explanations.occlusion_map(image, Quadrants(), 1)
    assert found[11, 1] > 0  # ink here would speak for 0, so its paper speaks for 1
    assert found[11, 26] < 0


@pytest.mark.parametrize("target", [0, 1, 2])
def test_activation_is_highest_where_the_network_looks(image, target):
    found = explanations.activation_map(image, Quadrants(), target)
    assert (found.min(), found.max()) == (0, 1)
    means = [found[quadrant].mean() for quadrant in QUADRANTS]
    assert np.argmax(means) == target
    assert means[target] > 2 * sorted(means)[-2]


def test_activation_of_an_empty_image_is_empty():
    assert not explanations.activation_map(np.zeros((28, 28), np.uint8), Quadrants(), 0).any()


def test_real_networks_are_explained_by_their_digits_ink(classifier, mnist_test):
    image, label = mnist_test[0][0], int(mnist_test[1][0])
    found = explanations.occlusion_map(image, classifier, label)
    order = np.argsort(-found.ravel()[np.flatnonzero(image)])
    most, least = image.copy(), image.copy()
    for copy, pixels in ((most, order[:20]), (least, order[-20:])):
        copy.flat[np.flatnonzero(image)[pixels]] = 0
    scores = classifier.predict(np.stack([most, least])).scores
    assert explanations.log_odds(scores, label)[0] < explanations.log_odds(scores, label)[1]
    assert explanations.activation_map(image, classifier, label).max() == 1


def test_nearest_by_angle():
    features = np.array([[1.0, 0], [0, 2], [3, 3], [-1, 0]])
    indices, distances = explanations.nearest(np.array([5.0, 0.1]), features, k=3)
    assert indices.tolist() == [0, 2, 1]
    assert distances == pytest.approx([0.0002, 0.279, 0.98], abs=1e-3)
    assert len(explanations.nearest(np.ones(2), features, k=9)[0]) == 4
