import numpy as np

from mnist_app import embedding


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


def test_new_images_are_placed_beside_their_neighbours():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 50)
    features = 10 * np.eye(3)[labels] + rng.normal(0, 1, (150, 3))
    points = 100 * np.array([[0, 0], [1, 0], [0, 1]])[labels] + rng.normal(0, 1, (150, 2))
    placed = embedding.place(np.concatenate([10 * np.eye(3), features[:2]]), features, points.astype(np.float16))
    np.testing.assert_allclose(placed[:3], [[0, 0], [100, 0], [0, 100]], atol=3)
    np.testing.assert_allclose(placed[3:], points[:2], atol=0.5)  # known images appear where they are
    assert embedding.place(features[:0], features, points).shape == (0, 2)
