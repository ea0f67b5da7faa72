from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mnist_app.network.classifier import CHUNK, Classifier, softmax


def test_outputs(classifier, mnist_test):
    outputs = classifier.predict(mnist_test[0][:7], maps=True)
    assert outputs.y_prob.shape == (7, 10)
    np.testing.assert_allclose(outputs.y_prob.sum(axis=1), 1, rtol=1e-5)
    assert outputs.features.shape[0] == outputs.maps.shape[0] == outputs.digit_prob.shape[0] == 7
    assert outputs.maps.ndim == 4
    assert (outputs.y_prob.argmax(axis=1) == mnist_test[1][:7]).all()


def test_batches_of_any_size_agree(classifier, mnist_test):
    images = mnist_test[0][: CHUNK + 3]
    together = classifier.predict(images).y_prob
    one_by_one = np.concatenate([classifier.predict(images[i : i + 1]).y_prob for i in range(len(images))])
    np.testing.assert_allclose(together, one_by_one, atol=1e-5)


def test_threads_do_not_disturb_each_other(classifier, mnist_test):
    parts = [mnist_test[0][i : i + 1 + i % 5] for i in range(40)]
    expected = [classifier.predict(part).y_prob for part in parts]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda part: classifier.predict(part).y_prob, parts))
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((1, 28, 28)),
        np.zeros((1, 8, 8), np.uint8),
        np.zeros((0, 28, 28), np.uint8),
    ],
)
def test_wrong_arrays(classifier, images):
    with pytest.raises(ValueError, match=r"images must be \(n, 28, 28\) uint8"):
        classifier.predict(images)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no model file"):
        Classifier(tmp_path / "model.tflite")


def test_softmax_of_large_scores():
    np.testing.assert_allclose(softmax(np.array([[1000.0, 1000.0], [0.0, np.log(3)]])), [[0.5, 0.5], [0.25, 0.75]])


def test_maps_only_where_asked_for(classifier, mnist_test):
    assert classifier.predict(mnist_test[0][:1]).maps is None
