"""Look inside a network: how one pixel of a map comes about, and which digits a map answers to most."""

from dataclasses import dataclass

import numpy as np

from mnist_app.digits.datasets import load_mnist, to_input
from mnist_app.network.model_store import StoredModel
from mnist_app.network.stages import CHUNK, CONVOLUTION, POOLING, Stage, Stages

FILE = "favourites.npz"
FAVOURITES = 8  # test digits a map


@dataclass(frozen=True, eq=False)
class Pixel:
    """How one pixel of a map comes about.

    Attributes:
        sources: `(k,)` numbers of the maps before that it is made of.
        rows, columns: first and last place, both included, of what it sees of them; beyond their border are zeros.
        window: `(h, w, k)` float32, what it sees.
        kernel: `(h, w, k)` float32, what each of these is multiplied by; None where the stage has learnt nothing.
        bias: what is added at the end.
        total: the sum of all products with the bias, of a pooling the largest in the window.
        value: the pixel: the total, or 0 where that is below 0 and the stage cuts it off.
    """

    sources: np.ndarray
    rows: tuple[int, int]
    columns: tuple[int, int]
    window: np.ndarray
    kernel: np.ndarray | None
    bias: float
    total: float
    value: float

    @property
    def parts(self) -> np.ndarray:
        """The sum of the products of each map before, `(k,)` float64."""
        weights = np.ones_like(self.window) if self.kernel is None else self.kernel
        return (self.window.astype(np.float64) * weights).sum(axis=(0, 1))


def explain_pixel(before: np.ndarray, stage: Stage, channel: int, row: int, column: int) -> Pixel:
    """Work out one pixel of a map anew.

    Args:
        before: `(h, w, c)` float32, the maps before the stage.
        stage: the stage.
        channel: which of its maps.
        row: of the pixel.
        column: of the pixel.
    """
    height, width = stage.window
    top, left = row * stage.stride - stage.top, column * stage.stride - stage.left
    padded = np.pad(before, [(height, height), (width, width), (0, 0)])  # with zeros, as the network does
    window = padded[top + height : top + 2 * height, left + width : left + 2 * width]
    places = (top, top + height - 1), (left, left + width - 1)
    if stage.kind == CONVOLUTION:
        assert stage.kernel is not None  # a convolution has weights
        assert stage.bias is not None
        kernel, bias = stage.kernel[..., channel], float(stage.bias[channel])
        total = float((window.astype(np.float64) * kernel).sum()) + bias
        value = max(total, 0.0) if stage.relu else total
        return Pixel(np.arange(window.shape[2]), *places, window, kernel, bias, total, value)
    window = window[..., channel : channel + 1]
    if stage.kind == POOLING:
        total = float(window.max())
        return Pixel(np.array([channel]), *places, window, None, 0.0, total, total)
    kernel = np.full_like(window, stage.scale)
    total = float(window[0, 0, 0]) * stage.scale + stage.offset
    return Pixel(np.array([channel]), *places, window, kernel, stage.offset, total, total)


def made_of(pixel: Pixel) -> np.ndarray:
    """Places among a pixel's sources `(k,)`, those that move it most first."""
    return np.argsort(-np.abs(pixel.parts), kind="stable")


def strongest(maps: np.ndarray) -> int:
    """Number of the map, of `(h, w, c)`, with the greatest value."""
    return int(maps.max(axis=(0, 1)).argmax())


def brightest(one: np.ndarray) -> tuple[int, int]:
    """Row and column of the greatest value of a map `(h, w)`."""
    row, column = np.unravel_index(int(one.argmax()), one.shape)
    return int(row), int(column)


def store_favourites(model: StoredModel) -> None:
    """Write `favourites.npz`: for every map the test digits of MNIST that it answers to most, by the map's mean."""
    stages, images = Stages(model), load_mnist()[1][0]
    answers: list[list[np.ndarray]] = [[] for _ in stages.stages]
    for start in range(0, len(images), CHUNK):
        for found, maps in zip(answers, stages.run(images[start : start + CHUNK]), strict=True):
            found.append(maps.mean(axis=(1, 2)))
    best = [np.argsort(-np.concatenate(found), axis=0, kind="stable")[:FAVOURITES].T for found in answers]
    np.savez_compressed(model.folder / FILE, *(numbers.astype(np.uint16) for numbers in best))


def load_favourites(model: StoredModel) -> list[np.ndarray]:
    """Numbers of the test digits that each stage's maps answer to most, `(c, 8)` each; empty where none are stored."""
    path = model.folder / FILE
    if not path.exists():
        return []
    with np.load(path) as stored:
        return [stored[f"arr_{i}"].astype(int) for i in range(len(stored.files))]


def follow(stages: Stages, image: np.ndarray) -> list[np.ndarray]:
    """Send one image `(28, 28)` uint8 through a network.

    Returns:
        What the first stage is given, `(28, 28, 1)`, and what each stage makes of it, `(h, w, c)`; float32.
    """
    return [to_input(image[np.newaxis])[0], *(maps[0] for maps in stages.run(image[np.newaxis]))]
