import cv2
import numpy as np
import pytest

from mnist_app.classifier import load_classifier
from mnist_app.detecting.candidates import Candidate, Fate, gather
from mnist_app.detecting.detector import load_detector
from mnist_app.finding import Found, find_digits, looker
from mnist_app.model_store import find_model
from mnist_app.preprocessing import PICTURE_STEPS, run_steps


def sort_and_gather(picture: np.ndarray) -> tuple[np.ndarray, Found, list[Candidate]]:
    made = run_steps(PICTURE_STEPS, picture)
    look = looker(made["Grey"], load_classifier(find_model()))
    found = find_digits(made, look, 0.1)
    return made["Ink mask"], found, gather(found, made["Ink mask"], load_detector().look(picture), look)


@pytest.fixture(scope="module")
def gathered(mnist_test):
    """Two digits, one with a loose bar above it, and two that touch."""
    paper = np.zeros((240, 640), np.uint8)
    for x, i in ((30, 1), (200, 2), (400, 3), (478, 10)):
        part = paper[60:172, x : x + 112]
        np.maximum(part, cv2.resize(mnist_test[0][i], (112, 112)), out=part)
    cv2.line(paper, (255, 50), (290, 40), 255, 5)
    cv2.line(paper, (480, 110), (520, 116), 255, 6)
    return sort_and_gather(np.repeat(255 - paper[..., np.newaxis], 3, axis=2))


def test_the_marks_of_the_page_come_first(gathered):
    _, found, candidates = gathered
    marks = [one for one in candidates if one.fate != Fate.TRIED]
    assert candidates[: len(marks)] == marks
    assert [one.look for one in marks if one.fate == Fate.KEPT] == found.looks
    assert [one.left for one in marks if one.fate != Fate.KEPT] == found.left


def test_further_groupings_are_tried_where_the_detector_sees_digits(gathered):
    ink, _, candidates = gathered
    tried = [one for one in candidates if one.fate == Fate.TRIED]
    assert tried
    assert all(one.look is not None for one in tried)
    for one in candidates:
        x, y, w, h = one.blob.box
        assert (ink[y : y + h, x : x + w] | ~one.blob.mask).all()
    assert len({(one.blob.box, one.blob.area) for one in candidates}) == len(candidates)


def test_nothing_is_tried_on_blank_paper():
    assert sort_and_gather(np.full((200, 300, 3), 255, np.uint8))[2] == []
