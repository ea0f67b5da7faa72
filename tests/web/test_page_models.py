from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app import settings
from mnist_app.network import model_store
from mnist_app.network.recipes import RECIPES
from mnist_app.web import navigation

APP = Path(__file__).parents[2] / "app.py"


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60).switch_page(navigation.MODELS.path)
    page.query_params.update(query)
    return page.run()


@pytest.fixture
def right(mnist_test) -> dict[str, np.ndarray]:
    """Which test digits two networks read right."""
    models = [model_store.find_model(name) for name in ("flagship", "dropout")]
    return {model.name: model.test_outputs()[0].argmax(axis=1) == mnist_test[1] for model in models}


def shown(page: AppTest) -> list[int]:
    """Numbers of the digits that the page shows, in order."""
    return [int(link.label.removeprefix("No. ")) for link in page.page_link if link.label.startswith("No. ")]


def test_claim_and_measurement_stand_side_by_side():
    page = open_page()
    assert not page.exception
    table = page.dataframe[0].value.set_index("model")
    assert list(table.index) == [model.name for model in model_store.list_models()]
    assert table.claim["dropout"] == RECIPES["dropout"].claim.text
    assert table.parameters["dropout"] == 225_034
    assert table.measured["dropout"] == pytest.approx(99.16)
    assert not [name for name in table.columns if "second" in name and name != "train_seconds"], "nothing timed here"
    assert {button.label for button in page.get("download_button")} == {"CSV", "Report"}


def test_two_networks_disagree_about_exactly_these_digits(right):
    page = open_page(one="dropout", other="flagship")
    counts = {metric.label: metric.value for metric in page.metric}
    only_flagship = np.flatnonzero(right["flagship"] & ~right["dropout"])
    only_dropout = np.flatnonzero(right["dropout"] & ~right["flagship"])
    assert counts["Only “flagship” right"] == f"{len(only_flagship):,}"
    assert counts["Both wrong"] == f"{(~right['flagship'] & ~right['dropout']).sum():,}"
    assert any("McNemar" in element.value for element in page.markdown)
    assert shown(page) == only_dropout[:24].tolist()
    page.segmented_control(key="dropout flagship").set_value("flagship").run()
    assert shown(page) == only_flagship[:24].tolist()
    assert "model=dropout" in page.page_link[0].proto.query_string, "a link leads to the network that errs"


def test_a_claimed_table_of_epochs_stands_beside_ours(monkeypatch):
    monkeypatch.setattr("mnist_app.insight.comparison.claim_of", lambda *_: RECIPES["double-conv"].claim)
    page = open_page()
    assert not page.exception
    epochs = next(table.value for table in page.dataframe if "Epoch" in table.value).set_index("Epoch")
    assert epochs["Validation, claimed"]["10"] == "98.15%"
    assert epochs["Validation, claimed"]["4"] == "–"
    assert epochs["Loss, ours"]["1"] == f"{model_store.list_models()[0].history[0]['val_loss']:.4f}"


def test_networks_measured_on_other_digits_are_not_compared(monkeypatch):
    monkeypatch.setattr("mnist_app.digits.datasets.checksum", lambda: "of other files")
    page = open_page()
    assert not page.exception
    assert any("Tested on other digits" in caption.value for caption in page.caption)
    assert "Both right" not in [metric.label for metric in page.metric]


def test_without_any_network_it_says_so(monkeypatch):
    monkeypatch.setattr(model_store, "list_models", lambda: [])
    page = open_page()
    assert not page.exception
    assert "no trained network yet" in page.error[0].value


def open_with_detector(monkeypatch, folder: Path, **files: str | bytes) -> AppTest:
    """The page where a detector's folder holds these files; a suffix follows the last underscore."""
    (folder / "detector").mkdir()
    for name, content in files.items():
        path = folder / "detector" / ".".join(name.rsplit("_", 1))
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.setattr(settings, "MODELS_FOLDER", folder)
    return open_page()


def test_the_detector_is_shown_with_how_it_learned(monkeypatch, tmp_path):
    history = "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds\n"
    history += "1,2.5,0.6,2.7,0.7,0.001,3000\n2,1.5,0.7,1.7,0.8,0.0005,1860\n"
    page = open_with_detector(
        monkeypatch, tmp_path, detector_tflite=bytes(953_772), recipe_json='{"parameters": 466681}', history_csv=history
    )
    assert not page.exception
    assert "The detector" in [heading.value for heading in page.header]
    figures = {metric.label: metric.value for metric in page.metric}
    assert figures["Weights"] == "466,681"
    assert figures["Size"] == "1.0 MB"
    assert figures["Epochs"] == "2"
    assert figures["Training time"] == "1 h 21 min"
    assert [chart.proto.alt for chart in page.get("vega_lite_chart")][-1].startswith("Line chart: loss of the detector")


def test_a_detector_without_a_history_is_shown_by_its_size(monkeypatch, tmp_path):
    page = open_with_detector(monkeypatch, tmp_path, detector_tflite=bytes(2_000_000))
    assert not page.exception
    assert page.metric[-1].value == "2.0 MB"


def test_without_a_detector_nothing_is_said_of_it(monkeypatch, tmp_path):
    page = open_with_detector(monkeypatch, tmp_path)
    assert not page.exception
    assert "The detector" not in [heading.value for heading in page.header]
