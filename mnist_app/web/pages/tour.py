"""The tour, step by step, for who wants to begin or to go on."""

import streamlit as st

from mnist_app.web import navigation, tour

st.title("Tour")
st.write("Five steps, about five minutes. Each says what to look at and leads to the next; leave whenever you like.")
for number, step in enumerate(tour.STEPS, start=1):
    tour.link(number, f"**{number}. {step.title}**")
    st.caption(step.look_at)
st.page_link(navigation.LESSON.path, label="For a class: a lesson of 45 minutes", icon=navigation.LESSON.icon)
