import html
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.web import navigation
from mnist_app.web.examples import draw_example
from mnist_app.web.paper import PEN, SIZE

APP = Path(__file__).parents[2] / "app.py"


def open_game(name: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.query_params.update(model="minimal", game=name)
    return page.switch_page(navigation.CHALLENGE.path).run()


def answer(page: AppTest) -> tuple[str, str]:
    """The large answer and its sentence."""
    assert not page.exception
    block = next(element.proto.body for element in page.get("html") if 'role="status"' in element.proto.body)
    large, sentence = re.findall(r">([^<>]*)</div>", html.unescape(block))[:2]
    return large, sentence


def button(page: AppTest, label: str):
    return next(one for one in page.button if one.label == label)


def draw(page: AppTest, digit: int) -> AppTest:
    page.session_state["challenge"] = {"strokes": draw_example(digit, SIZE, PEN)}
    return page.run()


@pytest.fixture
def page() -> AppTest:
    return open_game("Fool it")


def test_a_7_that_only_the_network_misreads_goes_into_the_gallery(page):
    assert any("more than half of them must read a 7" in said.value for said in page.markdown)
    draw(page, 7)
    assert answer(page)[0] == "7"
    assert "Change it a little" in answer(page)[1]
    assert button(page, "Keep it, and draw another").disabled
    page.slider(key="challenge_turn").set_value(-60)
    page.slider(key="challenge_slant").set_value(-30)
    page.run()
    assert answer(page)[0] != "7"
    assert answer(page)[1].endswith("Fooled!")
    button(page, "Keep it, and draw another").click().run()
    assert "empty" in answer(page)[1]
    assert page.slider(key="challenge_turn").value == 0
    (kept,) = page.session_state["session"].challenge.hard
    assert (kept.asked, kept.by) == (7, "minimal")
    assert any("7 read as" in caption.value for caption in page.caption)


def test_another_digit_does_not_count_as_a_7(page):
    draw(page, 4)
    assert answer(page)[0] == "4"
    assert answer(page)[1].endswith("Too few: this does not count.")
    assert button(page, "Keep it, and draw another").disabled


def test_ten_digits_against_the_clock():
    page = open_game("Against the clock")
    button(page, "Start").click().run()
    asked = answer(page)[0]
    draw(page, int(asked))
    assert not page.exception
    race = page.session_state["session"].challenge.race
    assert race.done == 1
    assert answer(page)[0] == str(race.asked), "the next one is asked for at once"
    for _ in range(9):
        button(page, "Skip").click().run()
    assert answer(page)[0].endswith(" s")
    assert "9 of them skipped" in answer(page)[1]
    button(page, "Again").click().run()
    assert "Digit 1 of 10" in answer(page)[1]
