import io
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_app.network.classifier import load_classifier
from mnist_app.network.model_store import find_model
from mnist_app.reading.answer import Reading, Rejected
from mnist_app.reading.front_door import read_picture
from mnist_app.reading.left_out import LINE
from mnist_app.reading.steps import DIGIT_STEPS, PICTURE_STEPS
from mnist_app.web import navigation, picture_card, taps
from mnist_app.web.examples import PAGE_ROWS, compose_page
from mnist_app.web.from_canvas import NO_BOXES
from mnist_app.web.session import PictureFile
from mnist_app.web.waiting import Line

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
    assert list(table["Picture"]) == [name for name, _, _ in files]
    assert list(table["Number"]) == ["7", "", "", "2"]
    assert [bool(sure) for sure in table["Least sure"]] == [True, False, False, True]
    assert all(sure.endswith("\N{NO-BREAK SPACE}%") for sure in table["Least sure"] if sure)
    shown = [type(element).__name__ for element in page.main if not element.type.startswith("flex")]
    assert shown.index("Dataframe") < shown.index("Code")


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


def correct(page: AppTest, file: PictureFile, boxes: list[dict] | None, change: int = 1) -> AppTest:
    """Run the page as if a picture's boxes had been changed."""
    page.session_state[f"picture_{file.key}"] = {"told": {"change": change, "boxes": boxes}}
    page.run()
    assert not page.exception
    return page


def upload_page(page: AppTest, mnist_test) -> tuple[PictureFile, list[dict]]:
    """Upload a page of digits; returns it and the boxes that the browser has of it."""
    file = PictureFile("page.png", as_file(compose_page(mnist_test)))
    upload(page, (file.name, file.content, "image/png"))
    reading = read_picture(compose_page(mnist_test), load_classifier(find_model()))
    return file, [{"box": list(digit.box), "digit": None} for digit in reading.digits]


def test_boxes_are_corrected_by_hand(page, mnist_test):
    file, boxes = upload_page(page, mnist_test)
    correct(page, file, [boxes[1] | {"digit": 6}, *boxes[2:]])
    assert page.code[0].value == "671\n23\n98651"
    assert any("that you did not type" in element.value for element in page.markdown)
    correct(page, file, None, 2)
    assert page.code[0].value == NUMBER


def test_corrections_are_there_after_a_visit_to_another_page(page, mnist_test):
    file, boxes = upload_page(page, mnist_test)
    correct(page, file, boxes[1:])
    del page.session_state[f"picture_{file.key}"]  # as Streamlit does
    page.run()
    assert page.code[0].value == "071\n23\n98651"


def test_a_typed_digit_is_kept_once(page, mnist_test, monkeypatch):
    kept = []
    monkeypatch.setattr(taps, "keep_all", lambda digits, model: kept.extend(label for _, label in digits))
    file, boxes = upload_page(page, mnist_test)
    boxes[1]["digit"] = 6
    correct(page, file, boxes)
    page.run()
    assert kept == [6]
    boxes[2]["digit"] = 1
    correct(page, file, boxes, 2)
    assert kept == [6, 1]


def test_without_any_box_there_is_no_number(page, mnist_test):
    file, _ = upload_page(page, mnist_test)
    correct(page, file, [])
    assert not page.code


def test_forged_boxes_are_left_out_and_said(page, mnist_test):
    file, boxes = upload_page(page, mnist_test)
    correct(page, file, [boxes[0], {"box": [1, 2, "x", 4]}])
    assert page.code[0].value == "4"
    assert [warning.value for warning in page.warning] == [NO_BOXES]


def test_the_way_shows_what_changed_something_and_leads_inside(page, mnist_test):
    file, _ = upload_page(page, mnist_test)
    page.session_state[f"way_{file.key}"] = True
    page.run()
    assert not page.exception
    shown = [image.proto.imgs[0].alt.split(":")[0] for image in page.image]
    assert shown == ["Light made even", "How dark it is", "Ink or paper", *(row.name for row in DIGIT_STEPS[2:])]
    folded = [expander.label for expander in page.expander if expander.label.startswith("Nothing to do here")]
    assert folded[0].endswith("made larger or smaller, laid on paper, dark on light, only the sheet")
    (inside,) = page.page_link
    assert "which=your+own&own=" in inside.proto.query_string


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
    for toggle in page.toggle:
        toggle.set_value(True)
    for expander in page.expander:
        page.session_state[expander.proto.id.split("-")[-1]] = True
    page.run()
    assert not page.exception
    folded = "".join(expander.label for expander in page.expander)
    shown = " ".join(image.proto.imgs[0].alt for image in page.image)
    assert all(row.name in shown or row.name.lower() in folded for row in PICTURE_STEPS)
    for image in page.image:
        assert image.proto.imgs[0].alt


def test_a_picture_without_digits_says_what_it_looks_like_and_counts_what_is_left_out(page, monkeypatch):
    words = [Rejected((0, 20 * i, 10, 10), "part of a word") for i in range(9)]
    specks = [Rejected((50, 20 * i, 40, 2), "a speck") for i in range(2)]
    lines = [Rejected((0, 20 * i, 200, 2), LINE) for i in range(9)]
    found = Reading((), (*words, *specks, *lines), "words")
    monkeypatch.setattr(picture_card, "read_picture", lambda *_, **__: found)
    upload(page, ("letter.png", as_file(np.full((203, 207, 3), 255, np.uint8)), "image/png"))
    assert not page.code
    assert "This looks like words." in [element.value for element in page.markdown]
    (toggle,) = page.toggle
    assert toggle.label == "Show what was left out (11)", "lines are not counted"
    toggle.set_value(True).run()
    assert not page.exception
    assert "**9 places**: part of a word  \n**a, b**: a speck" in [element.value for element in page.markdown]


def test_the_lines_of_a_table_are_no_alarm(page, monkeypatch):
    found = Reading((), tuple(Rejected((0, 20 * i, 200, 2), LINE) for i in range(9)))
    monkeypatch.setattr(picture_card, "read_picture", lambda *_, **__: found)
    upload(page, ("table.png", as_file(np.full((205, 207, 3), 255, np.uint8)), "image/png"))
    assert not page.toggle


def test_one_digit_of_a_page_leads_on_to_its_detail(page, mnist_test):
    file, _ = upload_page(page, mnist_test)
    page.session_state[f"look_{file.key}"] = True
    page.run()
    page.segmented_control(key=f"chosen_{file.key}_11").set_value(2).run()
    assert not page.exception
    assert any("Read as 7, " in element.value for element in page.markdown)
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
    for cached in (picture_card.decode, picture_card._line_up, picture_card.make_steps):
        cached.clear()
    file, boxes = upload_page(page, mnist_test)
    for _ in range(3):
        page.run()
    assert times == {"open_picture": 1, "read_picture": 1}
    correct(page, file, boxes[1:])
    page.session_state[f"way_{file.key}"] = True
    page.run()
    assert times == {"open_picture": 1, "read_picture": 2}, "as it is, and with other boxes"


def test_who_waits_is_told_how_many_are_before(page, mnist_test, monkeypatch):
    line, go_on, said = Line(at_once=1), Event(), []
    line.join(go_on.wait)

    def say(text: str) -> nullcontext:
        said.append(text)
        go_on.set()
        return nullcontext()

    monkeypatch.setattr(picture_card, "LINE", line)
    monkeypatch.setattr(st, "spinner", say)
    picture_card._line_up.clear()
    upload(page, ("7.png", digit_file(mnist_test, 0), "image/png"))
    assert said[0] == "1 other is before you; your picture is read after theirs."
    assert set(said[1:]) <= {picture_card.READING}
    assert [code.value for code in page.code] == ["7"]


def test_a_reading_that_failed_is_tried_again(page, mnist_test, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    picture_card._line_up.clear()
    with monkeypatch.context() as broken:
        broken.setattr(picture_card, "read_picture", fail)
        page.file_uploader(key="files").set_value([("7.png", digit_file(mnist_test, 0), "image/png")]).run()
        assert [error.message for error in page.exception] == ["boom"]
    page.run()
    assert [code.value for code in page.code] == ["7"]


def test_many_uploads_are_not_read_again(page, mnist_test, monkeypatch):
    read, times = picture_card.read_picture, []
    monkeypatch.setattr(
        picture_card, "read_picture", lambda *args, **options: times.append(1) or read(*args, **options)
    )
    picture_card._line_up.clear()
    upload(page, *((f"{i}.png", digit_file(mnist_test, i), "image/png") for i in range(20)))
    page.run()
    assert len(times) == 20
