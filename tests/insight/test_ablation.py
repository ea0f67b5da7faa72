import cv2
import pytest
from PIL import Image

from mnist_app.insight import ablation, page_exam
from mnist_app.network.model_store import find_model
from mnist_app.reading.answer import Reading
from mnist_app.reading.front_door import read_picture


@pytest.fixture
def manifest(tmp_path, mnist_test):
    """Two digits, one of them with a wrong label, and an empty page."""
    for i in range(2):
        Image.fromarray(255 - cv2.resize(mnist_test[0][i], (140, 140))).save(tmp_path / f"{i}.png")
    Image.new("L", (100, 100), 255).save(tmp_path / "empty.png")
    rows = ["path,label,kind", "0.png,7,drawn", "1.png,8,drawn", "empty.png,,not_digit"]
    (tmp_path / "manifest.csv").write_text("\n".join(rows))
    return tmp_path / "manifest.csv"


def test_every_switch_gets_a_row(manifest, classifier):
    pictures = ablation.read_manifest(manifest)
    done = []
    rows = list(ablation.ablate(pictures, classifier, done.append))
    assert rows[0] == {"off": "nothing", "drawn": "1 / 2", "not_digit": "1 / 1"}
    assert [row["off"] for row in rows[1:]] == list(ablation.SWITCHES.values())
    assert done == [1, 1, 1]


def test_bad_manifests(tmp_path):
    with pytest.raises(ValueError, match="cannot be read: No such file"):
        ablation.read_manifest(tmp_path / "nothing.csv")
    (tmp_path / "short.csv").write_text("path,label\na.png,3\n")
    with pytest.raises(ValueError, match="short.csv lacks the columns kind"):
        ablation.read_manifest(tmp_path / "short.csv")


def test_generated_pages_are_read_with_each_switch_off(in_process, monkeypatch):
    """Whoever reads them here sees nothing as soon as a step is off."""

    def read(picture, classifier, without):
        return read_picture(picture, classifier) if without == {""} else Reading((), ())

    in_process(page_exam)
    monkeypatch.setattr(page_exam, "read_picture", read)
    done = []
    whole, *others = ablation.ablate_pages(find_model(), 8, done.append)
    assert done == [1] * 8
    assert whole["off"] == "nothing"
    assert whole["read"] > 0.3
    assert [row["off"] for row in others] == list(ablation.SWITCHES.values())
    assert {(row["read"], row["false_per_page"], row["refused"]) for row in others} == {(0, 0, 1)}
