from pathlib import Path

import numpy as np
from PIL import Image

from mnist_app.digits.generated import sources


def test_cuts_of_a_font_and_sizes_of_a_picture_share_a_part():
    light, bold = (Path(f"usr/share/fonts/truetype/noto/NotoSansBengali-{cut}.ttf") for cut in ("Light", "Bold"))
    assert sources.family(light) == sources.family(bold)
    greek = Path("node_modules/@fontsource/caveat/files/caveat-greek-400-normal.woff")
    assert sources.family(greek) == "caveat"
    small = Path("usr/share/wallpapers/Kite/contents/images/640x480.png")
    assert sources.family(small) == "Kite"


def test_every_part_has_its_share():
    parts = [sources.part_of(f"font {i}") for i in range(4000)]
    for part, share in zip(sources.PARTS, sources.SHARES, strict=True):
        assert abs(parts.count(part) / 4000 - share) < 0.03


def test_what_is_missing_is_said(tmp_path):
    assert sources.missing_sources(tmp_path) == list(sources.SOURCES)
    assert sources.find_files(sources.HAND, "train", tmp_path) == []
    font = tmp_path / "usr/share/fonts/truetype/klee/KleeOne-Regular.ttf"
    font.parent.mkdir(parents=True)
    font.touch()
    assert len(sources.missing_sources(tmp_path)) == len(sources.SOURCES) - 1


def test_npm_is_told_all_packages_since_it_removes_the_others():
    npm = [source for source in sources.SOURCES if source.registry == sources.NPM]
    assert all(f"{one.package}@{one.version}" in sources.how_to_get(npm[-1:]) for one in npm)
    assert "npm" not in sources.how_to_get([one for one in sources.SOURCES if one.registry == sources.DEBIAN])


def test_pictures_are_reduced_and_those_too_large_to_decode_are_left_out(few_sources, tmp_path, monkeypatch):
    (cut_out,) = sources.open_pictures(sources.CUT_OUT, "test", 60, 10, few_sources)
    assert cut_out.shape == (40, 60, 4)
    np.testing.assert_array_equal(cut_out[20, 30], [200, 20, 30, 255])
    assert cut_out[0, 0, 3] == 0
    (photo,) = sources.open_pictures(sources.PHOTO, "test", 100, 10, few_sources)
    assert photo.shape == (75, 100, 3)
    for part, most in (("train", 10), ("test", 0)):
        assert not list(sources.open_pictures(sources.PHOTO, part, 100, most, few_sources))
    with monkeypatch.context() as patch:
        patch.setattr(sources, "LARGEST_FILE", 1000)
        assert not list(sources.open_pictures(sources.PHOTO, "test", 100, 10, few_sources))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100_000)  # more are an error from twice that on
    assert not list(sources.open_pictures(sources.PHOTO, "test", 100, 10, few_sources))


def test_a_package_is_told_in_a_row():
    assert sources.describe(sources.SOURCES[0], missing=True)["here"] == "no"
    row = sources.describe(sources.SOURCES[0], missing=False)
    assert (row["package"], row["here"]) == ("tuxpaint-stamps-default", "yes")
