"""What is ink: how strong it is, and where it is."""

import cv2
import numpy as np

FAINTEST = 20  # ink that takes less than 8 % of the paper's light is not seen
NOISE = 5  # ink is at least that many standard deviations darker than paper
NEARBY = 0.4  # and at least that share of the darkest ink nearby
BRIDGE = 0.2  # the same for ink that joins two pieces of darker ink
ALIKE = 0.6  # share of the darker piece's strength that the other one has


def grey(picture: np.ndarray) -> np.ndarray:
    """Give each pixel the strength of its ink in the channel that the ink absorbs most.

    Red and yellow ink are faint in luminance and plain in blue.

    Returns:
        `(h, w)` uint8, 0 = paper to 255 = black.
    """
    red, green, blue = cv2.split(picture)
    return cv2.bitwise_not(cv2.min(cv2.min(red, green), blue))


def luminance(picture: np.ndarray) -> np.ndarray:
    """Ink strength from luminance, as cameras without colour see it."""
    return cv2.bitwise_not(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))


def ink_mask(strength: np.ndarray) -> np.ndarray:
    """Cut ink from paper at about half the strength of the strongest ink nearby, and well above the paper's noise.

    A local threshold in the spirit of Sauvola and Pietikäinen (2000): faint pencil is cut at half its own height
    although thick marker stands elsewhere on the page. Where a stroke grows faint in between, `bridge` mends it.

    Args:
        strength: `(h, w)` uint8 ink strength.

    Returns:
        `(h, w)` bool.
    """
    paper, faintest = paper_levels(strength)
    pooled = cv2.dilate(strength, np.ones((5, 5), np.uint8))[::4, ::4]
    side = max(pooled.shape) // 20 | 1
    peak = cv2.blur(cv2.dilate(pooled, np.ones((side, side), np.uint8)), (side, side)).astype(np.float32)

    def above(share: float) -> np.ndarray:
        threshold = np.maximum(paper + share * (peak - paper), faintest).astype(np.uint8)
        return strength > cv2.resize(threshold, strength.shape[::-1], interpolation=cv2.INTER_LINEAR)

    return bridge(strength, above(NEARBY), above(BRIDGE))


def bridge(strength: np.ndarray, ink: np.ndarray, faint: np.ndarray) -> np.ndarray:
    """Mend strokes that a threshold broke: add the faint ink that joins two pieces of ink.

    Hysteresis as in Canny (1986), but faint ink must have ink at both of its ends, and ink of about the same strength:
    smudges have it at one end, and the edge of a shadow is fainter than the digits that it passes.

    Args:
        strength: `(h, w)` uint8 ink strength.
        ink: `(h, w)` bool.
        faint: `(h, w)` bool, what may be ink.

    Returns:
        `(h, w)` bool.
    """
    count, pieces = cv2.connectedComponents(ink.view(np.uint8), connectivity=8)
    if count <= 2:  # the paper, and one piece at most
        return ink
    owners = pieces[ink]
    typical = np.bincount(owners, strength[ink], count) / np.maximum(np.bincount(owners, minlength=count), 1)
    count, gaps = cv2.connectedComponents((faint & ~ink).view(np.uint8), connectivity=8)
    around = np.ones((3, 3), np.uint8)
    numbers = pieces.astype(np.float32)
    highest = cv2.dilate(numbers, around)  # number of a piece that touches the pixel
    lowest = cv2.erode(np.where(ink, numbers, np.float32(np.inf)), around)
    beside = (gaps > 0) & (highest > 0)
    last, first = np.zeros(count), np.full(count, np.inf)
    np.maximum.at(last, gaps[beside], highest[beside])
    np.minimum.at(first, gaps[beside], lowest[beside])
    joins = last > first
    one, other = typical[last[joins].astype(int)], typical[first[joins].astype(int)]
    joins[joins] = np.minimum(one, other) > ALIKE * np.maximum(one, other)
    return ink | joins[gaps]


def otsu(strength: np.ndarray) -> np.ndarray:
    """One threshold for the whole picture (Otsu 1979)."""
    return cv2.threshold(strength, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1] > 0


def paper_levels(strength: np.ndarray) -> tuple[float, float]:
    """The strength that clean paper has, and the least that is ink.

    Paper is most of a picture, so its level is the median; ink is never lighter than paper, so the spread below the
    median is the paper's noise alone.
    """
    shares = np.cumsum(cv2.calcHist([strength], [0], None, [256], [0, 256])) / strength.size
    middle, low = np.searchsorted(shares, (0.5, 0.1))
    noise = (middle - low) / 1.28
    return float(middle), float(middle + max(FAINTEST, NOISE * noise))
