from pathlib import Path

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
