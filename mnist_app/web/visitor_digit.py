"""The visitor's digit: kept when it was read on Draw, or named by the address, for the pages that say more of it."""

import base64
import binascii
import re
import zlib
from collections.abc import Sequence

import numpy as np
import streamlit as st

from mnist_app.insight.exam import Case
from mnist_app.reading.answer import Digit
from mnist_app.settings import IMAGE_SIZE
from mnist_app.web import navigation, paper, taught, tracing, ui

PARAMETER = "own"  # of the address
TEST, OWN = ui.TEST_DIGIT, "your own"  # what a page about one digit shows
CONFUSED_HELP = (
    "What the network reads as it reads yours, with the same second guess, the closest first; most of it is read right."
)


def choose(digits: Sequence[Digit], key: str) -> Digit:
    """Return the digit to look at: of several, the one that the user chooses; the default is the least sure one."""
    if len(digits) == 1:
        return digits[0]
    least = min(range(len(digits)), key=lambda i: (digits[i].state == "typed", digits[i].confidence))
    labels = [str(digit.label) for digit in digits]
    # Streamlit knows options by their text: two that look alike differ in what nobody sees.
    apart = [label + "\N{ZERO WIDTH SPACE}" * labels[:i].count(label) for i, label in enumerate(labels)]
    chosen = st.segmented_control(
        "Look at one digit", range(len(digits)), default=least, format_func=apart.__getitem__,
        key=f"{key}_{len(digits)}", required=True, wrap=True,
    )  # fmt: skip
    return digits[chosen]


def image() -> np.ndarray | None:
    """The digit, `(28, 28)` uint8: the one in the address, else the last one; None where there is none yet."""
    session, named = ui.session(), decode(st.query_params.get(PARAMETER, ""))
    if named is not None and (session.digit is None or not np.array_equal(session.digit, named)):
        session.keep_digit(named, drawn=False)
    return session.digit


def pick(default: str, number: int) -> tuple[int | None, np.ndarray]:
    """Let the user choose a test digit or their own; the choice is in the address.

    Where they have none of their own, the page says so and ends.

    Args:
        default: one of `TEST` and `OWN`.
        number: of the test digit that is shown at first.

    Returns:
        The test digit's number, None for their own, and the digit, `(28, 28)` uint8.
    """
    images = ui.load_digits()[1][0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = st.segmented_control(
            "Look at", [TEST, OWN], default=default, required=True, key="which", bind="query-params"
        )
        if which == TEST:
            label, last = "Number of the test digit", len(images) - 1
            number = st.number_input(label, 0, last, number, key="no", bind="query-params", width=200)
            return number, images[number]
    found = image()
    if found is None:
        show_missing()
        st.stop()
    return None, found


def case(model: str) -> Case | None:
    """What a network says of the visitor's digit, as they taught it; None where there is none yet."""
    found = image()
    return None if found is None else ask(model, found)


def ask(model: str, image: np.ndarray) -> Case:
    """What a network says of a digit `(28, 28)` uint8 of the visitor's, as they taught it."""
    outputs = taught.classifier(model, taught.head(model)).predict(image[np.newaxis])
    return Case(image, outputs.y_prob[0], outputs.features[0])


def encode(image: np.ndarray) -> str:
    """Write an image `(28, 28)` uint8 as a word of a few hundred letters that an address can hold."""
    return base64.urlsafe_b64encode(zlib.compress(image.tobytes(), 9)).decode()


def decode(word: str) -> np.ndarray | None:
    """Read what `encode` wrote; None for anything else."""
    try:
        data = zlib.decompressobj().decompress(base64.urlsafe_b64decode(word), IMAGE_SIZE**2 + 1)
    except (binascii.Error, zlib.error, ValueError):
        return None
    return np.frombuffer(data, np.uint8).reshape(IMAGE_SIZE, IMAGE_SIZE) if len(data) == IMAGE_SIZE**2 else None


# ---- ways from page to page ----


def show_ways(digit: Digit, model: str) -> None:
    """Show the ways that lead on from a digit."""
    with st.container(horizontal=True, gap="small"):
        link_detail("Why? Look closer", model, digit.image)
        link_inside(model, digit.image)
        link_confused(model, *digit.candidates)


def link_detail(label: str, model: str, own: np.ndarray, icon: str | None = navigation.DIGIT.icon) -> None:
    """Link to the page about a digit of their own."""
    st.page_link(
        navigation.DIGIT.path,
        label=label,
        icon=icon,
        query_params={"model": model, "which": OWN, PARAMETER: encode(own)},
    )


def link_inside(model: str, own: np.ndarray | None = None, number: int | None = None, label: str = "Inside") -> None:
    """Link to the network at work on a digit of their own or on the test digit of that number."""
    query = {"which": OWN, PARAMETER: encode(own)} if own is not None else {"which": TEST, "no": str(number)}
    st.page_link(
        navigation.INSIDE.path,
        label=label,
        icon=navigation.INSIDE.icon,
        help="What the network makes of it, stage by stage.",
        query_params={"model": model, **query},
    )


def link_confused(model: str, first: int, second: int) -> None:
    """Link to the test digits with the same first and second guess, the closest ones first, and say so."""
    query = {"predicted": str(first), "second": str(second), "answer": "all", "sort": "smallest margin"}
    st.page_link(
        navigation.ERRORS.path,
        label=f"Test digits read as {first}, second guess {second}",
        icon=":material/compare_arrows:",
        help=CONFUSED_HELP,
        query_params={"model": model, **query},
    )


def link_paper(model: str, case: Case) -> None:
    """Link to Draw with this digit as pen strokes; one that was drawn there is there still."""
    drawn = case.number is None and ui.session().digit_is_drawn
    trace = {} if drawn else {"trace": encode(case.image) if case.number is None else str(case.number)}
    st.page_link(
        navigation.DRAW.path,
        label="Edit with the pen",
        icon=":material/edit:",
        help="Opens Draw with this digit as pen strokes.",
        query_params={"model": model, **trace},
    )


def trace_on_paper() -> None:
    """Where the address asks for it, put a digit on Draw's paper, as pen strokes; before the paper is shown."""
    word = st.query_params.get("trace", "")
    found = _test_digit(word)
    if found is None:
        found = decode(word)
    if found is None:
        return
    del st.query_params["trace"]  # the next run is to keep what is drawn
    ui.session().drawing.put(tracing.trace(found, paper.SIZE))


def show_missing() -> None:
    """Say that there is no digit yet, and where to make one."""
    st.info("There is no digit of yours yet.", icon=":material/draw:")
    st.page_link(navigation.DRAW.path, label="Draw one", icon=navigation.DRAW.icon)


def _test_digit(word: str) -> np.ndarray | None:
    """The test digit of a number as an address holds it; None for anything else."""
    if not re.fullmatch("[0-9]{1,9}", word):
        return None  # before MNIST is read: who only draws does not wait for it
    images = ui.load_digits()[1][0]
    return images[int(word)] if int(word) < len(images) else None
