"""What is told of a training while it goes on: its answers to ten test digits, and what comes after its last step."""

from typing import NamedTuple

NUMBERS = (3, 2, 1, 18, 4, 8, 11, 0, 61, 7)  # of the first 0 to the first 9 among MNIST's test digits

MEASURING, MAPPING = "measuring", "mapping"  # stages after the last step, once the network is stored


class Answer(NamedTuple):
    """What a network that is still learning makes of a digit, and its probability."""

    read: int
    confidence: float
