"""The detector's network: any picture in, at every fourth pixel what is there out."""

import keras
import tensorflow as tf
from keras import layers

KINDS = 6  # of `digits.sheet.Kind` that are learnt
HEAT, SIZE = KINDS, slice(KINDS + 1, KINDS + 3)  # channels of the output: heat of centres; log width, log height
CHANNELS = KINDS + 3


def build_detector() -> keras.Model:
    """A small U-Net (Ronneberger et al. 2015, arXiv 1505.04597) with residual blocks, 467,000 weights.

    It sees some 400 pixels around each place: a letter is told from a digit by its neighbours.

    Returns:
        A model from `(n, h, w, 3)` float32 RGB, 0 to 255, h and w multiples of 32, to `(n, h / 4, w / 4, 9)` float32:
        the scores of six kinds, the score of a digit's centre, and the logarithms of its width and height in pixels.
    """
    picture = keras.Input((None, None, 3))
    x = layers.Rescaling(1 / 64.0, -2.0)(picture)
    x = _convolve(x, 16, stride=2)
    quarter = _convolve(_convolve(x, 32, stride=2), 32)
    eighth = _residual(_convolve(quarter, 48, stride=2))
    sixteenth = _residual(_convolve(eighth, 64, stride=2))
    deepest = _residual(_residual(_convolve(sixteenth, 56, stride=2)))
    x = _convolve(layers.Concatenate()([_enlarge(deepest), sixteenth]), 64)
    x = _convolve(layers.Concatenate()([_enlarge(x), eighth]), 48)
    x = _convolve(layers.Concatenate()([_enlarge(_convolve(x, 32, size=1)), quarter]), 32)
    x = _convolve(x, 32)
    rare = keras.initializers.Constant([0.0] * KINDS + [-4.0, 3.5, 3.5])  # few places are centres
    return keras.Model(picture, layers.Conv2D(CHANNELS, 1, bias_initializer=rare, dtype="float32")(x), name="detector")


def with_features(network: keras.Model) -> keras.Model:
    """The same network with a second output, `(n, h / 4, w / 4, 32)`: what its last layer sees, for the judge."""
    return keras.Model(network.input, [network.output, network.layers[-1].input], name=network.name)


def _convolve(x: keras.KerasTensor, filters: int, stride: int = 1, size: int = 3) -> keras.KerasTensor:
    x = layers.Conv2D(filters, size, stride, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.97)(x))


def _residual(x: keras.KerasTensor) -> keras.KerasTensor:
    filters = x.shape[-1]
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(_convolve(x, filters))
    return layers.ReLU()(layers.Add()([x, layers.BatchNormalization(momentum=0.97)(y)]))


def _enlarge(x: keras.KerasTensor) -> keras.KerasTensor:
    return Double()(x)


@keras.saving.register_keras_serializable("mnist_app")
class Double(layers.Layer):
    """Twice as high and wide, smoothly; unlike `UpSampling2D` it goes into LiteRT for pictures of any size."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return tf.cast(tf.image.resize(inputs, 2 * tf.shape(inputs)[1:3], "bilinear"), inputs.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, height, width, channels = input_shape
        return batch, height and 2 * height, width and 2 * width, channels
