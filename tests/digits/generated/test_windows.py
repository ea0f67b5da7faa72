import numpy as np
import pytest

from mnist_app.digits.generated.kinds import Kind
from mnist_app.digits.generated.pages import PageMaker
from mnist_app.digits.generated.windows import BatchStream, draw_batch, targets


def page_of_kinds() -> tuple[np.ndarray, np.ndarray]:
    kind = np.zeros((192, 192), np.uint8)
    kind[40:80, 20:50] = Kind.DIGIT
    kind[100:120, 100:140] = Kind.LETTER
    return kind, np.array([[20, 40, 30, 40]])


def test_a_digit_is_hottest_at_its_centre():
    wanted = targets(*page_of_kinds(), np.ones(1))
    assert wanted.shape == (48, 48, 4)
    assert np.unravel_index(wanted[..., 1].argmax(), (48, 48)) == (15, 8)  # of y 60, x 35
    np.testing.assert_allclose(np.exp(wanted[15, 8, 2:]), [30, 40], rtol=1e-5)
    assert wanted[15, 8, 0] == Kind.DIGIT
    assert wanted[27, 30, 0] == Kind.LETTER
    assert wanted[0, 0, 0] == Kind.PAPER
    assert (wanted[..., 1] == 1).sum() == 1


def test_nothing_is_asked_of_a_digit_that_is_cut_off_or_tiny():
    kind, boxes = page_of_kinds()
    cut_off = targets(kind, boxes, np.array([0.4]))
    assert cut_off[..., 1].max() == 0
    assert cut_off[15, 8, 0] == Kind.DOUBTFUL
    assert cut_off[27, 30, 0] == Kind.LETTER
    kind[:] = 0
    kind[40:48, 20:24] = Kind.DIGIT
    assert targets(kind, np.array([[20, 40, 4, 8]]), np.ones(1))[11, 5, 0] == Kind.DOUBTFUL


def test_a_batch_follows_from_its_seed(maker):
    (pictures, wanted), (again, _), (other, _) = (draw_batch(maker, seed, 4) for seed in ((1, 2), (1, 2), (1, 3)))
    assert pictures.shape == (4, 192, 192, 3)
    assert wanted.shape == (4, 48, 48, 4)
    np.testing.assert_array_equal(pictures, again)
    assert not np.array_equal(pictures, other)


@pytest.mark.slow
def test_processes_draw_the_same_batches():
    stream, maker = BatchStream("test", 4), PageMaker("test")
    try:
        for seed in ((7, 1, 0), (7, 1, 1), (7, 2, 0)):
            for streamed, drawn in zip(stream.get(*seed), draw_batch(maker, seed, 4), strict=True):
                np.testing.assert_array_equal(streamed, drawn)
    finally:
        stream.close()
