from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_app import settings
from mnist_app.digits.augmentation import AUGMENTATIONS
from mnist_app.digits.circumstances import CIRCUMSTANCES
from mnist_app.digits.skeletons.other_hands import HABITS
from mnist_app.web import navigation

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=30).switch_page(navigation.DATA.path).run()


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


def test_every_habit_is_shown_beside_mnist(page):
    elsewhere = page.selectbox(key="elsewhere")
    assert elsewhere.options == sorted({str(habit.digit) for habit in HABITS})
    for digit in elsewhere.options:
        page.selectbox(key="elsewhere").select(int(digit)).run()
        assert not page.exception
        assert len(pictures(page, f"{digit} in MNIST")) == 1
        for habit in HABITS:
            assert len(pictures(page, f"{habit.digit} {habit.name}")) == (habit.digit == int(digit))


def test_other_hands_write_anew(page):
    before = [pictures(page, caption) for caption in ("9 in MNIST", "9 on a foot", "Scanned coarsely")]
    page.button(key="hands").click().run()
    after = [pictures(page, caption) for caption in ("9 in MNIST", "9 on a foot", "Scanned coarsely")]
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_every_circumstance_that_is_trained_is_shown(page):
    for one in CIRCUMSTANCES:
        assert len(pictures(page, one.name.capitalize())) == 1


def open_with_sheets(monkeypatch, folder: Path, *parts: str) -> AppTest:
    """The page where sheets of generated pages are stored for these parts."""
    (folder / "detector").mkdir()
    for shade, part in enumerate(parts):
        Image.fromarray(np.full((40, 60, 3), 80 * shade, np.uint8)).save(folder / "detector" / f"pages-{part}.jpg")
    monkeypatch.setattr(settings, "MODELS_FOLDER", folder)
    return AppTest.from_file(str(APP), default_timeout=30).switch_page(navigation.DATA.path).run()


def test_pages_drawn_by_the_program_are_shown_by_part(monkeypatch, tmp_path):
    page = open_with_sheets(monkeypatch, tmp_path, "train", "validation", "test")
    assert not page.exception
    choice = page.segmented_control(key="pages")
    assert choice.options == ["To learn from", "To choose by", "To test with"]
    first = page.image[-1]
    assert first.proto.imgs[0].alt == "Pages drawn by the program: to learn from"
    choice.set_value("test").run()
    assert not page.exception
    assert page.image[-1].value != first.value
    assert page.image[-1].proto.imgs[0].alt.endswith("to test with")


def test_only_parts_with_a_sheet_can_be_chosen(monkeypatch, tmp_path):
    page = open_with_sheets(monkeypatch, tmp_path, "test")
    assert not page.exception
    assert page.segmented_control(key="pages").options == ["To test with"]


def test_without_sheets_nothing_is_said_of_pages(monkeypatch, tmp_path):
    page = open_with_sheets(monkeypatch, tmp_path)
    assert not page.exception
    assert "Pages drawn by the program" not in [heading.value for heading in page.header]
