"""Every page, for everyone: axe-core's rules, nothing that is cut, room for a finger, and a focus that is seen."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect
from serving import IDLE, SECONDS, Server, wait_until, wait_until_idle

from mnist_app.web.navigation import CHALLENGE, CONFIDENCE, ERRORS, FIRST, PAGES, UPLOAD

# What axe-core finds in Streamlit itself: the rule, where, and why it is none of ours.
STREAMLITS = (
    ("list", "[data-testid=stSidebarNav]", "Its navigation groups pages by <div> in <ul>."),
    ("listitem", "[data-testid=stSidebarNav]", "The same, seen from the pages."),
    ("presentation-role-conflict", "[data-testid=stFileUploaderDropzone]", "tabindex of streamlit pull request 15928."),
)
WIDE, PHONE = {"width": 1440, "height": 900}, 390
NARROW = ((360, 800), (720, 450))  # a small phone, and a desk's window at 200 %
# Besides the pages as they open, what people meet there after some clicks.
STATES = {
    "a digit drawn": ("", ".st-key-example_4 button", "summary:has-text('What all networks say')"),
    "a page read": (UPLOAD.address, "button:has-text('Try a page')"),
    "errors of a 4": (f"{ERRORS.address}?true=4",),
    "a chart's figures": (CONFIDENCE.address, "summary:has-text('Its figures')"),
    "a 7 without a pen": (CHALLENGE.address, "summary:has-text('Without a pen')", "button:has-text('ready-made')"),
}
PLACES = {page.title: ("" if page is FIRST else page.address,) for page in PAGES} | STATES

FIND = """async ([streamlits, rules]) => {
    const options = {resultTypes: ['violations'], ...(rules && {runOnly: rules})};
    const own = (rule, {target}) => !streamlits.some(([known, place]) =>
        rule === known && document.querySelector([target[0]].flat()[0])?.closest(place));
    return (await axe.run(document, options)).violations.flatMap(({id, impact, nodes}) =>
        nodes.filter(node => own(id, node)).map(({html, failureSummary}) =>
            `${impact} ${id}: ${html} ${failureSummary}`));
}"""
CUT = """() => [...document.querySelectorAll('html, [data-testid=stMain], [data-testid=stMain] *')].filter(element => {
    const hidden = ['hidden', 'clip'].includes(getComputedStyle(element).overflowX);
    const whole = element.matches('html, [data-testid=stMain]');
    return (whole || hidden && element.clientWidth > 3 && element.innerText?.trim())
        && element.scrollWidth > element.clientWidth + 1 && !element.closest('[data-testid=stFileUploader]');
}).map(element => `${element.tagName} ${element.innerText.slice(0, 60)}`)"""
CONTROLS = (
    "[kind], [role=radio], [role=tab], summary, [data-testid=stPageLink-NavLink], [data-testid=stPagination] button, "
    ":is([data-testid=stSelectbox], [data-testid=stNumberInput], [data-testid=stTextInput]) :is(input, button)"
)
# Without Streamlit's own: the symbols over a picture or chart, the sign of a heading's link.
SMALL = """controls => [...document.querySelector('[data-testid=stMain]').querySelectorAll(controls)]
    .filter(control => !control.matches('[kind=elementToolbar], [aria-label^=Help]'))
    .map(control => [control.getBoundingClientRect(), control.innerText || control.ariaLabel])
    .filter(([{width, height}]) => width > 1 && height > 1 && Math.min(width, height) < 44)
    .map(([{width, height}, name]) => `${name}: ${width} x ${height}`)"""
THEME = "theme => getComputedStyle(document.querySelector('.stApp')).colorScheme === theme"
STYLED = "() => getComputedStyle(document.querySelector('.stMainBlockContainer')).paddingTop === '56px'"
STEPS = 25
UNSEEN = """() => {
    let at = document.activeElement;
    while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    const shown = at.closest('[data-testid=stSlider] :has(> div > input)') ?? at;
    const unseen = at !== document.body && getComputedStyle(shown).outlineStyle === 'none';
    return unseen ? [at.outerHTML.slice(0, 120)] : [];
}"""


@pytest.fixture(params=PLACES)
def page(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Page]:
    """A place, opened by its address on a screen that can be touched."""
    page = browser.new_page(viewport=WIDE, has_touch=True, is_mobile=True)
    address, *clicks = PLACES[request.param]
    page.goto(f"{server.url}/{address}")
    page.get_by_role("heading", level=1).wait_for(timeout=SECONDS)
    wait_until(page, STYLED)
    page.add_style_tag(content="* { transition: none !important }")  # a theme's colours come at once
    expect(page.locator(IDLE)).to_be_visible(timeout=SECONDS)
    for click in clicks:
        page.locator(click).first.click()
        wait_until_idle(page)
    yield page
    page.close()


def ask_axe(page: Page, width: int) -> list[str]:
    """What axe-core finds in both themes; the window is made as high as the page, for it sees nothing beyond."""
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": height})
    found = []
    for theme, rules in (("dark", ["color-contrast"]), ("light", None)):  # a theme changes nothing but colours
        page.emulate_media(color_scheme=theme)
        wait_until(page, THEME, theme)
        found += [f"{theme}, {width} pixels wide: {said}" for said in page.evaluate(FIND, [STREAMLITS, rules])]
    return found


def unseen_focus(page: Page) -> list[str]:
    """What has the focus without showing it, of the first that the key Tab goes through."""
    found = []
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        found += page.evaluate(UNSEEN)
    return found


def test_a_page_is_for_everyone(page):
    page.evaluate(AXE_SCRIPT)
    assert not ask_axe(page, WIDE["width"])
    assert not ask_axe(page, PHONE)
    for width, height in NARROW:
        page.set_viewport_size({"width": width, "height": height})
        with suppress(TimeoutError):  # a chart takes a moment to follow
            wait_until(page, f"!({CUT})().length", patience=SECONDS / 4)
        assert not page.evaluate(CUT), f"cut at {width} pixels"
        assert not page.evaluate(SMALL, CONTROLS), f"too small for a finger at {width} pixels"
    assert not unseen_focus(page)
