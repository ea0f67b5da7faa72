"""The app's entry point: the table of pages."""

import streamlit as st

PAGES = {
    "Read": [
        st.Page("mnist_app/pages/draw.py", title="Draw", icon=":material/draw:", default=True),
        st.Page("mnist_app/pages/upload.py", title="Upload", icon=":material/photo_camera:"),
    ],
    "Understand": [
        st.Page("mnist_app/pages/evaluation.py", title="Evaluation", icon=":material/grid_on:"),
        st.Page("mnist_app/pages/errors.py", title="Errors", icon=":material/search:"),
    ],
    "Learn": [
        st.Page("mnist_app/pages/data.py", title="Data", icon=":material/dataset:"),
        st.Page("mnist_app/pages/training.py", title="Training", icon=":material/model_training:"),
    ],
}

# Before the navigation: it would make the page's symbol the tab's icon, which browsers fetch from the internet.
st.set_page_config(page_icon="✍️", layout="wide")
page = st.navigation(PAGES)
st.set_page_config(page_title=f"{page.title} · Handwritten digits")
st.html("<style>.stMainBlockContainer { padding-top: 3.5rem }</style>")  # phones are low
page.run()
