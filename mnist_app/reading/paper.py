"""What is paper: its polarity, its borders and its light. Pictures in, pictures of evenly white paper out."""

import cv2
import numpy as np

THUMBNAIL = 200  # paper, light and polarity are judged on a reduced picture
LIGHT_MAJORITY = 1.5  # how many times the contrast of dark ink the light ink of a photo has
GRAIN = (12, 12, 12, 0)  # smaller differences from the paper decide nothing
SMALLEST_PAGE = 0.04  # share of the picture that a sheet of paper covers
SHADOW = 1.9  # what is that many times darker than the paper is no shadow; shadows of a hand reach 1.6
OTHER_COLOUR = np.array([0.25, 0.75])  # differences of the channels, relative to their mean, that leave a doubt or none
STROKE_ROOM = 9  # strokes on photos are narrower than the longest side divided by this
WIDE_ROOM = 3  # and so are brushes and the cells of coarse scans
CLEAN = 0.9  # share of the border that is of the paper's very colour, on a drawing or a clean scan
LIGHT = 32  # of 255, added to paper and picture before they are divided


def polarity(picture: np.ndarray) -> np.ndarray:
    """Invert light ink on dark paper.

    Ink is what differs from the paper: on a drawing from its one colour, on a photo from the median of a surrounding
    wider than strokes, which keeps straight borders, so that neither a shadow nor the edge of a page decides. A photo
    needs a clear majority of light ink, since cameras stamp white dates on dark ink.
    """
    small = thumbnail(picture)
    paper, majority = flat_paper(small), 1.0
    if paper is None:
        paper, majority = cv2.medianBlur(small, max(small.shape[:2]) // 6 | 1), LIGHT_MAJORITY
    paper = np.broadcast_to(paper, small.shape).astype(np.uint8)
    light, dark = (
        cv2.norm(cv2.subtract(cv2.subtract(a, b), GRAIN), cv2.NORM_L2)  # type: ignore[call-overload]  # takes numbers
        for a, b in ((small, paper), (paper, small))
    )
    return cv2.bitwise_not(picture) if light > majority * dark else picture


def find_page(picture: np.ndarray) -> np.ndarray:
    """Paint over what lies beside a bright sheet of paper on a dark ground.

    A sheet is a bright region (Otsu 1979) that nearly fills its convex hull and a rectangle. A shadow that falls across
    a page is dark too, so the ground must be darker than shadows are, and the frame of the picture may cut one side of
    the sheet only, one more where the ground has another colour than the sheet, and two where it is very different.
    """
    small = thumbnail(picture)
    if flat_paper(small) is not None:
        return picture
    # Writing is closed first: a page stays one region whatever stands on it.
    bright = cv2.morphologyEx(small.min(axis=2), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    mask = cv2.threshold(bright, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]
    inside, ground = mask > 0, mask == 0
    frame = np.concatenate([ground[0], ground[-1], ground[:, 0], ground[:, -1]])
    if not inside.any() or frame.mean() < 0.3 or bright[inside].mean() < SHADOW * bright[ground].mean():
        return picture
    paper, table = (small[part].mean(axis=0) / max(small[part].mean(), 1) for part in (inside, ground))
    cut_sides = 1 + int(np.count_nonzero(np.abs(paper - table).sum() > OTHER_COLOUR))
    sheets = np.zeros_like(mask)
    for outline in cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]:
        if _is_sheet(outline, mask.shape, cut_sides):
            cv2.fillConvexPoly(sheets, cv2.convexHull(outline), 255)
    sheets = cv2.erode(sheets, np.ones((3, 3), np.uint8))
    return _paint_outside(picture, small, sheets) if sheets.any() else picture


def _is_sheet(outline: np.ndarray, shape: tuple[int, int], cut_sides: int) -> bool:
    x, y, w, h = cv2.boundingRect(outline)
    hull = cv2.convexHull(outline)
    area, whole = cv2.contourArea(outline), cv2.contourArea(hull)
    if (x <= 1) + (y <= 1) + (x + w >= shape[1] - 1) + (y + h >= shape[0] - 1) > cut_sides:
        return False
    (_, (width, height), _) = cv2.minAreaRect(hull)
    return area > max(SMALLEST_PAGE * shape[0] * shape[1], 0.85 * whole) and whole > 0.75 * width * height


def _paint_outside(picture: np.ndarray, small: np.ndarray, sheets: np.ndarray) -> np.ndarray:
    """Continue the paper's colour smoothly beyond the sheets."""
    weight = (sheets > 0).astype(np.float32)
    bright = cv2.dilate(small, np.ones((9, 9), np.uint8)).astype(np.float32)
    sigma = THUMBNAIL / 10
    total = cv2.GaussianBlur(bright * weight[..., np.newaxis], (0, 0), sigma)
    share = cv2.GaussianBlur(weight, (0, 0), sigma)[..., np.newaxis] + 1e-6
    mean = bright[weight > 0].mean(axis=0)
    colour = ((total + mean * 1e-3) / (share + 1e-3)).clip(0, 255).astype(np.uint8)
    size = picture.shape[1::-1]
    colour = cv2.resize(colour, size, interpolation=cv2.INTER_LINEAR)
    keep = cv2.resize(sheets, size, interpolation=cv2.INTER_LINEAR) > 127
    return np.where(keep[..., np.newaxis], picture, colour)


def divide_background(picture: np.ndarray) -> np.ndarray:
    """Divide each channel by the paper's brightness there: shadows and the paper's own colour vanish.

    On a drawing the paper is one colour. On a photo it is what a morphological closing wider than a stroke leaves of a
    reduced picture; the surroundings are continued beyond the border, so that a corner in shadow stays paper. Wider
    strokes would pass for paper, but no shadow is as dark as they are beside the paper around them.
    """
    small = thumbnail(picture)
    paper = flat_paper(small)
    if paper is None:
        side = max(3, max(small.shape[:2]) // STROKE_ROOM) | 1
        pad = ((side, side), (side, side), (0, 0))
        wide = (
            np.pad(cv2.medianBlur(small, 3).astype(np.int16), pad, mode="reflect", reflect_type="odd")
            if min(small.shape[:2]) > side
            else np.pad(small, pad, mode="edge")
        )
        wide = np.clip(wide, 0, 255).astype(np.uint8)
        wide = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
        around = max(3, max(small.shape[:2]) // WIDE_ROOM) | 1
        darkest = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((around, around), np.uint8)) / SHADOW
        paper = cv2.GaussianBlur(np.maximum(wide, darkest.astype(np.uint8)), (0, 0), 2)[side:-side, side:-side]
        paper = cv2.resize(paper, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        # Dark ground has little light to divide by and much grain: a little light is added to both.
        picture, paper = (cv2.convertScaleAbs(part, alpha=1 - LIGHT / 255, beta=LIGHT) for part in (picture, paper))
        return cv2.divide(picture, paper, scale=255)
    table = np.minimum(np.arange(256)[:, np.newaxis] * 255.0 / np.maximum(paper, 1), 255).round().astype(np.uint8)
    return cv2.LUT(picture, table[np.newaxis])


def flat_paper(small: np.ndarray) -> np.ndarray | None:
    """The one colour of a drawing's or a clean scan's paper, `(3,)`; None where the paper has shades.

    Light reaches the border of a picture and leaves no two places alike. Where most of a picture and nearly all of its
    border is of the very same colour, light grey is ink, as in the cells of a coarse scan: unless there is more of it
    than of dark ink, as where a piece of paper was put on white ground.
    """
    colours = np.ascontiguousarray(small[::2, ::2])
    paper = np.array([cv2.calcHist([colours], [i], None, [256], [0, 256]).argmax() for i in range(3)])
    channels = cv2.split(cv2.absdiff(colours, np.full_like(colours, paper)))
    away = cv2.max(cv2.max(channels[0], channels[1]), channels[2])
    counts = cv2.calcHist([away], [0], None, [256], [0, 256])
    most = 0.4 * away.size
    flat, shaded, dark = counts[:9].sum(), counts[9:65].sum(), counts[65:].sum()
    border = np.concatenate([away[0], away[-1], away[:, 0], away[:, -1]])
    clean = counts[0] > most and np.mean(border == 0) > CLEAN and shaded < dark
    return paper if flat > most and (clean or shaded < 0.1 * flat) else None


def thumbnail(array: np.ndarray) -> np.ndarray:
    """Reduce by a whole factor to a longest side of at most 200 pixels."""
    height, width = array.shape[:2]
    factor = -(-max(height, width) // THUMBNAIL)
    if factor == 1:
        return array
    size = (max(1, width // factor), max(1, height // factor))
    return cv2.resize(array, size, interpolation=cv2.INTER_AREA)
