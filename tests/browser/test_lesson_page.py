"""The lesson as a teacher prints it."""

from playwright.sync_api import expect
from serving import wait_until_idle
from test_app import open_page


def test_on_paper_there_is_the_lesson_alone(visit):
    page = visit.page
    open_page(page, "Lesson")
    expect(page.get_by_role("heading", level=2)).to_have_count(6)
    wait_until_idle(page)
    links = page.get_by_test_id("stMain").get_by_role("link", name="Inside")
    expect(links).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(links).to_be_hidden()
    for heading in page.get_by_role("heading", level=2).all():
        expect(heading).to_be_visible()
    page.emulate_media(media="screen")
