"""Paper to write on, the pictures that are no paper, and what light and camera make of both."""

from collections.abc import Sequence

import cv2
import numpy as np

from mnist_app.digits.generated.kinds import Kind
from mnist_app.digits.generated.sheet import Sheet

PEN_COLOURS = ((20, 20, 24), (40, 50, 130), (30, 60, 160), (150, 30, 40), (25, 90, 50), (70, 70, 75), (110, 60, 130))
STAMP_COLOURS = ((255, 140, 0), (255, 255, 255), (255, 220, 60), (30, 30, 30), (220, 40, 30))
LINE_COLOURS = ((90, 120, 190), (120, 120, 120), (60, 60, 60), (200, 120, 120), (120, 170, 140), (170, 190, 215))


def noise(rng: np.random.Generator, size: tuple[int, int], cells: int) -> np.ndarray:
    """Smooth noise `(h, w)` float32, about 0 to 1, with that many waves along the longer side."""
    height, width = size
    scale = cells / max(size)
    grid = rng.random((max(2, round(height * scale)), max(2, round(width * scale))), np.float32)
    return cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)


def loguniform(rng: np.random.Generator, low: float, high: float) -> float:
    """A number from low to high, its logarithm drawn evenly."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def blank_paper(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Paper without anything on it, `(h, w, 3)` float32: white, tinted, recycled, mottled or crumpled."""
    picture = np.empty((*size, 3), np.float32)
    style = rng.choice(["white", "grey", "tinted", "mottled", "crumpled"], p=[0.3, 0.3, 0.12, 0.16, 0.12])
    if style == "white":
        picture[:] = rng.choice([255, 255, 250, 244])
        return picture
    spread = {"grey": 4, "tinted": 26}.get(style, 9)
    picture[:] = rng.uniform(140, 252) + rng.normal(0, spread, 3)
    if style == "mottled":
        spots = noise(rng, size, int(rng.choice([6, 40, 150]))) + 0.5 * noise(rng, size, 90)
        picture += ((spots - 0.7) * rng.uniform(10, 45))[..., np.newaxis]
    elif style == "crumpled":
        folds = np.abs(noise(rng, size, int(rng.integers(4, 12))) - 0.5) + 0.5 * np.abs(noise(rng, size, 20) - 0.5)
        picture += ((folds - 0.25) * rng.uniform(20, 90))[..., np.newaxis]
    return picture


def rule(sheet: Sheet, rng: np.random.Generator, pitch: float | None = None) -> tuple[float, float] | None:
    """Print lines, squares or dots to write on.

    Args:
        sheet: where.
        rng: how.
        pitch: pixels between lines; at random where None.

    Returns:
        The lines' pitch and the first one's row; None where the paper stays blank.
    """
    height, width = sheet.size
    style = rng.choice(["lines", "squares", "dots", "margin", "frame"], p=[0.5, 0.28, 0.08, 0.06, 0.08])
    pitch = pitch or loguniform(rng, 9, 80)
    thick = max(1, round(loguniform(rng, 0.6, 1 + pitch / 22)))
    ink: np.ndarray = np.zeros(sheet.size, np.float32)
    first = rng.uniform(0, pitch)
    rows, columns = (
        np.arange(first, height, pitch).astype(int),
        np.arange(rng.uniform(0, pitch), width, pitch).astype(int),
    )
    if style in ("lines", "squares"):
        for y in rows:
            ink[y : y + thick] = 1
    if style == "squares":
        for x in columns:
            ink[:, x : x + thick] = 1
    elif style == "dots":
        ink[np.ix_(rows, columns)] = 1
    elif style == "frame":
        inset = int(rng.uniform(0, 0.1) * min(sheet.size))
        cv2.rectangle(ink, (inset, inset), (width - 1 - inset, height - 1 - inset), 1.0, thick + 1)
    if style == "margin" or rng.random() < 0.2:
        x = int(rng.uniform(0.02, 0.98) * width)
        ink[:, x : x + thick] = 1
    if rng.random() < 0.4:
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.4, 1.0))
    colour = np.array(LINE_COLOURS[rng.integers(len(LINE_COLOURS))]) + rng.normal(0, 18, 3)
    sheet.picture += (colour.astype(np.float32) - sheet.picture) * (ink * rng.uniform(0.15, 0.9))[..., np.newaxis]
    return (pitch, first) if style in ("lines", "squares") else None


def punch(sheet: Sheet, rng: np.random.Generator) -> None:
    """Holes along one side."""
    height, width = sheet.size
    pitch, x = loguniform(rng, 8, 90), rng.uniform(0.0, 0.08) * width
    radius = pitch * rng.uniform(0.15, 0.35)
    dark = tuple(map(float, np.full(3, rng.uniform(0, 120))))
    for y in np.arange(rng.uniform(0, pitch), height, pitch):
        cv2.circle(sheet.picture, (int(x + radius), int(y)), max(1, int(radius)), dark, -1, cv2.LINE_AA)
    if rng.random() < 0.5:
        sheet.picture[:] = sheet.picture[:, ::-1]


def bind(sheet: Sheet, rng: np.random.Generator) -> None:
    """A spiral or twin wires over what is written: along a side or the top, or down the middle of two open pages."""
    top = rng.random() < 0.2
    height, width = sheet.size[::-1] if top else sheet.size
    pitch = loguniform(rng, 5, 60)
    across, pen = pitch * rng.uniform(0.8, 3), max(1, round(pitch * rng.uniform(0.12, 0.4)))
    middle = rng.uniform(0.25, 0.75) if rng.random() < 0.6 and not top else rng.choice([0.0, 1.0])
    x, lean = middle * width, rng.uniform(-0.6, 0.6) * pitch
    wires = [(-0.15, 0.15), (0.0,), (-0.12, 0.12)][rng.integers(3)]
    ring, holes = rng.random() < 0.4, rng.random() < 0.7
    ink = np.zeros((height, width), np.uint8)
    for y in np.arange(rng.uniform(0, pitch), height, pitch):
        ends = [np.rint([x + side * across / 2, y + side * lean / 2]).astype(int) for side in (-1, 1)]
        for wire in wires:
            moved = [(int(a), int(b + wire * pitch)) for a, b in ends]
            if ring:
                centre, axes = (int(x), int(y + wire * pitch)), (max(1, int(across / 2)), max(1, int(pitch * 0.3)))
                cv2.ellipse(ink, centre, axes, 0, 0, 360, 255, pen, cv2.LINE_AA)
            else:
                cv2.line(ink, moved[0], moved[1], 255, pen, cv2.LINE_AA)
        for end in ends if holes else ():
            cv2.circle(ink, tuple(map(int, end)), max(1, int(pen * rng.uniform(0.7, 1.4))), 255, -1, cv2.LINE_AA)
    fold = np.exp(-(((np.arange(width) - x) / (across * rng.uniform(0.5, 1.5))) ** 2)) * rng.uniform(0, 0.5)
    cover = ink.astype(np.float32)[..., np.newaxis] / 255 * rng.uniform(0.6, 1)
    shade = np.broadcast_to((1 - fold).astype(np.float32)[:, np.newaxis], (height, width, 1))
    if top:
        ink, cover, shade = ink.T, cover.swapaxes(0, 1), shade.swapaxes(0, 1)
    sheet.picture *= shade
    sheet.picture += (loguniform(rng, 5, 180) - sheet.picture) * cover
    sheet.kind[ink > 90], sheet.owner[ink > 90] = Kind.PAPER, 0


# ---- what is no paper ----


def crop_photo(photo: np.ndarray, rng: np.random.Generator, size: tuple[int, int], whole: bool = False) -> np.ndarray:
    """A turned, mirrored, recoloured piece of a photo, `(h, w, 3)` float32; most of it where `whole`."""
    height, width = size
    h, w = photo.shape[:2]
    largest = min(h / height, w / width)  # pixels of the photo for one of the crop
    step = largest * (rng.uniform(0.8, 1.0) if whole else loguniform(rng, 0.12, 1.0))
    angle = np.deg2rad(rng.normal(0, 4 if whole else 15))
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * step
    if rng.random() < 0.5:
        matrix[:, 0] *= -1
    room = np.maximum(np.array([w, h]) - step * np.array([width, height]), 0) / 2
    centre = np.array([w, h]) / 2 + rng.uniform(-1, 1, 2) * room
    shift = centre - matrix @ np.array([width, height]) / 2
    picture = cv2.warpAffine(
        photo,
        np.column_stack([matrix, shift]),
        (width, height),
        flags=(cv2.INTER_AREA if step > 1.5 else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    ).astype(np.float32)
    if rng.random() < 0.2:
        picture = picture[..., rng.permutation(3)]
    if rng.random() < 0.25:
        picture = np.repeat(picture.mean(axis=2, keepdims=True), 3, axis=2)
    return np.clip((picture - 128) * rng.uniform(0.6, 1.3) + 128 + rng.uniform(-35, 35), 0, 255)


def texture(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """A cloth, wall, lawn or sky that chance makes, `(h, w, 3)` float32."""
    waves = rng.choice([2, 4, 8, 16, 32, 64, 128], 3, replace=False)
    pattern = np.sum([noise(rng, size, int(n)) * rng.uniform(0.1, 1) for n in waves], axis=0)
    pattern = (pattern - pattern.min()) / (np.ptp(pattern) + 1e-3)
    if rng.random() < 0.35:
        pattern = np.clip((pattern - rng.uniform(0.35, 0.65)) * loguniform(rng, 3, 40) + 0.5, 0, 1)
    one, other = rng.uniform(0, 255, (2, 3)).astype(np.float32)
    return one + (other - one) * pattern[..., np.newaxis]


def shapes(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """An illustration of plain coloured shapes, `(h, w, 3)` float32."""
    side = max(size)
    picture = np.empty((*size, 3), np.float32)
    picture[:] = rng.uniform(0, 255, 3)
    for _ in range(rng.integers(2, 25)):
        colour = tuple(map(float, rng.uniform(0, 255, 3)))
        x, y = (int(rng.uniform(0, s)) for s in size[::-1])
        a, b = (int(loguniform(rng, 0.02, 0.4) * side) for _ in range(2))
        thick = -1 if rng.random() < 0.7 else max(1, int(loguniform(rng, 1, 10)))
        kind = rng.integers(4)
        if kind == 0:
            cv2.circle(picture, (x, y), a, colour, thick, cv2.LINE_AA)
        elif kind == 1:
            cv2.rectangle(picture, (x, y), (x + a, y + b), colour, thick)
        elif kind == 2:
            cv2.ellipse(picture, (x, y), (a, b), rng.uniform(0, 180), 0, 360, colour, thick, cv2.LINE_AA)
        else:
            corners = np.array([x, y]) + rng.normal(0, a, (rng.integers(3, 7), 2))
            cv2.fillPoly(picture, [corners.astype(np.int32)], colour, cv2.LINE_AA)
    return picture


def paste_cut_outs(sheet: Sheet, rng: np.random.Generator, cut_outs: Sequence[np.ndarray], n: int, large: bool) -> None:
    """Lay things on a sheet: `cut_outs` are RGBA."""
    height, width = sheet.size
    for _ in range(n):
        thing = cut_outs[int(rng.integers(len(cut_outs)))]
        side = min(sheet.size) * (rng.uniform(0.5, 1.0) if large else loguniform(rng, 0.06, 0.5))
        scale = side / max(thing.shape[:2])
        size = (max(4, round(thing.shape[1] * scale)), max(4, round(thing.shape[0] * scale)))
        thing = cv2.resize(thing, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        if rng.random() < 0.5:
            thing = thing[:, ::-1]
        x, y = round(rng.uniform(0, max(1, width - size[0]))), round(rng.uniform(0, max(1, height - size[1])))
        part = (slice(y, min(y + size[1], height)), slice(x, min(x + size[0], width)))
        thing = thing[: part[0].stop - y, : part[1].stop - x].astype(np.float32)
        cover = thing[..., 3:] / 255
        sheet.picture[part] += (thing[..., :3] - sheet.picture[part]) * cover
        sheet.kind[part][cover[..., 0] > 0.5] = Kind.PICTURE
        sheet.owner[part][cover[..., 0] > 0.5] = 0


# ---- light and camera ----


def cast_light(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Uneven light, the shadow of a hand or a phone, a vignette or glare on a picture of floats."""
    size = picture.shape[:2]
    if rng.random() < 0.6:
        picture = (
            picture * (1 + (noise(rng, size, int(rng.integers(2, 4))) - 0.5) * rng.uniform(0.1, 0.9))[..., np.newaxis]
        )
    if rng.random() < 0.35:
        corners = rng.uniform(-0.3, 1.3, (rng.integers(3, 7), 2)) * np.array(size[::-1]) / 4
        shadow = np.zeros((size[0] // 4 + 1, size[1] // 4 + 1), np.float32)
        cv2.fillPoly(shadow, [corners.astype(np.int32)], 1.0)
        shadow = cv2.GaussianBlur(shadow, (0, 0), loguniform(rng, 0.3, 8))
        shadow = cv2.resize(shadow, size[::-1], interpolation=cv2.INTER_LINEAR)
        picture = picture * (1 - rng.uniform(0.15, 0.6) * shadow)[..., np.newaxis]
    if rng.random() < 0.15:
        rows, columns = np.ogrid[-1 : 1 : size[0] * 1j, -1 : 1 : size[1] * 1j]
        picture = picture * (1 - rng.uniform(0.1, 0.5) * (rows**2 + columns**2) / 2)[..., np.newaxis].astype(np.float32)
    if rng.random() < 0.06:
        glare = np.clip(noise(rng, size, 3) - 0.6, 0, 1) * rng.uniform(100, 400)
        picture = picture + glare[..., np.newaxis]
    if rng.random() < 0.35:
        picture = picture * rng.uniform(0.45, 1.05, 3 if rng.random() < 0.3 else 1).astype(np.float32)
    return picture


def coarsen(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A tiny picture, enlarged smoothly or in blocks."""
    size = picture.shape[1::-1]
    factor = loguniform(rng, 26, 100) / max(size)
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, size, interpolation=cv2.INTER_CUBIC if rng.random() < 0.7 else cv2.INTER_NEAREST)


def photograph(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blur, grain, low resolution and JPEG on a picture of floats; returns uint8."""
    size = picture.shape[1::-1]
    if rng.random() < 0.3:
        picture = cv2.GaussianBlur(picture, (0, 0), loguniform(rng, 0.4, 1.5))
    if rng.random() < 0.1:
        factor = rng.uniform(0.35, 0.8)
        small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        way = cv2.INTER_CUBIC if rng.random() < 0.7 else cv2.INTER_NEAREST
        picture = cv2.resize(small, size, interpolation=way)
    if rng.random() < 0.3:
        channels = 1 if rng.random() < 0.5 else 3
        grain = rng.standard_normal((*picture.shape[:2], channels), np.float32)
        picture = picture + grain * loguniform(rng, 1, 12)
    picture = np.clip(picture, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(25, 92))]
        decoded = cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_COLOR)
        assert decoded is not None  # it was encoded just now
        return decoded
    return picture
