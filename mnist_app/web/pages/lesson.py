"""A lesson of six stops, to do with a class or to print: the text of `docs/lesson.md`, with links to the pages."""

import streamlit as st

from mnist_app.web import lesson

title, *stops = lesson.read()
st.html(lesson.PRINTED)
st.title(title.heading)
st.markdown(title.text)
for stop in stops:
    with st.container(gap="xsmall", key=f"stop {stop.heading}"):
        st.header(stop.heading)
        st.markdown(stop.text)
        if page := stop.page:
            st.page_link(page.path, label=page.title, icon=page.icon)
