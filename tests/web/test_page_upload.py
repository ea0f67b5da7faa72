import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_app.reading.answer import Reading, Rejected
from mnist_app.reading.steps import PICTURE_STEPS
from mnist_app.web import navigation, picture_card
from mnist_app.web.examples import PAGE_ROWS, compose_page

APP = Path(__file__).parents[2] / "app.py"
NUMBER = "\n".join(PAGE_ROWS)


def as_file(picture: np.ndarray, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind)
    return file.getvalue()


def digit_file(mnist_test, place: int) -> bytes:
    return as_file(255 - np.kron(mnist_test[0][place], np.ones((10, 10), np.uint8)))


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).switch_page(navigation.UPLOAD.path).run()


def upload(page: AppTest, *files: tuple[str, bytes, str]) -> AppTest:
    page.file_uploader(key="files").set_value(list(files)).run()
    assert not page.exception
    return page


def test_nothing_uploaded_offers_examples(page):
    assert not page.exception
    assert not page.code
    next(button for button in page.button if button.label == "Try a page").click().run()
    assert page.code[0].value == NUMBER
    assert NUMBER.replace("\n", ", ") in page.image[0].proto.imgs[0].alt


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("JPEG", "b.jpg"), ("WEBP", "c.webp"), ("BMP", "d.bmp")])
def test_formats(page, mnist_test, kind, name):
    upload(page, (name, as_file(compose_page(mnist_test), kind), "image/*"))
    assert page.code[0].value == NUMBER


def test_a_broken_file_says_so_and_the_others_are_read(page, mnist_test):
    files = [
        ("seven.png", digit_file(mnist_test, 0), "image/png"),
        ("text.png", b"this is a text", "image/png"),
        ("empty.png", b"", "image/png"),
        ("two.png", digit_file(mnist_test, 1), "image/png"),
    ]
    upload(page, *files)
    assert [code.value for code in page.code] == ["7", "2"]
    assert len(page.error) == 2
    assert all(error.value.endswith(".") and "Traceback" not in error.value for error in page.error)
    table = page.dataframe[0].value
    assert list(table["path"]) == [name for name, _, _ in files]
    assert list(table["text"]) == ["7", "", "", "2"]


@pytest.mark.parametrize(("shape", "grey"), [((1, 1, 3), 0), ((60, 80, 3), 200), ((300, 2, 3), 255)])
def test_a_picture_with_nothing_on_it_holds_no_digit(page, shape, grey):
    upload(page, ("dot.png", as_file(np.full(shape, grey, np.uint8)), "image/png"))
    assert not page.code
    said = [element.value for element in (*page.markdown, *page.error)]
    assert any(text.startswith("I don't think this is a digit") or text.endswith(".") for text in said)


def test_the_same_file_twice_is_one_card(page, mnist_test):
    file = ("seven.png", digit_file(mnist_test, 0), "image/png")
    assert len(upload(page, file, file).code) == 1


def test_many_files_are_shown_in_pages(page, mnist_test):
    upload(page, *((f"{i}.png", digit_file(mnist_test, i), "image/png") for i in range(7)))
    assert len(page.code) == 5
    assert len(page.dataframe[0].value) == 7


def test_the_camera(page, mnist_test):
    page.segmented_control(key="source").set_value("Camera").run()
    page.camera_input(key="camera").set_value(
        ("photo.jpg", as_file(compose_page(mnist_test), "JPEG"), "image/jpeg")
    ).run()
    assert not page.exception
    assert page.code[0].value == NUMBER


def correct(page: AppTest, key: str, change: Callable[[list[dict]], list[dict]]) -> AppTest:
    """Run the page as if the boxes on a card's canvas had been changed."""
    objects = page.session_state[f"boxes_{key}"]["drawing"]["raw"]["objects"]
    changed = change([dict(box) for box in objects])
    page.session_state[f"boxes_{key}"] = {"drawing": {"raw": {"objects": changed}, "data": None}}
    page.run()
    assert not page.exception
    return page


def open_editor(page: AppTest, mnist_test) -> str:
    """Upload a page of digits and begin to correct it; returns the card's key."""
    upload(page, ("page.png", as_file(compose_page(mnist_test)), "image/png"))
    toggle = next(toggle for toggle in page.toggle if toggle.label == "Correct by hand")
    toggle.set_value(True).run()
    assert not page.exception
    return toggle.key.removeprefix("editing_")


def without_first_and_a_six(boxes: list[dict]) -> list[dict]:
    boxes[1]["label"] = "6"
    return boxes[1:]


def test_boxes_are_corrected_by_hand(page, mnist_test):
    key = open_editor(page, mnist_test)
    assert len(page.session_state[f"boxes_{key}"]["drawing"]["raw"]["objects"]) == 11
    assert page.code[0].value == NUMBER, "a look at the boxes corrects nothing"
    correct(page, key, without_first_and_a_six)
    assert page.code[0].value == "671\n23\n98651"
    next(button for button in page.button if button.key == f"forget_{key}").click().run()
    assert page.code[0].value == NUMBER


def test_corrections_stay_when_the_editor_is_closed_and_opened_again(page, mnist_test):
    key = open_editor(page, mnist_test)
    correct(page, key, without_first_and_a_six)
    for opened in (False, True):
        page.toggle(key=f"editing_{key}").set_value(opened).run()
        assert not page.exception
        assert page.code[0].value == "671\n23\n98651"
    assert len(page.session_state[f"boxes_{key}"]["drawing"]["raw"]["objects"]) == 10


def test_without_any_box_there_is_no_number(page, mnist_test):
    key = open_editor(page, mnist_test)
    correct(page, key, lambda boxes: [])
    assert not page.code


def test_steps_and_left_out_on_demand(page, mnist_test):
    paper = compose_page(mnist_test)
    paper[20:24, 20:500] = 30  # a line that is no digit
    upload(page, ("page.png", as_file(paper), "image/png"))
    few = len(page.image)
    key = next(toggle.key for toggle in page.toggle if toggle.label == "Correct by hand").removeprefix("editing_")
    page.session_state[f"way_{key}"] = True
    next(toggle for toggle in page.toggle if toggle.label == "Show what was left out").set_value(True)
    page.run()
    assert not page.exception
    assert len(page.image) > few + 10
    assert all(image.proto.imgs[0].alt for image in page.image)


def drawn_as(kind: str, digit: np.ndarray) -> bytes:
    """A digit `(28, 28)`, white ink on black, as a file of some kind of pixels; the ink is dark there."""
    ink = np.kron(digit, np.ones((10, 10), np.uint8))
    grey = Image.fromarray(255 - ink)
    see_through = np.dstack([np.zeros((*ink.shape, 3), np.uint8), ink])
    palette, hair = grey.quantize(8), np.full((1, 2399, 3), 255, np.uint8)
    made = {
        "grey": (grey, "PNG", {}),
        "one bit": (grey.convert("1"), "PNG", {}),
        "sixteen bits": (Image.fromarray(65535 - ink.astype(np.uint16) * 257), "TIFF", {}),
        "float": (Image.fromarray(1 - ink.astype(np.float32) / 255), "TIFF", {}),
        "transparent": (Image.fromarray(see_through), "PNG", {}),
        "transparent grey": (Image.fromarray(see_through[..., 2:]), "PNG", {}),
        "palette": (palette, "PNG", {}),
        "transparent palette": (palette, "PNG", {"transparency": palette.getpixel((0, 0))}),
        "transparent web": (Image.fromarray(see_through), "WEBP", {"lossless": True}),
        "print": (grey.convert("CMYK"), "JPEG", {"quality": 95}),
        "a hair": (Image.fromarray(hair), "PNG", {}),
        "a hair upright": (Image.fromarray(hair.reshape(2399, 1, 3)), "PNG", {}),
    }
    image, format, options = made[kind]
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


KINDS = ["grey", "one bit", "sixteen bits", "float", "transparent", "transparent grey", "transparent web"]
KINDS += ["palette", "transparent palette", "print", "a hair", "a hair upright"]


@pytest.mark.parametrize("kind", KINDS)
def test_all_of_a_card_opens_for_every_kind_of_pixels(page, mnist_test, kind):
    upload(page, ("picture.png", drawn_as(kind, mnist_test[0][0]), "image/*"))
    assert [code.value for code in page.code] == ([] if "hair" in kind else ["7"])
    few = len(page.image)
    for toggle in page.toggle:
        toggle.set_value(True)
    for expander in page.expander:
        page.session_state[expander.proto.id.split("-")[-1]] = True
    page.run()
    assert not page.exception
    assert len(page.image) >= few + len(PICTURE_STEPS)
    for image in page.image:
        assert image.proto.imgs[0].alt


def test_a_picture_without_digits_says_what_it_looks_like_and_counts_what_is_left_out(page, monkeypatch):
    words = [Rejected((0, 20 * i, 10, 10), "part of a word") for i in range(9)]
    lines = [Rejected((50, 20 * i, 40, 2), "ruled line") for i in range(2)]
    found = Reading((), (*words, *lines), "words")
    monkeypatch.setattr(picture_card, "read_picture", lambda *_, **__: found)
    upload(page, ("letter.png", as_file(np.full((203, 207, 3), 255, np.uint8)), "image/png"))
    assert not page.code
    assert "This looks like words." in [element.value for element in page.markdown]
    toggle = next(toggle for toggle in page.toggle if toggle.label == "Show what was left out")
    toggle.set_value(True).run()
    assert not page.exception
    assert [caption.value for caption in page.caption] == ["**9 places**: part of a word  \n**a, b**: ruled line"]


def test_one_digit_of_a_page_leads_on_to_its_detail(page, mnist_test):
    upload(page, ("page.png", as_file(compose_page(mnist_test)), "image/png"))
    key = next(toggle.key for toggle in page.toggle if toggle.label == "Correct by hand").removeprefix("editing_")
    page.session_state[f"look_{key}"] = True
    page.run()
    page.segmented_control(key=f"chosen_{key}_11").set_value(2).run()
    assert not page.exception
    assert any("Read as **7**" in element.value for element in page.markdown)
    closer, _, confused = page.page_link
    assert "which=your+own&own=" in closer.proto.query_string
    assert "predicted=7&" in confused.proto.query_string


def test_downloads(page, mnist_test):
    upload(page, ("seven.png", digit_file(mnist_test, 0), "image/png"), ("bad.png", b"x", "image/png"))
    assert [button.label for button in page.get("download_button")] == ["CSV", "JSON"]


def test_an_upload_is_decoded_once_and_read_once_a_choice_of_boxes(page, mnist_test, monkeypatch):
    times = Counter()

    def count(name: str) -> None:
        function = getattr(picture_card, name)
        monkeypatch.setattr(
            picture_card, name, lambda *args, **options: times.update([name]) or function(*args, **options)
        )

    count("open_picture")
    count("read_picture")
    for cached in (picture_card.decode, picture_card.read_file, picture_card.make_steps):
        cached.clear()
    key = open_editor(page, mnist_test)
    for _ in range(3):
        page.run()
    assert times == {"open_picture": 1, "read_picture": 1}
    correct(page, key, without_first_and_a_six)
    page.session_state[f"way_{key}"] = True
    page.run()
    assert times == {"open_picture": 1, "read_picture": 2}, "as it is, and with other boxes"


def test_many_uploads_are_not_read_again(page, mnist_test, monkeypatch):
    read, times = picture_card.read_picture, []
    monkeypatch.setattr(
        picture_card, "read_picture", lambda *args, **options: times.append(1) or read(*args, **options)
    )
    picture_card.read_file.clear()
    upload(page, *((f"{i}.png", digit_file(mnist_test, i), "image/png") for i in range(20)))
    page.run()
    assert len(times) == 20
