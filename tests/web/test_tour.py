"""The tour and the lesson: every step and stop is there, and leads to a page that is."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.network import model_store
from mnist_app.web import lesson, navigation, tour
from mnist_app.web.examples import draw_example
from mnist_app.web.navigation import FIRST, Page
from mnist_app.web.paper import PEN, SIZE

APP = Path(__file__).parents[2] / "app.py"


def open_page(place: Page, **query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60)
    if place is not FIRST:
        page.switch_page(place.path)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    return page


def said(page: AppTest) -> str:
    return next((element.value for element in page.markdown if element.value.startswith("**Step ")), "")


@pytest.mark.parametrize("number", range(1, len(tour.STEPS) + 1))
def test_every_step_says_what_to_look_at_and_leads_on(number):
    step = tour.STEPS[number - 1]
    page = open_page(step.page, tour=str(number), **step.query)
    assert said(page).startswith(f"**Step {number} of 5: {step.title}.**")
    if number < len(tour.STEPS):
        following = tour.STEPS[number]
        (link,) = [link for link in page.page_link if link.label == f"Next: {following.title}"]
        assert (link.page, f"tour={number + 1}" in link.proto.query_string) == (following.page.address, True)
    next(button for button in page.button if button.label == "Leave the tour").click().run()
    assert not said(page)
    assert "tour" not in page.query_params


def test_a_step_is_shown_on_its_own_page_alone():
    assert not said(open_page(navigation.MAP, tour="2"))


def test_after_an_answer_draw_offers_the_tour():
    page = open_page(navigation.DRAW)
    assert not [link for link in page.page_link if "tour" in link.label]
    page.session_state["drawing"] = {"strokes": draw_example(4, SIZE, PEN)}
    page.run()
    (link,) = [link for link in page.page_link if "tour" in link.label]
    assert "tour=2" in link.proto.query_string


def test_the_pages_of_tour_and_lesson_lead_to_all_their_steps():
    steps = [link.page for link in open_page(navigation.TOUR).page_link]
    assert [step or FIRST.address for step in steps] == [*(step.page.address for step in tour.STEPS), "lesson"]
    stops = [link.page for link in open_page(navigation.LESSON).page_link]
    assert [stop or FIRST.address for stop in stops] == [part.page.address for part in lesson.read()[1:]]


def test_the_famous_error_is_one_of_all_networks(mnist_test):
    assert mnist_test[1][tour.FAMOUS] == 5
    assert {model.test_outputs()[0][tour.FAMOUS].argmax() for model in model_store.list_models()} == {3}


def test_the_lesson_has_six_stops_in_45_minutes():
    beginning, *stops = lesson.read()
    assert len(stops) == 6
    assert sum(stop.minutes for stop in stops) == 45
    for stop in stops:
        assert stop.page, "its page exists"
        assert all(f"- **{what}**: " in stop.text for what in ("Do", "Ask", "See")), stop.heading
    assert "Six stops, 45 minutes" in beginning.text
