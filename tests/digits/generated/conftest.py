from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFont

from mnist_app.digits.generated.pages import PageMaker
from mnist_app.digits.generated.sources import part_of


@pytest.fixture(scope="session")
def few_sources(tmp_path_factory) -> Path:
    """A folder with a font for hands and one for print, both Pillow's own, a broken one, a red disc, and a photo."""
    folder = tmp_path_factory.mktemp("sources")
    font = ImageFont.load_default(40).path.getvalue()
    for name, content in (("klee/brush", font), ("freefont/kite", font), ("freefont/hand1", b"no font")):
        path = folder / f"usr/share/fonts/truetype/{name}-Regular.ttf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    disc = np.zeros((400, 600, 4), np.uint8)
    cv2.circle(disc, (300, 200), 150, (200, 20, 30, 255), -1)
    photo = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    for name, picture in (("tuxpaint/stamps/animals", disc), ("backgrounds/mate", photo)):
        (folder / "usr/share" / name).mkdir(parents=True)
        Image.fromarray(picture).save(folder / "usr/share" / name / "kite.png")
    assert {part_of(name) for name in ("brush", "kite", "hand1")} == {"test"}
    return folder


@pytest.fixture(scope="session")
def rich_maker(few_sources):
    """Draws pages of the test part with fonts and pictures."""
    return PageMaker("test", folder=few_sources)
