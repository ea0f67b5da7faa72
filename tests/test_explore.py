from types import SimpleNamespace

import numpy as np
import pytest

from mnist_app import corruptions, datasets, embedding, explore, model_store, settings


def test_corruptions_are_measured_on_what_corrupt_makes(classifier, mnist_test, monkeypatch):
    images, labels = mnist_test[0][:200], mnist_test[1][:200]
    monkeypatch.setattr(explore, "CORRUPTIONS", {name: corruptions.CORRUPTIONS[name] for name in ("scale", "stripe")})
    rows = explore.evaluate_corruptions(classifier, images, labels, (3, 5), explore.AUGMENTATIONS["gentle"])
    assert [(r["family"], r["severity"], r["seen"], r["digits"]) for r in rows] == [
        ("scale", 3, True, 200), ("scale", 5, True, 40), ("stripe", 3, False, 200), ("stripe", 5, False, 40),
    ]  # fmt: skip
    assert rows[0]["low"] < rows[0]["accuracy"] < rows[0]["high"]
    assert rows[1]["accuracy"] < rows[0]["accuracy"]
    for index, predicted in explore.worst_digits(rows[1])[:3]:
        image = corruptions.corrupt(images[[index]], "scale", 5, indices=[index])
        assert classifier.predict(image).y_prob.argmax() == predicted != labels[index]
    summary = explore.summarize_corruptions(rows)
    assert summary["corruptions_seen"] == rows[0]["accuracy"]
    assert summary["corruptions_unseen"] == rows[2]["accuracy"]
    assert summary["corruptions"] == pytest.approx((rows[0]["accuracy"] + rows[2]["accuracy"]) / 2)


def test_stored_corruptions_come_back(tmp_path):
    row = {"family": "fog", "severity": 3, "seen": False, "digits": 10, "accuracy": 0.5, "low": 0.2, "high": 0.8}
    row["worst"] = "3:7 5:1"
    (tmp_path / explore.ROWS).write_text(explore.tables.to_csv([row, row | {"seen": True, "worst": ""}]))
    rows = explore.load_corruptions(model_store.StoredModel(tmp_path))
    assert rows == [row, row | {"seen": True, "worst": ""}]
    assert [explore.worst_digits(row) for row in rows] == [[(3, 7), (5, 1)], []]
    assert explore.load_corruptions(model_store.StoredModel(tmp_path / "none")) == []


def test_doubtful_labels_as_a_table():
    found = explore.Doubtful(np.array([4, 2]), np.array([0.001234, 0.5]), np.array([9, 7]), np.array([True, False]))
    first, second = found.to_rows(np.array([0, 1, 7, 3, 5]))
    assert list(first.values()) == [4, 5, 9, 0.0012, True]
    assert list(second.values()) == [2, 7, 7, 0.5, False]


def test_stored_exploration_comes_back(tmp_path, monkeypatch, mnist_test):
    (x_train, y_train), (x_test, y_test) = datasets.load_mnist()
    some = ((x_train[:1000], y_train[:1000]), (x_test[:300], y_test[:300]))
    y_prob, features = model_store.find_model().test_outputs()
    model = SimpleNamespace(folder=tmp_path, test_outputs=lambda: (y_prob[:300], features[:300]))
    monkeypatch.setattr(explore, "load_mnist", lambda folder: some)
    monkeypatch.setattr(explore.doubtful, "WAVES", 300)
    monkeypatch.setattr(embedding, "STEPS", 250)
    assert explore.load_explore(model) is None
    explore.store_explore(model, settings.DATA_FOLDER)
    found = explore.load_explore(model)
    assert found.points.shape == (300, 2)
    assert len(found.test.indices) == len(found.train.indices) == explore.DOUBTFUL
    assert (np.diff(found.test.self_confidence) >= 0).all()
    assert found.train.suggested[0] != y_train[found.train.indices[0]]
