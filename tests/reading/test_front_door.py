import shutil
from functools import partial

import cv2
import numpy as np
import pytest
from sklearn.datasets import load_sample_images

from mnist_app.digits.datasets import load_mnist
from mnist_app.network import model_store
from mnist_app.network.classifier import load_classifier
from mnist_app.reading import front_door
from mnist_app.reading.detecting.detector import load_detector
from mnist_app.reading.detecting.judge import load_judge
from mnist_app.reading.front_door import SWITCHES, read_picture
from mnist_app.reading.picture_files import NoReaderError
from mnist_app.reading.steps import show_digit_steps
from mnist_app.settings import MODELS_FOLDER

PLACES = [(40, 60), (170, 66), (300, 58), (430, 64)]


@pytest.fixture(scope="module")
def mnist():
    return load_mnist()[1]


@pytest.fixture(scope="module")
def easy(mnist, classifier):
    """For each digit an image that the network is sure of."""
    x, _y = mnist
    confidence = classifier.predict(x[:2000]).y_prob
    return [x[:2000][confidence[:, d].argmax()] for d in range(10)]


def paste(ink: np.ndarray, image: np.ndarray, x: int, y: int, size: int = 112) -> None:
    part = ink[y : y + size, x : x + size]
    np.maximum(part, cv2.resize(image, (size, size), interpolation=cv2.INTER_CUBIC), out=part)


def written(easy, text: str, places=PLACES, size: int = 112, shape=(240, 580)) -> np.ndarray:
    ink = np.zeros(shape, np.uint8)
    for character, (x, y) in zip(text, places, strict=True):
        paste(ink, easy[int(character)], x, y, size)
    return ink


def on_paper(ink: np.ndarray, paper: np.ndarray | int = 255, colour=(0, 0, 0)) -> np.ndarray:
    share = ink[..., np.newaxis] / 255.0
    paper = np.broadcast_to(
        np.asarray(paper, float).reshape(*np.shape(paper), 1) if np.ndim(paper) else paper, share.shape
    )
    return (paper * (1 - share) + paper * np.array(colour) / 255 * share).astype(np.uint8)


def test_digits_in_a_row(easy, classifier):
    reading = read_picture(on_paper(written(easy, "4071")), classifier)
    assert reading.text == "4071"
    x, y, w, h = reading.digits[1].box
    assert 165 < x < 230
    assert 60 < y < 100
    assert 70 < h < 100
    assert w < 112


@pytest.mark.parametrize("colour", [(20, 60, 200), (220, 30, 30), (120, 120, 120)])
def test_ink_of_any_colour(easy, classifier, colour):
    assert read_picture(on_paper(written(easy, "3528"), colour=colour), classifier).text == "3528"


def test_light_ink_on_dark_paper_and_transparent_paper(easy, classifier):
    ink = written(easy, "6092")
    assert read_picture(np.repeat(ink[..., np.newaxis], 3, axis=2), classifier).text == "6092"
    transparent = np.zeros((*ink.shape, 4), np.uint8)
    transparent[..., :3], transparent[..., 3] = (0, 80, 0), ink
    assert read_picture(transparent, classifier).text == "6092"


def test_uneven_light_and_a_hard_shadow(easy, classifier):
    paper = np.ones((240, 1)) * np.linspace(120, 235, 580)
    paper[130:, 250:] *= 0.6
    paper += np.random.default_rng(0).normal(0, 3, paper.shape)
    assert read_picture(on_paper(written(easy, "7463"), paper.clip(0, 255)), classifier).text == "7463"


def test_several_rows_of_different_sizes(easy, classifier):
    ink = np.zeros((620, 700), np.uint8)
    for text, y, size in (("405", 20, 112), ("6832", 190, 70), ("97", 330, 224)):
        for i, character in enumerate(text):
            paste(ink, easy[int(character)], 30 + int(1.2 * size) * i, y + 6 * i, size)
    assert read_picture(on_paper(ink), classifier).text == "405\n6832\n97"


def on_a_table(page: np.ndarray, margin: int) -> np.ndarray:
    """Put a page on a dark table; its rim is a little darker, as a tinted margin or the pages below."""
    height, width = page.shape[:2]
    picture = np.full((height + 160, width + 200, 3), 50, np.uint8)
    page = page.copy()
    for rim in (page[:, width - margin :], page[:margin, width // 2 :]):
        rim[:] = rim // 4 * 3
    picture[80 : 80 + height, 100 : 100 + width] = page
    light = np.linspace(0.8, 1, width + 200)[:, np.newaxis]
    grain = np.random.default_rng(0).normal(0, 3, picture.shape)
    return (cv2.GaussianBlur(picture, (0, 0), 1) * light + grain).clip(0, 255).astype(np.uint8)


def test_the_rim_of_a_page_is_no_digit(easy, classifier):
    reading = read_picture(on_a_table(np.full((440, 600, 3), 225, np.uint8), 12), classifier)
    assert not reading.digits
    page = on_paper(written(easy, "4071", shape=(440, 600)), 225)
    assert read_picture(on_a_table(page, 12), classifier).text == "4071"


def test_a_small_digit_on_a_large_page_is_read_and_specks_are_not(easy, classifier):
    ink = np.zeros((1200, 1600), np.uint8)
    paste(ink, easy[4], 700, 500, 48)
    assert read_picture(on_paper(ink), classifier).text == "4"
    cv2.line(ink, (300, 300), (302, 318), 255, 3)
    cv2.line(ink, (1200, 900), (1198, 920), 255, 3)
    assert read_picture(on_paper(ink), classifier).text == "4"


def test_ruled_paper_and_tables(easy, classifier):
    ink = written(easy, "2583")
    for y in (40, 115, 190):
        cv2.line(ink, (0, y), (579, y), 200, 2)
    reading = read_picture(on_paper(ink), classifier)
    assert reading.text == "2583"
    assert [blob.reason for blob in reading.rejected].count("ruled line") == 3

    table = written(easy, "3694")
    for x in (22, 158, 290, 420, 556):
        cv2.line(table, (x, 30), (x, 200), 255, 3)
    for y in (30, 200):
        cv2.line(table, (22, y), (556, y), 255, 3)
    assert read_picture(on_paper(table), classifier).text == "3694"


def test_touching_digits_are_cut(easy, classifier):
    ink = np.zeros((200, 400), np.uint8)
    paste(ink, easy[2], 80, 40)
    paste(ink, easy[3], 158, 40)
    cv2.line(ink, (140, 130), (190, 130), 255, 5)
    assert read_picture(on_paper(ink), classifier).text == "23"


def test_a_loose_bar_is_joined(easy, classifier):
    ink = np.zeros((300, 300), np.uint8)
    cv2.polylines(ink, [np.array([(120, 70), (112, 135)])], False, 255, 9)
    cv2.ellipse(ink, (135, 170), (42, 42), 0, -120, 140, 255, 9)
    cv2.line(ink, (138, 66), (190, 62), 255, 9)
    assert read_picture(on_paper(ink), classifier).text == "5"


def test_dots_are_left_out_with_a_reason(easy, classifier):
    ink = written(easy, "4071")
    cv2.circle(ink, (200, 215), 5, 255, -1)
    reading = read_picture(on_paper(ink), classifier)
    assert reading.text == "4071"
    assert len(reading.rejected) == 1
    assert reading.rejected[0].reason


@pytest.mark.parametrize("shade", [0, 127, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (300, 3), (240, 320)])
def test_blank_pictures_hold_nothing(classifier, shade, shape):
    reading = read_picture(np.full((*shape, 3), shade, np.uint8), classifier)
    assert reading.text == ""
    assert reading.rows == ()


def test_grain_alone_is_nothing(classifier):
    grain = np.random.default_rng(1).normal(200, 6, (300, 400, 1)).clip(0, 255).astype(np.uint8)
    assert read_picture(np.repeat(grain, 3, axis=2), classifier).text == ""


@pytest.mark.parametrize(
    "picture",
    [np.zeros((5, 5), np.uint8), np.zeros((5, 5, 3)), np.zeros((0, 5, 3), np.uint8), np.zeros((5, 5, 2), np.uint8)],
)
def test_other_arrays_are_refused_in_one_sentence(classifier, picture):
    with pytest.raises(ValueError, match="picture"):
        read_picture(picture, classifier)


def test_one_digit_takes_all_ink(easy, classifier):
    ink = np.zeros((280, 280), np.uint8)
    paste(ink, easy[8], 20, 20, 224)
    ink[135:150] = 0  # cut through, further apart than any pen leaves
    reading = read_picture(on_paper(ink), classifier, digits="one")
    assert len(reading.digits) == 1
    assert reading.digits[0].box[3] > 150


def test_given_boxes_are_read_and_no_others(easy, classifier):
    picture = on_paper(written(easy, "4071"))
    boxes = [(x, y, 112, 112) for x, y in PLACES]
    assert read_picture(picture, classifier, boxes=boxes[::-1]).text == "4071"
    assert read_picture(picture, classifier, boxes=boxes[1:3]).text == "07"
    assert read_picture(picture, classifier, boxes=[(0, 0, 20, 20)]).text == ""


def test_what_a_digit_carries(easy, classifier):
    reading = read_picture(on_paper(written(easy, "4071")), classifier)
    digit = reading.digits[0]
    assert digit.candidates[0] == digit.label == 4
    assert digit.state == "sure"
    assert digit.image.shape == (28, 28)
    assert digit.image.dtype == np.uint8
    assert digit.probabilities.shape == (10,)
    assert digit.probabilities.sum() == pytest.approx(1, abs=1e-4)
    assert digit.ink.dtype == np.uint8
    assert np.array_equal(show_digit_steps(digit.ink)[-1].picture, digit.image)
    answer = reading.to_dict()
    assert list(answer) == ["text", "digits", "rejected"]
    assert list(answer["digits"][0]) == ["label", "confidence", "box", "probabilities"]


@pytest.mark.parametrize("switch", SWITCHES)
def test_every_step_can_be_switched_off(easy, classifier, switch):
    reading = read_picture(on_paper(written(easy, "4071")), classifier, without=frozenset([switch]))
    assert "071" in reading.text


def test_a_switch_is_known_by_its_first_name_too(easy, classifier):
    light_on_dark = 255 - on_paper(written(easy, "4071"))
    with_it, by_id, by_name = (
        read_picture(light_on_dark, classifier, without=frozenset(switches)).to_dict()
        for switches in ([], ["polarity"], ["Polarity"])
    )
    assert by_id == by_name != with_it


@pytest.mark.parametrize(
    "strokes",
    [
        [[(75, 10), (75, 140)], [(10, 75), (140, 75)]],
        [[(20, 140), (75, 10), (130, 140)], [(40, 95), (110, 95)]],
        [[(20, 20), (130, 130)], [(130, 20), (20, 130)]],
    ],
    ids=["plus", "A", "X"],
)
@pytest.mark.parametrize("margin", [0, 40])
def test_signs_and_letters_are_no_digits(classifier, strokes, margin):
    """Neither when they touch the picture's edges, as ruled lines do, nor cut into bars that look like ones."""
    paper = np.full((150, 150, 3), 255, np.uint8)
    if not margin:
        strokes = [[tuple(np.clip(np.multiply(np.subtract(p, 75), 2) + 75, 0, 149)) for p in line] for line in strokes]
    for line in strokes:
        cv2.polylines(paper, [np.array(line)], False, (0, 0, 0), 8, cv2.LINE_AA)
    paper = cv2.copyMakeBorder(paper, *[margin] * 4, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    assert read_picture(paper, classifier).text == ""


def test_a_ring_with_a_bar_inside_is_no_nought(classifier):
    paper = np.full((300, 300, 3), 255, np.uint8)
    cv2.ellipse(paper, (150, 150), (80, 110), 0, 0, 360, (0, 0, 0), 10, cv2.LINE_AA)
    assert read_picture(paper, classifier).text == "0"
    cv2.line(paper, (115, 150), (185, 150), (0, 0, 0), 10, cv2.LINE_AA)
    assert read_picture(paper, classifier).text == ""


def test_words_are_no_digits_and_it_is_said_so(classifier):
    """One o or l that looks like a digit is not enough: its neighbours tell."""
    paper = np.full((200, 900, 3), 255, np.uint8)
    cv2.putText(
        paper, "Hello, good old world", (30, 120), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 2, (40, 40, 40), 4, cv2.LINE_AA
    )
    reading = read_picture(paper, classifier)
    assert reading.text == ""
    assert reading.looks_like in ("words", "print")


def test_a_photo_without_paper_is_no_page(classifier):
    china, flower = load_sample_images().images
    for picture in (china, flower):
        reading = read_picture(picture, classifier)
        assert reading.text == ""
        assert reading.looks_like == "photo"


@pytest.mark.parametrize("model", model_store.list_models(), ids=lambda model: model.name)
def test_every_network_reads_a_photo(easy, model):
    paper = np.linspace(180, 230, 240)[:, np.newaxis] * np.ones((1, 580))
    assert len(read_picture(on_paper(written(easy, "4071"), paper), load_classifier(model)).text) == 4


def test_without_the_network_that_the_judge_knows_the_others_still_read_and_refuse(easy, monkeypatch):
    def fail():
        raise ValueError("The model 'flagship' cannot be used.")

    monkeypatch.setattr(front_door, "_default_classifier", fail)
    dropout = load_classifier(model_store.find_model("dropout"))
    paper = np.linspace(180, 230, 240)[:, np.newaxis] * np.ones((1, 580))
    assert read_picture(on_paper(written(easy, "4071"), paper), dropout).text == "4071"
    assert read_picture(load_sample_images().images[0], dropout).text == ""


@pytest.mark.parametrize("file", ["detector.tflite", "judge.npz", "surroundings.tflite"])
@pytest.mark.parametrize("content", [None, b"", b"nonsense" * 99])
def test_a_broken_tool_is_named_and_one_digit_is_read_all_the_same(tmp_path, monkeypatch, classifier, file, content):
    folder = tmp_path / "detector"
    shutil.copytree(MODELS_FOLDER / "detector", folder)
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)
    monkeypatch.setattr(front_door, "load_detector", partial(load_detector.__wrapped__, folder))
    monkeypatch.setattr(front_door, "load_judge", partial(load_judge.__wrapped__, folder))
    page = np.full((90, 90, 3), 255, np.uint8)
    cv2.polylines(page, [np.array([[25, 20], [65, 20], [40, 75]])], False, (0, 0, 0), 8)
    with pytest.raises(NoReaderError, match=f"^{file} of the model 'detector' cannot be used: .+\\.$"):
        read_picture(page, classifier)
    assert read_picture(page, classifier, digits="one").text == "7"
