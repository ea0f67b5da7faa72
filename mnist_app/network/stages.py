"""The stages of a network: all the maps between a picture and its features, and the weights that make them.

`stages.tflite` gives the maps themselves, in this order; it holds no layer beyond the last maps, since features and
scores are what `model.tflite` gives already. Weights come from `model.keras`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mnist_app.digits.datasets import to_input
from mnist_app.network.layers import read_layers, read_weights
from mnist_app.network.litert import LiteRT
from mnist_app.network.model_store import StoredModel
from mnist_app.settings import IMAGE_SIZE

FILE = "stages.tflite"
CONVOLUTION, POOLING, RESCALING = "convolution", "pooling", "rescaling"
KINDS = {"Conv2D": CONVOLUTION, "MaxPooling2D": POOLING, "Rescaling": RESCALING}
CHUNK = 250  # images a call


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage, from the maps before it to its own.

    Batch normalisation is part of its convolution: what is left of it after training is one factor and one summand a
    map, and they are in `kernel` and `bias`.

    Attributes:
        layer: name of the layer that gives its maps.
        kind: one of `KINDS`.
        before: `(h, w, c)` of what it is made of.
        shape: `(h, w, c)` of its maps.
        window: height and width of what one pixel sees.
        stride: pixels from window to window, on both axes.
        top, left: rows and columns of zeros before the maps that it is made of.
        kernel: `(h, w, c before, c)` float32 of a convolution.
        bias: `(c,)` float32 of a convolution.
        relu: whether what is below 0 becomes 0.
        normalised: whether a batch normalisation is part of it.
        scale, offset: of a rescaling.
    """

    layer: str
    kind: str
    before: tuple[int, int, int]
    shape: tuple[int, int, int]
    window: tuple[int, int] = (1, 1)
    stride: int = 1
    top: int = 0
    left: int = 0
    kernel: np.ndarray | None = None
    bias: np.ndarray | None = None
    relu: bool = False
    normalised: bool = False
    scale: float = 1.0
    offset: float = 0.0

    @property
    def weights(self) -> int:
        """How many numbers it has learnt."""
        return 0 if self.kernel is None or self.bias is None else self.kernel.size + self.bias.size


class Stages:
    """A network's stages, ready to be asked from any thread.

    Attributes:
        stages: all of them, in order.
        feature_weights: how many numbers were learnt between the last maps and the features; 0 where the scores are
            made of the last maps themselves.
        score_weights: how many were for the scores.
    """

    def __init__(self, model: StoredModel) -> None:
        """Load `stages.tflite` and the weights.

        Raises:
            FileNotFoundError: the network has no such file.
        """
        self.stages = list_stages(model)
        self.feature_weights, self.score_weights = _count_head(model, self.stages)
        self._network = LiteRT(model.folder / FILE, threads=1)

    def run(self, images: np.ndarray) -> tuple[np.ndarray, ...]:
        """Compute every stage's maps of images `(n, 28, 28)` uint8: `(n, h, w, c)` float32 each."""
        starts = range(0, len(images), CHUNK)
        chunks = [self._network.run(to_input(images[i : i + CHUNK])) for i in starts]
        return tuple(np.concatenate(parts) for parts in zip(*chunks, strict=True))


def list_stages(model: StoredModel) -> list[Stage]:
    """List a stored network's stages in order, up to the last whose maps are larger than a pixel."""
    layers, weights = read_layers(model), read_weights(model)
    stages: list[Stage] = []
    shape = (IMAGE_SIZE, IMAGE_SIZE, 1)
    for i, layer in enumerate(layers):
        if layer["class_name"] == "Flatten":  # what follows has no places any more
            break
        if kind := KINDS.get(layer["class_name"]):
            stage = _stage(kind, layer, layers[i + 1 :], weights, shape)
            if stage.shape[:2] == (1, 1):
                break
            stages.append(stage)
            shape = stage.shape
    return stages


def _count_head(model: StoredModel, stages: Sequence[Stage]) -> tuple[int, int]:
    """How many numbers were learnt for the features and for the scores; a factor and a summand go as one."""
    weights, names = read_weights(model), [layer["name"] for layer in read_layers(model)]
    behind = names[names.index(stages[-1].layer) + 1 :]
    kernels = {name: weights[name][0] for name in behind if name in weights and weights[name][0].ndim > 1}
    counts = {name: kernel.size + kernel.shape[-1] for name, kernel in kernels.items()}
    scores = counts.pop("scores")
    return sum(counts.values()), scores


def _stage(
    kind: str,
    layer: dict[str, Any],
    following: Sequence[dict[str, Any]],
    weights: dict[str, list[np.ndarray]],
    before: tuple[int, int, int],
) -> Stage:
    """Make a stage of a layer and of the normalisation and activation that follow it."""
    config, name = layer["config"], layer["name"]
    if kind == RESCALING:
        return Stage(name, kind, before, before, scale=config["scale"], offset=config["offset"])
    window = tuple(config["pool_size" if kind == POOLING else "kernel_size"])
    stride, same = config["strides"][0], config["padding"] == "same"
    (height, top), (width, left) = (_extent(n, side, stride, same) for n, side in zip(before[:2], window, strict=True))
    if kind == POOLING:
        return Stage(name, kind, before, (height, width, before[2]), window, stride, top, left)
    kernel, *rest = weights[name]
    bias, relu = rest[0] if rest else np.zeros(kernel.shape[-1], np.float32), config["activation"] == "relu"
    normalised = False
    for after in following:
        if after["class_name"] == "BatchNormalization":
            gamma, beta, mean, variance = weights[after["name"]]
            normalised = True
            factor = gamma / np.sqrt(variance + after["config"]["epsilon"])
            kernel, bias = kernel * factor, beta + (bias - mean) * factor
        elif after["class_name"] == "Activation":
            relu = after["config"]["activation"] == "relu"
        else:
            break
        name = after["name"]
    shape = (height, width, kernel.shape[-1])
    return Stage(name, kind, before, shape, window, stride, top, left, kernel, bias, relu, normalised)


def _extent(length: int, window: int, stride: int, same: bool) -> tuple[int, int]:
    """How many windows fit along a side, and how many zeros come before it: TensorFlow's "valid" and "same"."""
    if not same:
        return (length - window) // stride + 1, 0
    count = -(-length // stride)
    return count, max((count - 1) * stride + window - length, 0) // 2
