import shutil

import numpy as np
import pytest

from mnist_app.reading.detecting.detector import DETECTOR, FEATURES
from mnist_app.reading.detecting.evidence import BESIDE, LIMIT, NEIGHBOURS, OWN, RIVALS, Evidence, Others
from mnist_app.reading.detecting.judge import Judge, with_surroundings
from mnist_app.reading.detecting.search import choose
from mnist_app.reading.detecting.surroundings import FILE, SEEN, SIDE, Surroundings
from mnist_app.settings import MODELS_FOLDER


class Blind:
    """Sees nothing around a candidate."""

    def see(self, views: np.ndarray) -> np.ndarray:
        return np.zeros((len(views), SEEN), np.float32)


def page_of(company: int, rng: np.random.Generator) -> tuple[Evidence, np.ndarray]:
    """Five marks in a row: the first value of each says that it may be a digit, the second what stands beside it."""
    n = 5
    own = np.zeros((n, len(OWN) + FEATURES + 8), np.float32)
    own[:, 2:6] = rng.normal(0, 1, (n, 4))
    own[:, 0] = rng.integers(0, 2, n)
    own[:, 1] = company
    own[0, 1] = 0  # the first mark does not say itself what company it keeps
    index = np.stack([np.r_[np.delete(np.arange(n), i), np.zeros(NEIGHBOURS - n + 1)] for i in range(n)]).astype(
        np.int32
    )
    valid = np.pad(np.ones((n, n - 1), np.float32), ((0, 0), (0, NEIGHBOURS - n + 1)))
    neighbours = Others(index, valid, np.zeros((n, NEIGHBOURS, len(BESIDE)), np.float32))
    nobody = np.zeros((n, RIVALS), np.float32)
    rivals = Others(nobody.astype(np.int32), nobody, np.zeros((n, RIVALS, len(BESIDE)), np.float32))
    truth = (own[:, 0] * company).astype(int)
    views = np.zeros((n, SIDE, SIDE, 3), np.uint8)
    return Evidence(own, np.zeros((n, 6)), neighbours, rivals, np.ones(n, np.float32), np.eye(n), views), truth


@pytest.fixture(scope="module")
def trained():
    from mnist_app.reading.detecting.judge_training import Network, stack, train_judge

    rng = np.random.default_rng(0)
    pages, truths = zip(*(page_of(i % 2, rng) for i in range(400)), strict=True)
    return pages, truths, train_judge(pages, truths, Blind(), networks=2, epochs=6), Network, stack


def test_a_mark_is_judged_by_what_stands_beside_it(trained):
    pages, truths, judge, *_ = trained
    right = [(judge.odds(page)[0] > 0) == truth[0] for page, truth in zip(pages, truths, strict=True)]
    assert np.mean(right) > 0.97


def test_numpy_and_keras_agree_and_what_is_stored_is_read_again(trained, tmp_path):
    pages, _, judge, network_class, stack = trained
    told = [with_surroundings(page, judge.surroundings) for page in pages[:3]]
    batch = stack(told)
    for stored in judge.networks:
        network = network_class(stored.weights["mean"], stored.weights["scale"])
        network(batch)
        for layer in [*network.dense.values(), network.odds]:
            layer.set_weights([stored.weights[f"{layer.name}.{part}"] for part in ("kernel", "bias")])
        expected = np.clip(network(batch).numpy(), -LIMIT, LIMIT)
        np.testing.assert_allclose(np.concatenate([stored.odds(page) for page in told]), expected, atol=1e-3)

    shutil.copy(MODELS_FOLDER / DETECTOR / FILE, tmp_path)
    judge = Judge(judge.networks, Surroundings(tmp_path / FILE), 0.25)
    judge.save(tmp_path / "judge.npz")
    loaded = Judge.load(tmp_path / "judge.npz")
    assert loaded.threshold == 0.25
    np.testing.assert_allclose(loaded.odds(pages[0]), judge.odds(pages[0]), atol=1e-5)


def test_each_piece_of_ink_is_one_digit_at_most_and_the_surest_wins():
    overlap = np.array([[1, 0.9, 0, 0], [0.9, 1, 0.2, 0], [0, 0.2, 1, 0], [0, 0, 0, 1]])
    assert choose(np.array([2.0, 3.0, 1.0, -1.0]), overlap, 0.0) == [1, 2]
    assert choose(np.array([3.0, 2.0, 1.0, -1.0]), overlap, -2.0) == [0, 2, 3]
    assert choose(np.full(4, -5.0), overlap, 0.0) == []
