"""The script that times `predict` on many pictures."""

import cv2
import numpy as np
import pytest
from time_predict import copy_pictures, hours, read_all


def test_what_a_million_takes():
    assert hours(pace=20, workers=2, cores=8) == pytest.approx(1e6 / 80 / 3600)
    assert hours(pace=10, workers=1, cores=64) == pytest.approx(1e6 / 640 / 3600)


def test_pictures_are_copied_read_and_counted(tmp_path):
    source = tmp_path / "scans"
    source.mkdir()
    for i in range(17):
        cv2.imwrite(str(source / f"{i}.png"), np.full((60, 60), 255, np.uint8))
    copy_pictures(source, 3, tmp_path / "copies")
    assert len(list((tmp_path / "copies").rglob("*.png"))) == 51
    assert read_all(tmp_path / "copies", "--processes", "1") > 0


def test_too_few_pictures_are_not_timed(tmp_path):
    with pytest.raises(RuntimeError, match="for more than 50 pictures"):
        read_all(tmp_path / "nowhere")
