"""Change one digit by a known amount, as a person moves a slider: turn, slant, thicken, move, add noise."""

from dataclasses import dataclass

import cv2
import numpy as np

from mnist_app.digits.corruptions import impulse_noise, look_up

CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


@dataclass(frozen=True)
class Change:
    """By how much a digit is changed.

    Attributes:
        turn: degrees, positive to the right, as a clock goes.
        slant: degrees, positive leans to the right.
        thicken: pixels that strokes gain on either side; below 0 they lose some.
        right, down: pixels that it moves.
        noise: share of the pixels that become ink or paper by chance, 0 to 1; of more noise, less is a part.
    """

    turn: float = 0.0
    slant: float = 0.0
    thicken: float = 0.0
    right: float = 0.0
    down: float = 0.0
    noise: float = 0.0

    def apply(self, image: np.ndarray) -> np.ndarray:
        """Return a changed copy of an image `(28, 28)` uint8; its strokes change first, then its place, then noise."""
        changed = thicken(image, self.thicken) / 255.0
        if self.turn or self.slant or self.right or self.down:
            angle, slant = np.deg2rad(self.turn), np.tan(np.deg2rad(self.slant))
            turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
            back = np.array([[1, slant], [0, 1]]) @ turn  # from a changed pixel to where it comes from
            changed = look_up(changed, back, -back @ [self.right, self.down])
        changed = impulse_noise(changed, self.noise, np.random.default_rng(0))
        return np.rint(np.clip(changed, 0, 1) * 255).astype(np.uint8)


def thicken(image: np.ndarray, pixels: float) -> np.ndarray:
    """Widen the strokes of an image `(28, 28)` uint8 by so many pixels on either side, or thin them below 0."""
    change = cv2.dilate if pixels > 0 else cv2.erode
    whole, share = divmod(abs(pixels), 1)
    for _ in range(int(whole)):
        image = change(image, CROSS)
    return cv2.addWeighted(change(image, CROSS), share, image, 1 - share, 0)
