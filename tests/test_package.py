"""What other programs import from the package itself, and that it costs nothing before it is used."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import mnist_app
from mnist_app.network.classifier import load_model
from mnist_app.reading.front_door import read_picture
from mnist_app.reading.picture_files import PictureError

ROOT = Path(__file__).parents[1]
HEAVY = ("numpy", "cv2", "ai_edge_litert", "tensorflow", "keras", "streamlit")
LOADED = f"print(sorted({{name.split('.')[0] for name in sys.modules}} & set({HEAVY})))"


def loaded_after(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\n{LOADED}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


def test_the_package_alone_loads_nothing():
    assert loaded_after("import mnist_app") == "[]"
    assert "numpy" in loaded_after("from mnist_app import load_model"), "so the names above are those of modules"


def test_help_loads_neither_tensorflow_nor_streamlit():
    code = "import runpy\nsys.argv[1:] = ['--help']\ntry: runpy.run_module('mnist_app', run_name='__main__')"
    loaded = loaded_after(f"{code}\nexcept SystemExit: pass")
    assert not {"tensorflow", "keras", "streamlit", "ai_edge_litert"} & set(eval(loaded))


def test_the_names_are_those_of_the_rooms():
    assert mnist_app.load_model is load_model
    assert mnist_app.read_picture is read_picture
    assert set(mnist_app.__all__) == set(mnist_app.HOMES)
    with pytest.raises(AttributeError, match="no attribute 'read_pictures'"):
        mnist_app.read_pictures  # noqa: B018


def test_a_path_a_files_content_and_pixels_are_read_alike(tmp_path, classifier, mnist_test):
    file = tmp_path / "seven.png"
    Image.fromarray(255 - mnist_test[0][0]).resize((280, 280)).convert("RGB").save(file)
    with Image.open(file) as picture:
        pixels = mnist_app.read_picture(np.asarray(picture), classifier)
    for source in (file, str(file), file.read_bytes()):
        assert mnist_app.read_picture(source, classifier).to_dict() == pixels.to_dict()
    assert pixels.text == "7"


def test_bad_names_are_told_in_a_sentence(classifier):
    with pytest.raises(PictureError, match="There is no such file"):
        mnist_app.read_picture("nowhere.png", classifier)
    with pytest.raises(ValueError, match="There is no model 'nobody'; there are: flagship"):
        mnist_app.load_model("nobody")
