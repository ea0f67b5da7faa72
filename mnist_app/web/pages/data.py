"""The digits that the networks learn from: samples, balance, averages, and what augmentation makes of them."""

from dataclasses import asdict
from pathlib import Path
from typing import Literal

import numpy as np
import streamlit as st

from mnist_app.digits import circumstances, synthesis
from mnist_app.digits.augmentation import AUGMENTATIONS, Augmentation, augment
from mnist_app.digits.skeletons.other_hands import HABITS
from mnist_app.insight.charts.learning import balance_chart, balance_rows
from mnist_app.insight.charts.pictures import contact_sheet, mean_images
from mnist_app.reading.detecting.detector import DETECTOR
from mnist_app.settings import MODELS_FOLDER
from mnist_app.web.charts import show_chart
from mnist_app.web.ui import enlarge, load_digits

SAMPLES = 20
CHANGES = {
    "rotation": "turned by up to {:.0f}°",
    "scale": "up to {:.0%} larger or smaller",
    "aspect": "up to {:.0%} wider or narrower",
    "shear": "slanted by up to {:.0%} of the height",
    "shift": "moved by up to {:g} px",
    "elastic": "bent by about {:g} px",
    "stroke": "thicker or thinner lines in {:.0%} of the copies",
    "broken": "a gap in the ink in {:.0%}",
    "blurred": "out of focus in {:.0%}",
    "faded": "fainter ink in {:.0%}",
    "lined": "a piece of a ruled line at the border in {:.0%}",
    "hollow": "only the outline of the strokes in {:.0%}",
    "crossed": "a line through the digit in {:.0%}",
    "banded": "the edge of the sheet in {:.0%}",
    "shaded": "bad light in {:.0%}",
    "grainy": "grain, as photos in the dark have, in {:.0%}",
}
WRITTEN = 15  # digits of a habit
PARTS = {"train": "To learn from", "validation": "To choose by", "test": "To test with"}


@st.cache_data(max_entries=1, show_spinner=False)
def mean_digits() -> np.ndarray:
    """The average training image of each digit, `(10, 28, 28)`."""
    return mean_images(*load_digits()[0])


@st.cache_data(max_entries=1, show_spinner=False)
def draw_balance() -> dict:
    """Specification of the chart of how many there are of each digit."""
    (_, y_train), (_, y_test) = load_digits()
    return balance_chart(balance_rows(y_train, y_test)).to_dict()


@st.cache_data(max_entries=16, show_spinner=False)
def draw_synthetic(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Thirty digits and thirty other things, drawn by the program."""
    return synthesis.draw_digits(np.arange(30) % 10, seed), synthesis.draw_non_digits(30, seed)


@st.cache_data(max_entries=32, show_spinner=False)
def draw_hands(digit: int, seed: int) -> dict[str, np.ndarray]:
    """Digits in each habit of a digit that the program knows, by its name."""
    return {
        habit.name: synthesis.draw_habit(habit, WRITTEN, np.random.default_rng([seed, i]))
        for i, habit in enumerate(HABITS)
        if habit.digit == digit
    }


@st.cache_data(max_entries=32, show_spinner=False)
def draw_circumstances(images: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """The same digits in each of the circumstances, by its name."""
    rng = np.random.default_rng(seed)
    return {
        one.name: np.stack([circumstances.show(image, [one.change], rng) for image in images])
        for one in circumstances.CIRCUMSTANCES
    }


def show_sheet(
    images: np.ndarray, columns: int, caption: str, alt: str, width: int | Literal["stretch", "content"] = "stretch"
) -> None:
    """Show images in rows, as one picture."""
    sheet = contact_sheet(images, columns)
    st.image(enlarge(sheet, 5 * len(sheet)), caption=caption, width=width, alt=alt)


def again_button(label: str, key: str) -> int:
    """A button that changes the picture below it; returns how often it was pressed, which serves as a seed."""
    counter = f"{key}_presses"
    presses = st.session_state.setdefault(counter, 0) + st.button(label, key=key, icon=":material/casino:")
    st.session_state[counter] = presses
    return presses


def describe(augmentation: Augmentation) -> str:
    """Say in words what an augmentation does."""
    changes = [CHANGES[name].format(value) for name, value in asdict(augmentation).items() if value]
    return f"Each copy is {'; '.join(changes)}." if changes else "Nothing is changed: each copy equals the original."


def show_hands(x_train: np.ndarray, y_train: np.ndarray) -> None:
    """Show a digit as MNIST's writers write it, as others do, and in other circumstances."""
    st.header("Other hands")
    st.caption(
        "Elsewhere a 9 stands on a foot, a 7 has a bar, and a 4 looks like a flash of lightning. Such digits are rare "
        "in MNIST, so a network can learn from drawn ones, too."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        digits = sorted({habit.digit for habit in HABITS})
        digit = st.selectbox("Digit written elsewhere", digits, index=digits.index(9), width=180, key="elsewhere")
        seed = again_button("Write others", "hands")
    chosen = np.random.default_rng(seed).choice(np.flatnonzero(y_train == digit), WRITTEN, replace=False)
    with st.grid(4, min_column_width=150):
        show_sheet(x_train[chosen], 5, f"{digit} in MNIST", f"{WRITTEN} samples of the digit {digit} from MNIST")
        for name, images in draw_hands(digit, seed).items():
            show_sheet(images, 5, f"{digit} {name}", f"{WRITTEN} drawn samples of a {digit} {name}")
    st.caption(
        "These digits of MNIST in other circumstances: as a coarse scan, a form's square box or another pen shows them."
    )
    with st.grid(6, min_column_width=110):
        for name, images in draw_circumstances(x_train[chosen[:6]], seed).items():
            show_sheet(images, 3, name.capitalize(), f"Six samples of the digit {digit}: {name}")


def show_pages(sheets: dict[str, Path]) -> None:
    """Show generated pages of one part, which the user chooses."""
    st.header("Pages drawn by the program")
    st.caption(
        "What finds digits on a page learns from pages that the program draws: digits, words, print, drawings and "
        "photos, on every paper and in every light. Fonts, pictures and digits are split into three parts, so that no "
        "part knows another's. Which marks are digits beside others is learned from the first two, nothing from the "
        "third."
    )
    part = st.segmented_control(
        "Pages", list(sheets), format_func=PARTS.__getitem__, default=next(iter(sheets)), required=True, key="pages"
    )
    st.image(sheets[part], width="stretch", alt=f"Pages drawn by the program: {PARTS[part].lower()}")


(x_train, y_train), (_, y_test) = load_digits()

st.title("Data")
st.write(
    f"Look at the handwritten digits that the networks learn from: MNIST, {len(y_train):,} digits to train with and "
    f"{len(y_test):,} others to test with, each a picture of 28 × 28 pixels."
)

st.header("Samples")
rng = np.random.default_rng(again_button("Another handful", "handful"))
with st.grid(5, min_column_width=150):
    for digit in range(10):
        chosen = rng.choice(np.flatnonzero(y_train == digit), SAMPLES, replace=False)
        show_sheet(x_train[chosen], 5, f"{digit}", f"{SAMPLES} handwritten samples of the digit {digit}")

st.header("How many of each digit")
st.caption(
    "Each digit makes up about a tenth of both parts, so a network cannot win by guessing the most frequent one."
)
show_chart(
    draw_balance(),
    "Bar chart: share of each digit in the training and in the test digits, all between 9 and 11 percent",
    "balance",
)

st.header("The average of each digit")
st.caption("All training pictures of a digit on top of each other. Blurred places are where people write differently.")
with st.grid(5, min_column_width=60, gap="xsmall"):
    for digit, image in enumerate(mean_digits()):
        show_sheet(image[np.newaxis], 1, f"{digit}", f"The average of all pictures of the digit {digit}")

st.header("Augmentation: changed copies to learn from")
st.caption(
    "A network that sees every digit turned, bent and thickened a little anew each time learns to read more hands."
)
with st.container(horizontal=True):
    digit = st.selectbox("Digit", range(10), index=4, width=100)
    name = st.segmented_control("Augmentation", list(AUGMENTATIONS), default="flagship", required=True)
seed = again_button("Change anew", "change")
st.caption(describe(AUGMENTATIONS[name]))
rng = np.random.default_rng(seed)
original = x_train[rng.choice(np.flatnonzero(y_train == digit))]
copies = augment(np.repeat(original[np.newaxis], 12, axis=0), AUGMENTATIONS[name], rng)
left, right = st.columns([1, 4])
with left:
    show_sheet(original[np.newaxis], 1, "Original", f"The original: a handwritten {digit}", width=140)
with right:
    show_sheet(copies, 6, "12 changed copies", f"Twelve copies of that {digit}, changed by the augmentation {name}")

st.header("Drawn by the program")
st.caption(
    "MNIST was written by Americans and holds nothing but digits. Some networks therefore also learn from digits that "
    "the program draws, such as a 1 with a long upstroke or a crossed 7, and from things that are not a digit."
)
digits, others = draw_synthetic(again_button("Draw others", "drawn"))
left, right = st.columns(2)
with left:
    show_sheet(digits, 10, "Digits, each column another one", "Three rows of the digits 0 to 9, drawn by the program")
with right:
    show_sheet(others, 10, "Not a digit", "Thirty letters, scribbles and blots")

show_hands(x_train, y_train)

sheets = {part: MODELS_FOLDER / DETECTOR / f"pages-{part}.jpg" for part in PARTS}
if sheets := {part: path for part, path in sheets.items() if path.exists()}:
    show_pages(sheets)
