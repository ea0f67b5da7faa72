"""Windows of generated pages, and what a detector should say of each: batches that other processes draw."""

from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

import cv2
import numpy as np

from mnist_app.digits.generated.kinds import Kind
from mnist_app.digits.generated.pages import Page, PageMaker
from mnist_app.digits.generated.sources import Part

STRIDE = 4  # pixels between two places of the detector's maps
SIDE = 192  # of a window in pixels
PAGE_SIDE = 384
SMALLEST = 10  # a digit lower than that in a window is not asked for
WHOLE = 0.75  # share of a digit's ink that must be seen for it to be asked for
CELL_INK = 2  # pixels of ink that make a place ink
INK = (Kind.DIGIT, Kind.LETTER, Kind.PRINT, Kind.DRAWING)
AHEAD = 6  # batches that are drawn before they are asked for


def view(page: Page, matrix: np.ndarray, side: int = SIDE) -> tuple[np.ndarray, np.ndarray]:
    """Cut a window out of a page.

    Args:
        page: a generated page.
        matrix: `(2, 3)`, from the page's pixels to the window's.
        side: of the window.

    Returns:
        `(side, side, 3)` uint8, and the targets `(side / 4, side / 4, 4)` float32 of `targets`.
    """
    scale = matrix[0, 0]
    way = cv2.INTER_AREA if scale < 0.8 else cv2.INTER_LINEAR

    def cut(array: np.ndarray, way: int) -> np.ndarray:
        if scale < 1:  # warpAffine does not average: reduce first
            small = cv2.resize(array, None, fx=scale, fy=scale, interpolation=way)
            moved = np.array([[1, 0, matrix[0, 2]], [0, 1, matrix[1, 2]]], np.float32)
            return cv2.warpAffine(small, moved, (side, side), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
        return cv2.warpAffine(array, matrix, (side, side), flags=way, borderMode=cv2.BORDER_REPLICATE)

    picture, kind = cut(page.picture, way), cut(page.kind, cv2.INTER_NEAREST)
    x, y, w, h = (page.boxes * scale + np.array([matrix[0, 2], matrix[1, 2], 0, 0])).T
    seen_w, seen_h = (np.clip(np.minimum(a + s, side) - np.maximum(a, 0), 0, None) for a, s in ((x, w), (y, h)))
    seen = page.shares * seen_w * seen_h / np.maximum(w * h, 1e-6)
    return picture, targets(kind, np.stack([x, y, w, h], axis=1), seen)


def targets(kind: np.ndarray, boxes: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """What a detector should say, at every fourth pixel.

    Args:
        kind: `(h, w)` uint8, a `Kind` for each pixel.
        boxes: `(n, 4)` of the digits.
        seen: `(n,)`, how much of each digit is in the window.

    Returns:
        `(h / 4, w / 4, 4)` float32: the kind, the heat of digits' centres as CenterNet has it (Zhou et al. 2019, arXiv
        1904.07850), and where the heat is high the logarithms of a digit's width and height in pixels. The kind is
        `Kind.DOUBTFUL` where nothing is asked for.
    """
    rows, columns = kind.shape[0] // STRIDE, kind.shape[1] // STRIDE
    blocks = kind.reshape(rows, STRIDE, columns, STRIDE).swapaxes(1, 2).reshape(rows, columns, -1)
    counts = np.stack([np.count_nonzero(blocks == one, axis=2) for one in INK], axis=2)
    picture = np.count_nonzero(blocks == Kind.PICTURE, axis=2) >= 2 * CELL_INK
    cells = np.where(picture, Kind.PICTURE, Kind.PAPER).astype(np.float32)
    inked = counts.max(axis=2) >= CELL_INK
    cells[inked] = np.array(INK)[counts.argmax(axis=2)][inked]
    cells[(blocks == Kind.DOUBTFUL).any(axis=2)] = Kind.DOUBTFUL
    heat = np.zeros((rows, columns, 3), np.float32)
    for (x, y, w, h), share in zip(boxes, seen, strict=True):
        if share <= 0.05 or w < 1:
            continue
        if share < WHOLE or max(w, h) < SMALLEST:
            part = cells[
                max(0, int(y / STRIDE)) : int((y + h) / STRIDE) + 1, max(0, int(x / STRIDE)) : int((x + w) / STRIDE) + 1
            ]
            part[part == Kind.DIGIT] = Kind.DOUBTFUL
            continue
        _heat_up(heat, x / STRIDE, y / STRIDE, w / STRIDE, h / STRIDE)
    return np.concatenate([cells[..., np.newaxis], heat], axis=2)


def _heat_up(heat: np.ndarray, x: float, y: float, w: float, h: float) -> None:
    """Add a digit's centre to a heat map, all in its places."""
    rows, columns = heat.shape[:2]
    column, row = (min(max(int(c), 0), n - 1) for c, n in ((x + w / 2, columns), (y + h / 2, rows)))
    spread = np.maximum(0.6, 0.1 * np.maximum([w, h], 0.5 * max(w, h)))
    reach = (3 * spread).astype(int) + 1
    top, left = max(0, row - reach[1]), max(0, column - reach[0])
    part = heat[top : row + reach[1] + 1, left : column + reach[0] + 1]
    rise = np.exp(-((np.arange(top, top + part.shape[0]) - row) ** 2) / (2 * spread[1] ** 2))
    run = np.exp(-((np.arange(left, left + part.shape[1]) - column) ** 2) / (2 * spread[0] ** 2))
    bell = np.outer(rise, run)
    better = bell > part[..., 0]
    part[better, 1:] = np.log(np.maximum([w * STRIDE, h * STRIDE], 1))
    part[..., 0] = np.maximum(part[..., 0], bell)


def draw_batch(maker: PageMaker, seed: tuple[int, ...], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw a batch of windows, two of each page: the whole of it at half its size, and a piece where most is written.

    Returns:
        `(size, 192, 192, 3)` uint8 and `(size, 48, 48, 4)` float32.
    """
    rng = np.random.default_rng(seed)
    windows = []
    for i in range((size + 1) // 2):
        page = maker.draw((*seed, i), (PAGE_SIDE, PAGE_SIDE))
        half = SIDE / PAGE_SIDE
        windows.append(view(page, np.array([[half, 0, 0], [0, half, 0]], np.float32)))
        scale = float(np.exp(rng.uniform(np.log(0.7), np.log(1.4))))
        room = max(PAGE_SIDE * scale - SIDE, 0)
        centre = rng.uniform(0, PAGE_SIDE, 2)
        inked = np.flatnonzero((page.kind > 0) & (page.kind < Kind.PICTURE))
        if len(inked) and rng.random() < 0.8:
            centre = np.divmod(inked[rng.integers(len(inked))], PAGE_SIDE)[::-1] + rng.normal(0, 40, 2)
        x, y = np.clip(np.asarray(centre) * scale - SIDE / 2, 0, room)
        windows.append(view(page, np.array([[scale, 0, -x], [0, scale, -y]], np.float32)))
    pictures, wanted = (np.stack(part) for part in zip(*windows[:size], strict=True))
    return _recoloured(pictures, rng), wanted


def _recoloured(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Other exposures of the same windows."""
    gain, shift = rng.uniform(0.75, 1.2, (len(pictures), 1, 1, 1)), rng.uniform(-25, 25, (len(pictures), 1, 1, 1))
    return np.clip(pictures * gain.astype(np.float32) + shift.astype(np.float32), 0, 255).astype(np.uint8)


_maker: PageMaker


def _prepare(part: Part) -> None:
    global _maker
    cv2.setNumThreads(1)
    _maker = PageMaker(part)


def _draw(seed: tuple[int, ...], size: int) -> tuple[np.ndarray, np.ndarray]:
    return draw_batch(_maker, seed, size)


class BatchStream:
    """Batches of one part, drawn by processes of their own; what a batch holds depends on its seed alone."""

    def __init__(self, part: Part, size: int, processes: int = 1) -> None:
        self._pool = ProcessPoolExecutor(processes, get_context("spawn"), _prepare, (part,))
        self._size = size
        self._waiting: dict[tuple[int, ...], Future] = {}

    def get(self, *seed: int) -> tuple[np.ndarray, np.ndarray]:
        """The batch of a seed; those whose last number comes next are begun."""
        for ahead in range(AHEAD):
            key = (*seed[:-1], seed[-1] + ahead)
            if key not in self._waiting:
                self._waiting[key] = self._pool.submit(_draw, key, self._size)
        return self._waiting.pop(seed).result()

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
