"""Use it elsewhere: lines to copy that ask this app's API, and the three that need no server."""

import json

import streamlit as st

from mnist_app.network import model_store
from mnist_app.web import elsewhere, navigation, ui
from mnist_app.web.api import answers, description
from mnist_app.web.api.forms import SEVEN, Drawing

KINDS = {"A picture": elsewhere.PICTURE, "A drawing": elsewhere.DRAWING}
ABOUT = {
    "A picture": (
        "Put a photo, a scan or a drawing with the name `note.jpg` into the folder that you run this in. In a web "
        "page, JavaScript sends the file that the visitor has chosen."
    ),
    "A drawing": "Strokes of a pen, each a list of the points that it went through: here a 7. Nothing else is needed.",
}
MORE = (
    "After the address, `?digits=one` says that there is one digit alone, and `?model=` which network reads: {models}."
)
BOXES = " `?boxes=31,40,52,88` has just this box read: x, y, width and height in pixels."


@st.cache_data(max_entries=1, show_spinner=False)
def example_answer(model: str) -> str:
    """What comes back for the drawing that the lines send, where a model reads it."""
    return json.dumps(answers.answer_drawing(Drawing.model_validate(SEVEN | {"model": model})))


def show_lines(address: str) -> None:
    """Show the lines in the three languages, for a picture or a drawing."""
    kind = st.segmented_control(
        "What to send", list(KINDS), default="A picture", required=True, key="send", label_visibility="collapsed"
    )
    st.write(ABOUT[kind])
    lines = elsewhere.fill_in(KINDS[kind], address)
    for tab, code in zip(st.tabs(list(lines)), lines.values(), strict=True):
        tab.code(code, language=None, wrap_lines=True)  # Streamlit's colours of a language are too light to read
    more = MORE.format(models=", ".join(f"`{model.name}`" for model in model_store.list_models()))
    st.write(more + (BOXES if kind == "A picture" else ""))


def show_addresses(address: str) -> None:
    """Show all that can be asked, and where programs learn the rest."""
    rows = [
        {"Method": method.upper(), "Address": path, "What for": call["summary"]}
        for path, methods in description.describe()["paths"].items()
        for method, call in methods.items()
    ]
    st.table(rows, hide_index=True, alt="Table: the addresses that programs can ask")
    st.write(f"[{address}/openapi.json]({address}/openapi.json) describes all of it to programs (OpenAPI).")


st.title("Use it elsewhere")
st.write("Other programs can have pictures read, too: by asking this app, or in Python without it.")
comparable, others = ui.list_models()
address = elsewhere.server_address(st.context.url, navigation.ELSEWHERE.address)
st.header("Ask this app")
show_lines(address)
st.header("What comes back")
st.write(
    "The digits in reading order, each with how sure the network is, its box and the probability of 0 to 9; and what "
    "was left out, with the reason. What cannot be read comes back with a sentence that says why."
)
st.code(example_answer((comparable + others)[0].name), language=None, wrap_lines=True)
st.header("All addresses")
show_addresses(address)
st.header("In Python, without a server")
st.write("In the folder of this program, or with it on Python's path:")
st.code(elsewhere.IN_PYTHON, language=None, wrap_lines=True)
