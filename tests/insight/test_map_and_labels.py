from types import SimpleNamespace

import numpy as np

from mnist_app import settings
from mnist_app.digits import datasets
from mnist_app.insight import doubtful, embedding, map_and_labels
from mnist_app.network import model_store


def test_stored_map_and_labels_come_back(tmp_path, monkeypatch, mnist_test):
    (x_train, y_train), (x_test, y_test) = datasets.load_mnist()
    some = ((x_train[:1000], y_train[:1000]), (x_test[:300], y_test[:300]))
    y_prob, features = model_store.find_model().test_outputs()
    model = SimpleNamespace(folder=tmp_path, test_outputs=lambda: (y_prob[:300], features[:300]))
    monkeypatch.setattr(map_and_labels, "load_mnist", lambda folder: some)
    monkeypatch.setattr(doubtful, "WAVES", 300)
    monkeypatch.setattr(embedding, "STEPS", 250)
    assert map_and_labels.load(model) is None
    map_and_labels.store(model, settings.DATA_FOLDER)
    found = map_and_labels.load(model)
    assert found.points.shape == (300, 2)
    assert len(found.test.indices) == len(found.train.indices) == doubtful.MOST
    assert (np.diff(found.test.self_confidence) >= 0).all()
    assert found.train.suggested[0] != y_train[found.train.indices[0]]
