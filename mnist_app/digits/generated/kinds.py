"""What ink may be: apart from what draws it, since the app needs the names alone."""

from enum import IntEnum


class Kind(IntEnum):
    """What a pixel belongs to."""

    PAPER = 0  # with all that is printed on it to write on, and its shadows
    DIGIT = 1
    LETTER = 2
    PRINT = 3
    DRAWING = 4  # signs, arrows, scribbles, shapes
    PICTURE = 5  # photos and illustrations
    DOUBTFUL = 255  # could be called a digit by some; nothing is learnt from it
