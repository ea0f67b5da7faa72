import cv2
import numpy as np
import pytest

from mnist_app.digits.generated.kinds import Kind
from mnist_app.network.classifier import load_classifier
from mnist_app.network.model_store import find_model
from mnist_app.reading.detecting.candidates import LIKELY, Candidate, gather
from mnist_app.reading.detecting.detector import load_detector
from mnist_app.reading.finding import find_ink, looker
from mnist_app.reading.segmentation import Blob
from mnist_app.reading.steps import MASK, PICTURE_STEPS, run_steps


def gather_all(picture: np.ndarray) -> tuple[np.ndarray, list[Blob], list[Candidate]]:
    made = run_steps(PICTURE_STEPS, picture)
    look = looker(made["grey"], load_classifier(find_model()))
    pieces, ink = find_ink(made)[0], made[MASK]
    return ink, pieces, gather(pieces, ink, load_detector().look(picture), look)


@pytest.fixture(scope="module")
def gathered(mnist_test):
    """Two digits, one with a loose bar above it, and two that touch."""
    paper = np.zeros((240, 640), np.uint8)
    for x, i in ((30, 1), (200, 2), (400, 3), (478, 10)):
        part = paper[60:172, x : x + 112]
        np.maximum(part, cv2.resize(mnist_test[0][i], (112, 112)), out=part)
    cv2.line(paper, (255, 50), (290, 40), 255, 5)
    cv2.line(paper, (480, 110), (520, 116), 255, 6)
    return gather_all(np.repeat(255 - paper[..., np.newaxis], 3, axis=2))


def test_the_pieces_of_the_page_come_first(gathered):
    _, pieces, candidates = gathered
    assert [one.blob for one in candidates if one.mark] == pieces
    assert all(one.mark for one in candidates[: len(pieces)])


def test_further_groupings_are_tried_where_the_detector_sees_digits(gathered):
    ink, _, candidates = gathered
    tried = [one for one in candidates if not one.mark]
    assert tried
    assert all(one.seen.near[Kind.DIGIT] > LIKELY for one in tried)
    assert all(one.look is not None for one in candidates)
    for one in candidates:
        x, y, w, h = one.blob.box
        assert (ink[y : y + h, x : x + w] | ~one.blob.mask).all()
    assert len({(one.blob.box, one.blob.area) for one in candidates}) == len(candidates)


def test_nothing_is_tried_on_blank_paper():
    assert gather_all(np.full((200, 300, 3), 255, np.uint8))[2] == []
