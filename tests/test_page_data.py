from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.augmentation import AUGMENTATIONS

APP = Path(__file__).parents[1] / "app.py"


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=30).switch_page("mnist_app/pages/data.py").run()


def pictures(page: AppTest, caption: str) -> list[str]:
    """Addresses of the pictures with that caption; they change with the picture."""
    return [image.value[0] for image in page.image if image.captions == [caption]]


def test_shows_samples_averages_and_augmented_copies(page):
    assert not page.exception
    for digit in range(10):
        assert len(pictures(page, str(digit))) == 2, "a handful of samples, and the average"
    for caption in ("Original", "12 changed copies", "Digits, each column another one", "Not a digit"):
        assert len(pictures(page, caption)) == 1
    assert all(image.proto.imgs[0].alt for image in page.image)


def test_another_handful_shows_other_samples(page):
    samples, average = pictures(page, "3")
    page.button(key="handful").click().run()
    assert pictures(page, "3")[0] != samples
    assert pictures(page, "3")[1] == average


def test_augmentation_follows_the_choice(page):
    original, copies = pictures(page, "Original"), pictures(page, "12 changed copies")
    page.button(key="change").click().run()
    assert pictures(page, "12 changed copies") != copies
    page.selectbox[0].select(7).run()
    assert pictures(page, "Original") != original
    page.segmented_control[0].set_value("none").run()
    assert any("equals the original" in caption.value for caption in page.caption)
    assert not page.exception


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_every_augmentation_can_be_shown(page, name):
    page.segmented_control[0].set_value(name).run()
    assert not page.exception
