import numpy as np
import pytest

from mnist_app.digits.augmentation import AUGMENTATIONS
from mnist_app.digits.corruptions import BENCHMARK, CORRUPTIONS, SEVERITIES, corrupt


@pytest.fixture
def square():
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 10:18, 10:18] = 255
    return image


@pytest.fixture
def digits(mnist_test):
    return mnist_test[0][:20]


def test_the_fifteen_families_of_mnist_c_with_five_severities():
    assert len(CORRUPTIONS) == 15
    assert all(len(corruption.levels) == len(SEVERITIES) for corruption in CORRUPTIONS.values())


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_digit_is_corrupted_alike_alone_and_among_others(name, digits):
    images = corrupt(digits, name, seed=1)
    assert images.shape == digits.shape
    assert images.dtype == np.uint8
    assert (images != digits).any(axis=(1, 2)).all()
    np.testing.assert_array_equal(corrupt(digits[7:8], name, seed=1, indices=np.array([7]))[0], images[7])


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_higher_severities_leave_less_of_the_digits(name, digits):
    likeness = [np.corrcoef(digits.ravel(), corrupt(digits, name, s).ravel())[0, 1] for s in (1, 3, 5)]
    assert likeness[0] > likeness[1] > likeness[2] - 1e-9


def test_another_seed_gives_other_noise(digits):
    assert (corrupt(digits, "shot_noise", seed=1) != corrupt(digits, "shot_noise", seed=2)).any()


def test_benchmark_levels_are_the_papers():
    # Mu and Gilmer 2019, the default severities of their code.
    expected = {
        "shot_noise": 3, "impulse_noise": 0.17, "glass_blur": (0.7, 1, 2), "motion_blur": (10, 3), "shear": 0.4,
        "scale": 0.7, "rotate": 0.4, "brightness": 0.5, "translate": 3, "stripe": 7, "fog": 3, "spatter": (0.65, 0.3),
    }  # fmt: skip
    assert {name: CORRUPTIONS[name].levels[BENCHMARK - 1] for name in expected} == expected


def test_known_answers_on_a_square(square):
    assert corrupt(square, "brightness")[0, 0, 0] == 128
    striped = corrupt(square, "stripe")[0]
    assert striped[0].tolist() == [255] * 7 + [0] * 14 + [255] * 7
    assert abs((corrupt(square, "impulse_noise")[0] != square[0]).mean() - 0.17 / 2) < 0.04
    moved = np.argwhere(corrupt(square, "translate")[0]).mean(axis=0)
    assert np.abs(moved - 13.5).tolist() == [3, 3]
    assert (corrupt(square, "scale")[0] / 255).sum() == pytest.approx(64 * 0.7**2, rel=0.15)
    edges = corrupt(square, "canny_edges")[0] > 0
    assert not edges[12:16, 12:16].any()
    assert 24 <= edges.sum() <= 36


def test_turned_and_slanted_by_the_papers_angle():
    bar = np.zeros((1, 28, 28), np.uint8)
    bar[0, 4:24, 13:15] = 255
    rows, columns = np.nonzero(corrupt(bar, "rotate")[0] > 127)
    assert abs(np.polyfit(rows, columns, 1)[0]) == pytest.approx(np.tan(0.4), abs=0.05)
    rows, columns = np.nonzero(corrupt(bar, "shear")[0] > 127)
    assert abs(np.polyfit(rows, columns, 1)[0]) == pytest.approx(np.tan(0.4), abs=0.05)


def test_families_seen_in_training():
    seen = {
        name: {family for family, corruption in CORRUPTIONS.items() if corruption.seen_by(augmentation)}
        for name, augmentation in AUGMENTATIONS.items()
    }
    assert seen["none"] == set()
    assert seen["gentle"] == {"shear", "scale", "rotate", "translate"}
    assert set(CORRUPTIONS) - seen["flagship"] == {"spatter"}


def test_unknown_families_and_severities_are_named(square):
    with pytest.raises(ValueError, match="'rain'"):
        corrupt(square, "rain")
    with pytest.raises(ValueError, match="1 to 5, not 6"):
        corrupt(square, "fog", 6)
