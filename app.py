"""The app's entry point: the table of pages."""

import streamlit as st

from mnist_app import own

PAGES = {
    "Read": [
        st.Page("mnist_app/pages/draw.py", title="Draw", icon=":material/draw:", default=True),
        st.Page("mnist_app/pages/upload.py", title="Upload", icon=":material/photo_camera:"),
    ],
    "Understand": [
        st.Page("mnist_app/pages/evaluation.py", title="Evaluation", icon=":material/grid_on:"),
        st.Page("mnist_app/pages/confidence.py", title="Confidence", icon=":material/speed:"),
        st.Page("mnist_app/pages/gallery.py", title="Errors", icon=":material/search:"),
        st.Page("mnist_app/pages/map.py", title="Map", icon=":material/map:"),
        st.Page("mnist_app/pages/slices.py", title="Weak spots", icon=":material/trending_down:"),
        st.Page("mnist_app/pages/labels.py", title="Labels", icon=":material/label:"),
        st.Page("mnist_app/pages/digit.py", title="Digit", icon=":material/center_focus_strong:"),
    ],
    "Learn": [
        st.Page("mnist_app/pages/models.py", title="Models", icon=":material/leaderboard:"),
        st.Page("mnist_app/pages/data.py", title="Data", icon=":material/dataset:"),
        st.Page("mnist_app/pages/training.py", title="Training", icon=":material/model_training:"),
    ],
}

# Before the navigation: it would make the page's symbol the tab's icon, which browsers fetch from the internet.
st.set_page_config(page_icon="✍️", layout="wide")
page = st.navigation(PAGES)
st.set_page_config(page_title=f"{page.title} · Handwritten digits")
st.html("<style>.stMainBlockContainer { padding-top: 3.5rem }</style>")  # phones are low
if page.title == "Draw":
    own.trace_on_canvas()
page.run()
