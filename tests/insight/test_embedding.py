import numpy as np

from mnist_app.insight import embedding


def test_a_map_keeps_clusters_apart_and_is_the_same_every_time():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), 60)
    features = 10 * rng.normal(0, 1, (4, 16))[labels] + rng.normal(0, 1, (240, 16))
    points = embedding.embed(features, seed=3)
    assert points.shape == (240, 2)
    assert points.dtype == np.float32
    middles = np.stack([points[labels == i].mean(axis=0) for i in range(4)])
    nearest = np.linalg.norm(points[:, np.newaxis] - middles, axis=2).argmin(axis=1)
    assert (nearest == labels).all()
    np.testing.assert_array_equal(embedding.embed(features, seed=3), points)


def test_a_few_digits_have_a_map_too():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 10)
    points = embedding.embed(10 * rng.normal(0, 1, (2, 16))[labels] + rng.normal(0, 1, (20, 16)))
    middles = np.stack([points[labels == i].mean(axis=0) for i in range(2)])
    nearest = np.linalg.norm(points[:, np.newaxis] - middles, axis=2).argmin(axis=1)
    assert (nearest == labels).all()
    assert embedding.embed(rng.normal(0, 1, (4, 16))).shape == (4, 2)
