import cv2
import numpy as np
import pytest

from mnist_app.digits.generated.kinds import Kind
from mnist_app.reading.detecting.detector import Detector, best_level, centre_of, find_boxes, load_detector, look_up
from mnist_app.reading.segmentation import find_pieces


@pytest.fixture(scope="module")
def page(mnist_test) -> np.ndarray:
    """White paper with three digits, 60 pixels high."""
    paper = np.full((300, 500), 255, np.uint8)
    for i, x in enumerate((60, 210, 360)):
        paper[120:204, x : x + 84] = 255 - cv2.resize(mnist_test[0][i], (84, 84))
    return cv2.cvtColor(paper, cv2.COLOR_GRAY2RGB)


def test_a_page_is_looked_at_in_several_sizes(page):
    levels = load_detector().look(page)
    assert [level.scale for level in levels] == [1.0, 256 / 500, 128 / 500]
    for level in levels:
        assert level.kinds.shape == (*level.heat.shape, 6) == (*level.sizes.shape[:2], 6)
        assert level.heat.shape[1] == pytest.approx(500 * level.scale / 4, abs=1)
        np.testing.assert_allclose(level.kinds.sum(axis=2), 1, atol=1e-5)


def test_digits_are_found_where_they_are(page):
    levels = load_detector().look(page)
    pieces = find_pieces(page[..., 0] < 128)
    boxes = find_boxes(levels, page.shape)[:3]
    for piece in pieces:
        ink = look_up(levels, piece)
        assert ink.near.argmax() == Kind.DIGIT
        assert ink.features.shape == (64,)
        heat, error = centre_of(levels, piece)
        assert heat > 0.3
        assert error < 0.4
        x, y, w, h = piece.box
        centres = [(bx + bw / 2, by + bh / 2) for bx, by, bw, bh in boxes]
        assert min(abs(cx - x - w / 2) + abs(cy - y - h / 2) for cx, cy in centres) < 20


def test_the_level_follows_from_the_size(page):
    levels = load_detector().look(page)
    assert best_level(levels, 30) == 0
    assert best_level(levels, 400) == 2


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no model file .*detector\.tflite"):
        Detector(tmp_path / "detector.tflite")
