import pytest

from mnist_app.network import model_store
from mnist_app.network.layers import list_layers


@pytest.mark.parametrize("name", ["dropout", "flagship"])
def test_the_layers_hold_all_parameters(name):
    model = model_store.find_model(name)
    assert sum(row["parameters"] for row in list_layers(model)) == model.recipe["parameters"]


def test_layers_are_told_in_words():
    rows = list_layers(model_store.find_model("dropout"))
    assert rows[0] == {"layer": "Conv2D", "details": "32 filters of 3 × 3, relu", "parameters": 320}
    assert rows[1] == {"layer": "MaxPooling2D", "details": "2 × 2", "parameters": 0}
    assert rows[-2]["details"] == "50% switched off while learning"
    assert rows[-1] == {"layer": "Dense", "details": "10 units", "parameters": 1290}
