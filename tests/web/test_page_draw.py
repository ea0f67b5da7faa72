import html
import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.insight.exam import Case
from mnist_app.network.classifier import load_classifier
from mnist_app.network.model_store import find_model, list_models
from mnist_app.reading import front_door
from mnist_app.web import navigation, paper
from mnist_app.web.examples import draw_example
from mnist_app.web.paper import PEN, SIZE
from mnist_app.web.strokes import Stroke

APP = Path(__file__).parents[2] / "app.py"


def inject(page: AppTest, strokes: list[Stroke]) -> AppTest:
    """Run the page as if the strokes had been drawn."""
    page.session_state["drawing"] = {"strokes": strokes}
    return page.run()


def answer(page: AppTest) -> tuple[str, str]:
    """The large answer and its sentence."""
    assert not page.exception
    block = next(element.proto.body for element in page.get("html") if 'role="status"' in element.proto.body)
    large, sentence = re.findall(r">([^<>]*)</div>", html.unescape(block))[:2]
    return large, sentence


def moved(strokes: list[Stroke], by: float) -> list[Stroke]:
    return [Stroke(width=stroke["width"], points=[(x + by, y) for x, y in stroke["points"]]) for stroke in strokes]


def own_case(page: AppTest) -> Case:
    """What the network says of the digit that the page keeps for others."""
    image = page.session_state["session"].digit
    outputs = load_classifier(find_model()).predict(image[np.newaxis])
    return Case(image, outputs.y_prob[0], outputs.features[0])


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=30).run()


def test_empty_paper_says_so_and_predicts_nothing(page):
    assert "empty" in answer(page)[1]
    bars = page.get("html")[-1].proto.body
    assert "%;background:#0072B2" not in bars


@pytest.mark.parametrize("digit", [1, 4, 8])
def test_a_drawing_is_read(page, digit):
    large, sentence = answer(inject(page, draw_example(digit, SIZE, PEN)))
    assert large == str(digit)
    assert "%" in sentence


def test_several_digits_are_a_number_and_each_can_be_looked_at(page):
    four, two = draw_example(4, SIZE, PEN), draw_example(2, SIZE, PEN)
    inject(page, moved(four, -120) + moved(two, 120))
    assert answer(page)[0] == "42"
    look = page.segmented_control(key="digit_2")
    assert look.options == ["4", "2"]
    look.set_value(1).run()
    assert "read as 2" in page.image[0].proto.imgs[0].alt


def test_a_dash_is_not_a_digit(page):
    dash = Stroke(width=PEN, points=[(150, 150), (330, 152)])
    large, sentence = answer(inject(page, [dash]))
    assert large == "?"
    assert sentence.startswith("I don't think this is a digit")


def test_ink_beside_a_digit_that_was_left_out_is_said_and_marked_where_it_lies(page, monkeypatch):
    told = []
    monkeypatch.setattr(paper, "_show", lambda data, **_: told.append(data["left_out"]))
    cross = [Stroke(width=PEN, points=[(350, 220), (450, 330)]), Stroke(width=PEN, points=[(450, 220), (350, 330)])]
    large, sentence = answer(inject(page, moved(draw_example(3, SIZE, PEN), -120) + cross))
    assert large == "3"
    assert sentence.endswith("The dashed ink was left out: I don't think this is a digit.")
    (mark,) = told[-1]
    np.testing.assert_allclose(mark["box"], (350, 220, 100, 110), atol=25)
    assert mark["reason"] == "I don't think this is a digit"
    assert "dashed" not in answer(inject(page, draw_example(3, SIZE, PEN)))[1]
    assert not told[-1]


def test_an_example_is_loaded_as_strokes(page):
    page.button(key="example_7").click().run()
    assert answer(page)[0] == "7"


def test_the_drawing_is_there_after_a_visit_to_another_page(page):
    page.button(key="example_7").click().run()
    page.switch_page(navigation.DATA.path).run()
    page.switch_page(navigation.DRAW.path).run()
    assert answer(page)[0] == "7"


def test_the_way_is_shown_on_demand(page):
    page.button(key="example_3").click().run()
    page.session_state["way"] = True
    page.run()
    assert not page.exception
    assert [image.proto.imgs[0].alt.split(":")[0] for image in page.image[1:]] == [
        "How dark it is", "Ink or paper", "Made small", "Centred",
    ]  # fmt: skip
    assert "The digit alone" in next(m.value for m in page.markdown if "Made larger or smaller" in m.value)


def test_all_networks_say_what_they_read(page):
    page.session_state["networks"] = True
    assert any("Draw a digit first" in element.value for element in page.run().markdown)
    page.button(key="example_4").click().run()
    said = page.table[0].value.set_index("Network")
    assert set(said.index) == {model.name for model in list_models()}
    assert said["Reads"]["flagship"] == "4"
    assert said["How sure"].str.endswith("%").all()


def test_a_drawing_leads_on_to_its_detail_and_to_test_digits_read_like_it(page):
    assert [link.label for link in page.page_link] == ["Draw a 7 that it cannot read"]
    page.button(key="example_4").click().run()
    closer, inside, confused, *_ = page.page_link  # the tour and the challenge come last
    for link in (closer, inside):
        assert "which=your+own&own=" in link.proto.query_string
    second = np.argsort(own_case(page).y_prob)[-2]
    assert confused.label == f"Test digits read as 4, second guess {second}", "a link says what it opens"
    assert f"predicted=4&second={second}&answer=all&sort=smallest+margin" in confused.proto.query_string


def test_where_the_judge_is_broken_one_digit_is_read_and_the_page_says_so(page, monkeypatch):
    def fail() -> None:
        raise ValueError("judge.npz of the model 'detector' cannot be used: it is cut short.")

    monkeypatch.setattr(front_door, "load_judge", fail)
    assert answer(inject(page, draw_example(7, SIZE, PEN)))[0] == "7"
    assert page.warning[0].value == (
        "judge.npz of the model 'detector' cannot be used: it is cut short. Only one digit at a time can be read."
    )
