import numpy as np
import pytest

from mnist_app.network import model_store, snapshots
from mnist_app.network.classifier import load_classifier
from mnist_app.network.layers import read_weights
from mnist_app.network.snapshots import Snapshot
from mnist_app.network.stages import Stages


@pytest.fixture(scope="module")
def minimal():
    return model_store.find_model("minimal")


@pytest.fixture(scope="module")
def weights(minimal):
    return [array for found in read_weights(minimal).values() for array in found]


def test_it_computes_what_litert_computes(minimal, weights, mnist_test):
    maps, scores = Snapshot(8, 0.98, tuple(weights)).run(mnist_test[0][:20])
    np.testing.assert_allclose(maps, Stages(minimal).run(mnist_test[0][:20])[0], atol=1e-3)  # half precision
    np.testing.assert_allclose(scores, load_classifier(minimal).predict(mnist_test[0][:20]).scores, atol=2e-2)


def test_what_is_kept_answers_as_before(tmp_path, weights, mnist_test, monkeypatch):
    monkeypatch.setattr(snapshots, "load_mnist", lambda: (None, (mnist_test[0][:300], mnist_test[1][:300])))
    rng = np.random.default_rng(0)
    random = [rng.normal(0, 0.05, array.shape).astype(np.float32) for array in weights]
    model = model_store.StoredModel(tmp_path)
    assert snapshots.load(model) is None
    snapshots.store(model, {0: random, 5: weights})
    found = snapshots.load(model)
    assert found.epochs == (0, 5)
    assert found.after(0).accuracy < 0.5 < found.after(5).accuracy
    for epoch, expected, same in ((0, random, 0.85), (5, weights, 0.97)):  # by chance, answers are close to each other
        scores = found.after(epoch).run(mnist_test[0][:300])[1]
        exact = Snapshot(epoch, 0, tuple(expected)).run(mnist_test[0][:300])[1]
        assert (scores.argmax(axis=1) == exact.argmax(axis=1)).mean() > same
    assert found.after(5).answer(mnist_test[0][0]).sum() == pytest.approx(1)


def test_the_stored_network_learns_from_chance_to_its_recipes_accuracy(minimal):
    found = snapshots.load(minimal)
    assert found.epochs == snapshots.EPOCHS
    first, *_, last = (snapshot.accuracy for snapshot in found.snapshots)
    assert first < 0.3
    assert abs(last - minimal.metrics["accuracy"]) < 0.01
    assert (minimal.folder / snapshots.FILE).stat().st_size < 700_000
