"""The app's entry point: the pages of the table in `navigation`, and the API beside them.

`streamlit run app.py` comes here once to start the server, and again for every visitor to show a page.
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit import runtime

from mnist_app.web import address, connection, log, navigation, tour
from mnist_app.web.api.routes import make_routes
from mnist_app.web.cookie import VisitorCookie
from mnist_app.web.doors import Doors
from mnist_app.web.housekeeping import keep_house
from mnist_app.web.navigation import Page

STYLE = Path(__file__).parent / "mnist_app/web/style.css"


def to_streamlit(page: Page) -> st.Page:
    """Streamlit's object for a page of the table."""
    return st.Page(page.path, title=page.title, icon=page.icon, url_path=page.address, default=page is navigation.FIRST)


def show_page() -> None:
    """Show the navigation, and the page that the visitor chose."""
    # Before the navigation: it would make the page's symbol the tab's icon, which browsers fetch from the internet.
    st.set_page_config(page_icon="✍️", layout="wide")
    groups = {group: list(map(to_streamlit, pages)) for group, pages in navigation.GROUPS.items()}
    page = st.navigation(groups, expanded=True)  # of more than a dozen pages, some would hide behind "View more"
    st.set_page_config(page_title=f"{page.title} · Handwritten digits")
    st.html(STYLE)
    connection.say_if_lost()
    if st.session_state.setdefault("address_is_new", True):  # later, its words are the widgets'
        address.drop_nonsense()
        st.session_state["address_is_new"] = False
    address.follow(page.title)
    tour.show(page.title)
    page.run()


if runtime.exists():
    show_page()
else:
    app = st.App(
        __file__,
        routes=make_routes(),
        middleware=[Middleware(Doors), Middleware(VisitorCookie)],
        on_script_error=log.note_page_error,
        lifespan=keep_house,
    )
