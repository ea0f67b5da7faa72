import numpy as np
import pytest

from mnist_app.insight.inside import explain_pixel
from mnist_app.network import model_store
from mnist_app.network.stages import CONVOLUTION, Stage, list_stages
from mnist_app.web import inside_view


def stages(model: str) -> list[Stage]:
    return list_stages(model_store.find_model(model))


def test_stages_of_a_kind_are_counted():
    names = [titled.name for titled in inside_view.name_stages(stages("dropout"))]
    assert names == ["Convolution 1", "Pooling 1", "Convolution 2", "Pooling 2"]
    assert [titled.name for titled in inside_view.name_stages(stages("minimal"))] == ["Convolution", "Pooling"]


def test_stages_are_described_in_words():
    convolution, pooling = (inside_view.describe(stage).replace("\u00a0", " ") for stage in stages("minimal"))
    assert convolution.startswith("32 maps of 26 × 26 pixels; each looks")
    assert convolution.endswith("pattern of 3 × 3. 320 weights.")
    assert "of 2 × 2 pixels only the strongest stays" in pooling
    assert "paper becomes −1" in inside_view.describe(stages("flagship")[0])


@pytest.mark.parametrize(("value", "said"), [(-1.0, "What is below 0 becomes 0: **0.000**"), (2.0, "is **2.000**")])
def test_a_sum_in_words(value, said):
    before = np.full((1, 1, 1), value, np.float32)
    stage = Stage("a", CONVOLUTION, (1, 1, 1), (1, 1, 1), kernel=np.ones((1, 1, 1, 1)), bias=np.zeros(1), relu=True)
    text = inside_view.say_sum(explain_pixel(before, stage, 0, 0, 0), stage)
    assert said in text
    assert f"+ 0.000 (always added) = **{value:.3f}**".replace("-", "−") in text


def test_a_sum_over_many_maps_says_how_much_the_others_add():
    before = np.arange(1, 9, dtype=np.float32).reshape(1, 1, 8)
    stage = Stage("a", CONVOLUTION, (1, 1, 8), (1, 1, 1), kernel=np.ones((1, 1, 8, 1)), bias=np.ones(1), relu=True)
    pixel = explain_pixel(before, stage, 0, 0, 0)
    text = inside_view.say_sum(pixel, stage)
    assert "8.000 + 7.000 + 6.000 + 5.000 + 4.000 + 3.000 + 3.000 (the 2 other maps) + 1.000 (always added)" in text
    shown = inside_view.show_parts(pixel, "the picture")
    assert [f">map {i}<" in shown for i in (8, 3, 2)] == [True, True, False]


def test_small_sums_are_written_out():
    stage = stages("minimal")[0]
    pixel = explain_pixel(np.ones((28, 28, 1), np.float32), stage, 0, 0, 0)
    assert inside_view.show_products(pixel).count("<td") == 9
    wide = stages("minimal")[1]
    assert not inside_view.show_products(explain_pixel(np.ones((26, 26, 32), np.float32), wide, 0, 0, 0))


def test_all_cells_of_a_stage_are_there():
    (first, *_), maps = inside_view.name_stages(stages("flagship")[5:]), np.random.default_rng(0).random((8, 8, 64))
    cells = inside_view.stage_cells(first, maps)
    assert cells.columns * cells.rows >= cells.count == 64 == len(cells.names)
    assert inside_view.chooser_cells(first, maps, 3).chosen == 3
