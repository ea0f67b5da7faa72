import cv2
import numpy as np

from mnist_app.detecting.candidates import propose
from mnist_app.detecting.detector import load_detector


def test_pieces_unions_cuts_and_what_the_detector_points_at(mnist_test):
    paper = np.zeros((240, 420), np.uint8)
    paper[60:172, 30:142] = cv2.resize(mnist_test[0][1], (112, 112))
    paper[60:172, 200:312] = cv2.resize(mnist_test[0][2], (112, 112))
    cv2.line(paper, (255, 60), (290, 50), 255, 5)  # a loose bar above the second one
    mask = paper > 127
    picture = np.repeat(255 - paper[..., np.newaxis], 3, axis=2)
    candidates = propose(mask, load_detector().look(picture))
    pieces = [one for one in candidates if one.whole and not one.several]
    unions = [one for one in candidates if one.whole and one.several]
    assert len(pieces) >= 2
    assert unions
    assert any(not one.whole for one in candidates)
    for one in candidates:
        x, y, w, h = one.blob.box
        assert (mask[y : y + h, x : x + w] | ~one.blob.mask).all()


def test_nothing_is_proposed_on_blank_paper():
    picture = np.full((200, 300, 3), 255, np.uint8)
    assert propose(np.zeros((200, 300), bool), load_detector().look(picture)) == []
