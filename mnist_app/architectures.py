"""The networks, each a list of layers that can be read from top to bottom.

Every network takes `(n, 28, 28, 1)` float32 in [0, 1] and returns three outputs: scores before softmax, the features
that the last dense layer sees, and the last convolution's maps. Neighbours, the embedding map, the not-a-digit test and
class activation maps need no more than these.
"""

from collections.abc import Callable

import keras
from keras import layers

from mnist_app.settings import IMAGE_SIZE


def dropout(classes: int, rate: float) -> list[keras.Layer]:
    """Two convolutions and a dense layer: 225,034 parameters for ten classes."""
    return [
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu", name="maps"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dropout(rate, name="features"),
        layers.Dense(classes, name="scores"),
    ]


def hands(classes: int, rate: float) -> list[keras.Layer]:
    """Seven convolutions with batch normalisation, strided ones in place of pooling; about 735,000 parameters.

    The layout follows Chris Deotte's MNIST network (github.com/cdeotte/MNIST-CNN-99.75), widened.
    """

    def convolution(filters: int, size: int, strides: int = 1, padding: str = "valid", name: str | None = None):
        return [
            layers.Conv2D(filters, size, strides=strides, padding=padding, use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu", name=name),
        ]

    return [
        layers.Rescaling(2.0, offset=-1.0),
        *convolution(32, 3),
        *convolution(32, 3),
        *convolution(64, 5, strides=2, padding="same"),
        layers.Dropout(rate),
        *convolution(64, 3),
        *convolution(64, 3),
        *convolution(128, 5, strides=2, padding="same", name="maps"),
        layers.Dropout(rate),
        *convolution(192, 4),
        layers.Flatten(),
        layers.Dropout(rate, name="features"),
        layers.Dense(classes, name="scores"),
    ]


ARCHITECTURES: dict[str, Callable[[int, float], list[keras.Layer]]] = {"dropout": dropout, "hands": hands}


def build(architecture: str, classes: int, dropout: float) -> keras.Model:
    """Build an untrained network.

    Args:
        architecture: a name in `ARCHITECTURES`.
        classes: number of scores: 10, or 11 with "not a digit".
        dropout: share of units dropped in each dropout layer.

    Returns:
        A model from `(n, 28, 28, 1)` float32 to `[scores (n, classes), features (n, d), maps (n, h, w, c)]`.

    Raises:
        ValueError: there is no such architecture.
    """
    if architecture not in ARCHITECTURES:
        raise ValueError(f"architecture must be one of {', '.join(ARCHITECTURES)}, not {architecture!r}.")
    x = inputs = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), name="x")
    named = {}
    for layer in ARCHITECTURES[architecture](classes, dropout):
        x = named[layer.name] = layer(x)
    return keras.Model(inputs, [named["scores"], named["features"], named["maps"]], name=architecture)
