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
    np.testing.assert_allclose(found.opinion.sum(axis=1), 1, atol=2e-3)
    assert len(found.train.indices) == doubtful.MOST
    assert (np.diff(found.train.self_confidence) >= 0).all()
    assert found.train.suggested[0] != y_train[found.train.indices[0]]


def test_what_an_older_program_stored_is_as_good_as_nothing(tmp_path):
    np.savez(tmp_path / map_and_labels.FILE, points=np.zeros((10, 2)))
    assert map_and_labels.load(SimpleNamespace(folder=tmp_path)) is None


def test_the_best_network_and_the_second_opinion_judge_the_test_labels():
    y_true = np.arange(10)
    sure, unsure = np.eye(10) * 0.9 + 0.01, np.full((10, 10), 0.1)
    opinion = np.eye(10)
    opinion[3] = np.eye(10)[8]
    judged = map_and_labels.doubt_test(opinion, y_true, [unsure, sure])
    assert judged.indices[0] == 3
    np.testing.assert_allclose(judged.self_confidence[:2], [(0 + 0.91) / 2, (1 + 0.91) / 2])
