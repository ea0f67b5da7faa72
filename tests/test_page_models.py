from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app import model_store
from mnist_app.recipes import RECIPES

APP = Path(__file__).parents[1] / "app.py"


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60).switch_page("mnist_app/pages/models.py")
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
    assert (table.milliseconds > 0).all()
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
    monkeypatch.setattr("mnist_app.comparison.claim_of", lambda *_: RECIPES["double-conv"].claim)
    page = open_page()
    assert not page.exception
    epochs = page.table[0].value.set_index("Epoch")
    assert epochs["Validation, claimed"]["10"] == "98.15%"
    assert epochs["Validation, claimed"]["4"] == "–"
    assert epochs["Loss, ours"]["1"] == f"{model_store.list_models()[0].history[0]['val_loss']:.4f}"


def test_networks_measured_on_other_digits_are_not_compared(monkeypatch):
    monkeypatch.setattr("mnist_app.datasets.checksum", lambda: model_store.find_model("flagship").name)
    page = open_page()
    assert not page.exception
    assert any("Tested on other digits" in caption.value for caption in page.caption)
    assert not page.metric


def test_without_any_network_it_says_so(monkeypatch):
    monkeypatch.setattr(model_store, "list_models", lambda: [])
    page = open_page()
    assert not page.exception
    assert "no trained network yet" in page.error[0].value
