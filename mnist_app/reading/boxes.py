"""Boxes on a picture."""

from collections.abc import Sequence

Box = tuple[int, int, int, int]  # x, y, w, h in the picture's pixels, y downwards


def scaled(box: Box, scale: float) -> Box:
    """The same box on a picture that is that many times as large; it keeps a pixel, however small that one is."""
    x, y, w, h = (round(value * scale) for value in box)
    return x, y, max(1, w), max(1, h)


def flipped(box: Box) -> Box:
    """The box with across and down exchanged."""
    x, y, w, h = box
    return y, x, h, w


def touch(a: Box, b: Box) -> bool:
    """Whether two boxes share at least a border."""
    return (
        a[0] <= b[0] + b[2] and b[0] <= a[0] + a[2]
        and a[1] <= b[1] + b[3] and b[1] <= a[1] + a[3]
    )  # fmt: skip


def covered(a: Sequence[int], b: Sequence[int]) -> float:
    """Share of the smaller box that the other covers: all of it where one lies in the other, however large that is."""
    return _common(a, b) / max(min(a[2] * a[3], b[2] * b[3]), 1)


def overlap(a: Sequence[int], b: Sequence[int]) -> float:
    """What two boxes have in common, as a share of what they cover together (intersection over union)."""
    common = _common(a, b)
    return common / max(a[2] * a[3] + b[2] * b[3] - common, 1)


def _common(a: Sequence[int], b: Sequence[int]) -> int:
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(across, 0) * max(down, 0)
