"""The networks, each a list of layers that can be read from top to bottom, up to the last one, which gives the scores.

Every network takes `(n, 28, 28, 1)` float32 in [0, 1] and returns three outputs: scores before softmax, the features
that the last dense layer sees, and the last convolution's maps. Neighbours, the embedding map, the not-a-digit test and
class activation maps need no more than these. The softmax that the classic projects end with is left to the loss and to
`classifier`, which changes no figure.
"""

from collections.abc import Callable

import keras
import tensorflow as tf
from keras import layers

from mnist_app.settings import IMAGE_SIZE

COARSE = 8  # side of the areas whose means serve as features


def minimal(rate: float) -> list[keras.Layer]:
    """One convolution and two dense layers: 347,146 parameters for ten classes."""
    return [
        layers.Conv2D(32, 3, activation="relu", name="maps"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(64, activation="relu", name="features"),
    ]


def validated(rate: float) -> list[keras.Layer]:
    """Three convolutions and two dense layers: 158,858 parameters for ten classes."""
    return [
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, padding="same", activation="relu", name="maps"),
        layers.Flatten(),
        layers.Dense(64, activation="relu", name="features"),
    ]


def kaggle(rate: float) -> list[keras.Layer]:
    """Two convolutions of 5 x 5, each pooled, as in LeNet-5, two dense layers: 80,202 parameters for ten classes."""
    return [
        layers.Conv2D(16, 5, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(32, 5, activation="relu", name="maps"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(128, activation="relu", name="features"),
    ]


def double_conv(rate: float) -> list[keras.Layer]:
    """Two convolutions, one pooling and a dense layer: 65,194 parameters for ten classes; see `build` for features."""
    return [
        layers.Conv2D(64, 3, activation="relu"),
        layers.Conv2D(32, 3, activation="relu", name="maps"),
        layers.MaxPooling2D(),
        layers.Flatten(),
    ]


def dropout(rate: float) -> list[keras.Layer]:
    """Two convolutions and a dense layer: 225,034 parameters for ten classes."""
    return [
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu", name="maps"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dropout(rate, name="features"),
    ]


def flagship(rate: float) -> list[keras.Layer]:
    """Seven convolutions with batch normalisation, strided ones in place of pooling; about 735,000 parameters.

    The layout follows Chris Deotte's MNIST network (github.com/cdeotte/MNIST-CNN-99.75), widened.
    """
    return [
        layers.Rescaling(2.0, offset=-1.0),
        *_normalised(32, 3),
        *_normalised(32, 3),
        *_normalised(64, 5, strides=2, padding="same"),
        layers.Dropout(rate),
        *_normalised(64, 3),
        *_normalised(64, 3),
        *_normalised(128, 5, strides=2, padding="same", name="maps"),
        layers.Dropout(rate),
        *_normalised(192, 4),
        layers.Flatten(),
        layers.Dropout(rate, name="features"),
    ]


def swift(rate: float) -> list[keras.Layer]:
    """Four small convolutions with batch normalisation and one over all that is left: about 76,000 parameters."""
    return [
        layers.Rescaling(2.0, offset=-1.0),
        *_normalised(16, 3),
        *_normalised(24, 3, strides=2),
        *_normalised(32, 3),
        *_normalised(48, 3, strides=2, name="maps"),
        *_normalised(64, 4),
        layers.Flatten(),
        layers.Dropout(rate, name="features"),
    ]


def quick(rate: float) -> list[keras.Layer]:
    """Three convolutions with batch normalisation and one over all that is left: 96,778 parameters.

    The first one strides: at full size, where others begin, most of the time would go.
    """
    return [
        *_normalised(16, 4, strides=2),
        *_normalised(32, 3),
        *_normalised(48, 3, strides=2, name="maps"),
        *_normalised(64, 5),
        layers.Flatten(),
        layers.Dropout(rate, name="features"),
    ]


def _normalised(
    filters: int, size: int, *, strides: int = 1, padding: str = "valid", name: str | None = None
) -> list[keras.Layer]:
    return [
        layers.Conv2D(filters, size, strides=strides, padding=padding, use_bias=False),
        layers.BatchNormalization(),
        layers.Activation("relu", name=name),
    ]


ARCHITECTURES: dict[str, Callable[[float], list[keras.Layer]]] = {
    "dropout": dropout,
    "minimal": minimal,
    "validated": validated,
    "kaggle": kaggle,
    "double-conv": double_conv,
    "flagship": flagship,
    "swift": swift,
    "quick": quick,
}


class FusedNormalization(layers.BatchNormalization):
    """Batch normalisation that trains by TensorFlow's fused kernel: a fifth off each of the flagship's steps.

    Keras's own layer goes over the maps half a dozen times, and turns half precision back into single. Both have the
    same weights and, up to rounding, the same numbers. With another backend than TensorFlow this is Keras's own layer.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None, mask: tf.Tensor | None = None) -> tf.Tensor:
        if not (training and self.trainable) or keras.backend.backend() != "tensorflow":
            return super().call(inputs, training=training, mask=mask)
        maps, mean, variance = tf.compat.v1.nn.fused_batch_norm(inputs, self.gamma, self.beta, epsilon=self.epsilon)
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + batch * (1 - self.momentum))
        return maps


def build(
    architecture: str, classes: int, dropout: float, precision: str = "float32", *, to_train: bool = False
) -> keras.Model:
    """Build an untrained network.

    Where no layer is named "features", because the last dense layer sees nothing but the pooled maps, thousands of
    numbers, the features are the maps' means over areas of 8 x 8.

    Args:
        architecture: a name in `ARCHITECTURES`.
        classes: number of scores: 10, or 11 with "not a digit".
        dropout: share of units dropped in each dropout layer.
        precision: Keras's dtype policy to compute in.
        to_train: whether it normalises by `FusedNormalization`, which is not stored.

    Returns:
        A model from `(n, 28, 28, 1)` float32 to `[scores (n, classes), features (n, d), maps (n, h, w, c)]`.

    Raises:
        ValueError: there is no such architecture.
    """
    if architecture not in ARCHITECTURES:
        raise ValueError(f"architecture must be one of {', '.join(ARCHITECTURES)}, not {architecture!r}.")
    x = inputs = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), name="x")
    named = {}
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        for layer in ARCHITECTURES[architecture](dropout):
            if to_train and isinstance(layer, layers.BatchNormalization):
                layer = FusedNormalization()
            x = named[layer.name] = layer(x)
    finally:
        keras.config.set_dtype_policy(before)
    scores = layers.Dense(classes, name="scores", dtype="float32")(x)  # in full precision, for the loss
    if "features" not in named:
        named["features"] = layers.Flatten(name="features")(layers.AveragePooling2D(COARSE)(named["maps"]))
    return keras.Model(inputs, [scores, named["features"], named["maps"]], name=architecture)
