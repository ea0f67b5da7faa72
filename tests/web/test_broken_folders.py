"""Whatever a model's folder holds, no page ends: the other networks answer, and the broken one is named."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.network import model_store
from mnist_app.settings import MODELS_FOLDER
from mnist_app.web import navigation
from tests.broken_folders import KINDS

APP = Path(__file__).parents[2] / "app.py"
# The pages that show what follows from a file, and so would be the first to end.
READERS = {
    "recipe.json": (navigation.UPLOAD, navigation.TRAINING),
    "metrics.json": (navigation.MODELS, navigation.TRAINING),
    "calibration.json": (navigation.DRAW, navigation.CONFIDENCE),
    "history.csv": (navigation.TRAINING,),
    "test_outputs.npz": (navigation.EVALUATION, navigation.ERRORS),
    "digit_test.npz": (navigation.DRAW,),
    "explore.npz": (navigation.MAP, navigation.LABELS),
    "corruptions.csv": (navigation.WEAK_SPOTS,),
    "model.tflite": (navigation.DRAW,),
}
CASES = [(file, kind) for file, kinds in KINDS.items() for kind in kinds]


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    """The same folder for all tests, so that pages remember what follows from a network that nobody touched."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def folder(models, monkeypatch) -> Path:
    """A folder of models, which all pages look into, with a copy of `minimal` and of `flagship`."""
    for name in ("minimal", "flagship"):
        shutil.rmtree(models / name, ignore_errors=True)
        shutil.copytree(MODELS_FOLDER / name, models / name)
    for function in (
        model_store.list_models, model_store.list_broken, model_store.find_model, model_store.open_model,
    ):  # fmt: skip
        places = tuple(models if value == MODELS_FOLDER else value for value in function.__defaults__)
        monkeypatch.setattr(function, "__defaults__", places)
    return models


def open_page(page: navigation.Page, **query: str) -> AppTest:
    opened = AppTest.from_file(str(APP), default_timeout=60).switch_page(page.path)
    opened.query_params.update(query)
    return opened.run()


@pytest.mark.parametrize("file", KINDS)
def test_a_broken_folder_ends_no_page_that_shows_its_file(folder, file):
    list(KINDS[file].values())[-1](folder / "minimal")
    for page in READERS[file]:
        opened = open_page(page, model="minimal")
        assert not opened.exception, page.title
        if opened.selectbox and opened.selectbox[0].label == "Network":
            assert opened.selectbox[0].options == ["flagship"]


@pytest.mark.slow
@pytest.mark.parametrize(("number", "file", "kind"), [(i, *case) for i, case in enumerate(CASES)])
def test_a_broken_folder_ends_no_page_at_all(folder, number, file, kind):
    """Every kind on a fifth of the pages, another one for the next kind: every page meets every fifth kind."""
    KINDS[file][kind](folder / "minimal")
    for page in navigation.PAGES[number % 5 :: 5]:
        assert not open_page(page, model="minimal").exception, page.title


@pytest.mark.parametrize("page", navigation.PAGES, ids=lambda page: page.title)
def test_without_the_default_network_the_others_go_on(folder, page):
    KINDS["calibration.json"]["temperature 0"](folder / "flagship")
    opened = open_page(page)
    assert not opened.exception
    assert not opened.error


def test_the_page_models_says_why_a_network_is_not_there_and_every_picker_leads_to_it(folder):
    KINDS["calibration.json"]["temperature 0"](folder / "minimal")
    models = open_page(navigation.MODELS)
    broken = models.dataframe[0].value.set_index("Network")
    assert broken["Reason"]["minimal"] == "calibration.json cannot be used: temperature should be greater than 0."
    (caption,) = open_page(navigation.EVALUATION).sidebar.caption
    assert "A network cannot be used: the page Models says why." in caption.value


def test_where_every_network_is_broken_a_page_says_so(folder):
    for name in ("minimal", "flagship"):
        KINDS["recipe.json"]["empty"](folder / name)
    for page in (navigation.DRAW, navigation.MODELS, navigation.TRAINING):
        opened = open_page(page)
        assert not opened.exception, page.title
        assert set(opened.dataframe[0].value["Network"]) == {"minimal", "flagship"}
