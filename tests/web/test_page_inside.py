from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.digits.changes import Change
from mnist_app.insight import inside
from mnist_app.network import model_store, snapshots, stages
from mnist_app.network.classifier import load_model
from mnist_app.network.stages import Stages
from mnist_app.reading import wording
from mnist_app.web import navigation, visitor_digit
from mnist_app.web.session import Session

APP = Path(__file__).parents[2] / "app.py"
MODELS = [model.name for model in model_store.list_models()]


def open_page(image: np.ndarray | None = None, **query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60).switch_page(navigation.INSIDE.path)
    page.query_params.update(query)
    if image is not None:
        page.session_state["session"] = Session(digit=image)
    page.run()
    assert not page.exception
    return page


def texts(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown)


def answer(page: AppTest) -> str:
    return next(element.value for element in page.markdown if element.value.startswith("**Answer"))


def expected(image: np.ndarray, model: str) -> str:
    y_prob = load_model(model).predict(image[np.newaxis]).y_prob[0]
    return f"**Answer: {y_prob.argmax()}**, {wording.percent(y_prob.max())}"


@pytest.mark.parametrize("model", MODELS)
def test_every_network_is_shown_with_its_answer(model, mnist_test):
    page = open_page(model=model, no="4")
    assert answer(page) == expected(mnist_test[0][4], model)
    assert "One pixel is one sum" in texts(page)
    favourites = [int(link.label.removeprefix("No. ")) for link in page.page_link if link.label.startswith("No. ")]
    assert len(favourites) == inside.FAVOURITES


def test_the_address_chooses_map_and_pixel_and_the_sum_is_theirs(mnist_test):
    page = open_page(model="minimal", no="0", stage="1", map="6", pixel="8,9")
    value = Stages(model_store.find_model("minimal")).run(mnist_test[0][:1])[0][0, 7, 8, 5]
    assert "Map 6 of Convolution" in [element.value for element in page.header]
    said = next(element.value for element in page.markdown if "products are added up" in element.value)
    assert said.endswith(f"**{value:.3f}**.")
    numbers = inside.load_favourites(model_store.find_model("minimal"))[0][5]
    assert [link.label for link in page.page_link if link.label.startswith("No. ")] == [f"No. {i}" for i in numbers]


def test_pooling_and_contrast_are_explained_too():
    assert "The strongest of" in texts(open_page(model="minimal", stage="2"))
    assert "on either side of 0" in texts(open_page(model="swift", stage="1"))
    assert "over all 16 maps of Convolution 1; here the 6" in texts(open_page(model="swift", stage="3"))


@pytest.mark.parametrize("wrong", [{"stage": "9"}, {"map": "99"}, {"map": "x"}, {"pixel": "27,1"}, {"pixel": "0,0"}])
def test_a_choice_that_is_none_is_the_first(wrong):
    assert texts(open_page(model="minimal", **wrong)) == texts(open_page(model="minimal"))


def test_sliders_change_the_digit_and_the_answer_and_go_back(mnist_test):
    page = open_page(model="minimal", no="0")
    page.slider(key="change_turn").set_value(90).run()
    turned = Change(turn=90).apply(mnist_test[0][0])
    assert answer(page) == expected(turned, "minimal") != expected(mnist_test[0][0], "minimal")
    assert any("no longer as 7" in element.value for element in page.markdown)
    next(button for button in page.button if button.label == "As it was").click().run()
    assert answer(page) == expected(mnist_test[0][0], "minimal")


def test_your_own_digit_comes_first(mnist_test):
    assert answer(open_page(mnist_test[0][5], model="minimal")) == expected(mnist_test[0][5], "minimal")
    page = open_page(model="minimal", which=visitor_digit.OWN)
    assert "no digit of yours" in page.info[0].value


def test_how_it_learned_goes_from_chance_to_the_answer(mnist_test):
    page = open_page(model="flagship", no="0")
    found = snapshots.load(model_store.find_model("minimal"))
    for epoch in snapshots.EPOCHS:
        page.select_slider(key="epoch").set_value(epoch).run()
        y_prob = found.after(epoch).answer(mnist_test[0][0])
        last = [element.value for element in page.markdown if element.value.startswith("**Answer")][-1]
        assert last == f"**Answer: {y_prob.argmax()}**, {wording.percent(y_prob.max())}"
        assert any(f"it now reads {found.after(epoch).accuracy:.1%} right" in caption.value for caption in page.caption)


def test_a_network_without_stages_says_so(monkeypatch):
    monkeypatch.setattr(stages, "FILE", "none")
    assert "inside --model flagship" in open_page().info[0].value


def test_the_digit_page_leads_here():
    page = AppTest.from_file(str(APP), default_timeout=60).switch_page(navigation.DIGIT.path)
    page.query_params.update(no="12")
    page.run()
    link = next(link for link in page.page_link if link.label == "Inside")
    assert "no=12" in link.proto.query_string
