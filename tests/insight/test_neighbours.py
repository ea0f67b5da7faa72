import time

import numpy as np

from mnist_app.insight.neighbours import FeatureBank


def test_a_digit_is_its_own_nearest_neighbour(classifier, mnist_test):
    images = mnist_test[0][:600]
    bank = FeatureBank(classifier, images, most=300)
    while not bank.complete:
        time.sleep(0.01)
    assert bank.total == bank.done == 300
    query = classifier.predict(images[17:18]).features[0]
    found, distances = bank.nearest(query, 5)
    assert found[0] == 17
    assert distances[0] < 1e-5
    assert (np.diff(distances) >= 0).all()
