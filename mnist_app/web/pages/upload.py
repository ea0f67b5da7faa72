"""Upload: pictures of digits, their numbers as text, and corrections by hand."""

import io
import json
from typing import Any

import streamlit as st
from PIL import Image

from mnist_app.reading import wording
from mnist_app.reading.answer import to_answer
from mnist_app.reading.picture_files import SUFFIXES
from mnist_app.web import doors, picture_card, taught, ui
from mnist_app.web.examples import compose_page
from mnist_app.web.lost_files import say_lost
from mnist_app.web.picture_card import Answer
from mnist_app.web.session import PictureFile

EXAMPLES: dict[str, dict[str, Any]] = {
    "Try a page": {"seed": 0},
    "Try ruled paper in bad light": {"seed": 3, "ruled": True},
}
CARDS = 5  # files shown at a time
# Beside a picture, the answer stays in view while one corrects.
STYLE = """<style>
[class*="st-key-number"] code { font-size: 1.75rem; line-height: 1.3 }
@media (min-width: 640px) {
    [data-testid="stLayoutWrapper"]:has(> [class*="st-key-answer"]) { position: sticky; top: 4.5rem }
}
</style>"""


def choose_files() -> list[PictureFile]:
    """Let the user choose pictures, take one, or try an example; returns them."""
    source = st.segmented_control(
        "Where from", ["Files", "Camera"], default="Files", required=True, key="source", label_visibility="collapsed"
    )
    if source == "Camera":
        photo = st.camera_input("Hold a page of digits into the camera", key="camera")
        say_lost("camera")
        return ui.session().take([photo] if photo else [], "camera.jpg")
    types = [suffix[1:] for suffix in SUFFIXES]
    uploads = st.file_uploader(
        "Pictures of handwritten digits", types, accept_multiple_files=True, key="files", help=doors.TOO_MUCH
    )
    lost = say_lost("files")
    return ui.session().take(uploads) or ([] if lost else choose_example())


def choose_example() -> list[PictureFile]:
    """Offer pages to try for those who have no picture at hand."""
    st.write("A photo of a page, a scan or a drawing, with any number of digits in rows. Nothing at hand?")
    session = ui.session()
    with st.container(horizontal=True):
        for name in EXAMPLES:
            st.button(name, on_click=session.choose_example, args=[name])
    return [example_file(session.example)] if session.example else []


@st.cache_resource(max_entries=len(EXAMPLES), show_spinner=False)
def example_file(name: str) -> PictureFile:
    """One of the example pages as a PNG file."""
    _, test = ui.load_digits()
    file = io.BytesIO()
    Image.fromarray(compose_page(test, **EXAMPLES[name])).save(file, "PNG")
    return PictureFile(f"{name.removeprefix('Try ').capitalize()}.png", file.getvalue())


def show_numbers(read: list[tuple[PictureFile, Answer]]) -> None:
    """Show the numbers of several files as a table."""
    rows = [
        {
            "Picture": file.name,
            "Number": answer.reading.text.replace("\n", " "),
            "Least sure": wording.least_sure(answer.reading),
            "Why it was not read": answer.error or "",
        }
        for file, answer in read
    ]
    st.dataframe(rows, hide_index=True, alt="The number read in each file")


def offer_results(read: list[tuple[PictureFile, Answer]]) -> None:
    """Offer all files' answers for download."""
    results = [to_answer(file.name, answer.reading, answer.error) for file, answer in read]
    with st.container(horizontal=True):
        ui.offer_csv(lambda: [wording.flatten_answer(result) for result in results], "digits")
        st.download_button(
            "JSON",
            json.dumps(results, indent=1),
            "digits.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
        )


st.title("Upload pictures")
model = ui.pick_model(tested_here=False)
st.html(STYLE)
files = choose_files()
if not files:
    st.stop()

head = taught.head(model.name)
read = [(file, picture_card.read_corrected(file, model, head)) for file in files]
if len(read) > 1:
    show_numbers(read)
pages = -(-len(read) // CARDS)
page = st.pagination(pages, key="page") if pages > 1 else 1
for file, answer in read[(page - 1) * CARDS : page * CARDS]:
    picture_card.show_card(file, model, head, answer, alone=len(files) == 1)
offer_results(read)
