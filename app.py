"""The app's entry point: shows the pages of the table in `navigation`."""

import streamlit as st

from mnist_app.web import navigation
from mnist_app.web.navigation import Page


def to_streamlit(page: Page) -> st.Page:
    """Streamlit's object for a page of the table."""
    return st.Page(page.path, title=page.title, icon=page.icon, url_path=page.address, default=page is navigation.FIRST)


# Before the navigation: it would make the page's symbol the tab's icon, which browsers fetch from the internet.
st.set_page_config(page_icon="✍️", layout="wide")
page = st.navigation({group: list(map(to_streamlit, pages)) for group, pages in navigation.GROUPS.items()})
st.set_page_config(page_title=f"{page.title} · Handwritten digits")
st.html("<style>.stMainBlockContainer { padding-top: 3.5rem }</style>")  # phones are low
page.run()
