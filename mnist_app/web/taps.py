"""Right, or what it is: one tap after an answer tells what a digit is, and it is kept."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import streamlit as st

from mnist_app.collection.store import LABELS, NO_DIGIT, CollectionError, Entry, Source, Store
from mnist_app.reading.answer import Digit
from mnist_app.web import ui, visitor

KEEP_HELP = "One tap keeps your digit among **My digits**, as what it is."
KEY_HELP = " Its key on the keyboard does, too."
STYLE = '<style>[class*="st-key-taps"] kbd { display: none }</style>'  # each digit's key is the digit


def name_of(label: int) -> str:
    """A label for people."""
    return "no digit" if label == NO_DIGIT else str(label)


def entry(image: np.ndarray, read: int, model: str, source: Source) -> Entry:
    """A digit as it was read, now; `visitor.keep` adds its features and what it is.

    Args:
        image: `(28, 28)` uint8, what the network was given.
        read: what was read, 0 to 9 or `NO_DIGIT`.
        model: that read it.
        source: where the digit is from.
    """
    return Entry(image, np.zeros(0, np.float32), model, read, read, source, datetime.now(UTC))


def show_taps(digit: Entry, key: str, by_key: bool = False) -> None:
    """Let the visitor say, after the answer and never before it, what a digit is; a tap keeps it.

    Args:
        digit: from `entry`.
        key: of the buttons.
        by_key: whether a digit's key on the keyboard taps, too.
    """
    if (store := visitor.collection()) is None:
        return
    try:
        kept = store.find(visitor.owner(), digit.image)
    except CollectionError as error:
        visitor.say_not_kept(error)
        return
    st.html(STYLE)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"taps_{key}"):
        if kept:
            _show_kept(store, kept, key)
        else:
            _show_choice(store, digit, key, by_key)
    visitor.say_once()


def keep_all(digits: Sequence[tuple[Digit, int]], model: str) -> None:
    """Keep several digits of a photographed picture, each with what it is, and say how many."""
    if (store := visitor.collection()) is None:
        return
    for digit, label in digits:
        visitor.keep(store, entry(digit.image, digit.label, model, "photographed"), label)
    if not ui.session().not_kept:
        st.toast(f"Kept among your digits: {len(digits)}.", icon=":material/bookmark_added:")


def _show_choice(store: Store, digit: Entry, key: str, by_key: bool) -> None:
    args = store, digit
    st.button("Right", icon=":material/check:", key=f"right_{key}", on_click=visitor.keep, args=[*args, digit.read])
    st.markdown("No, it is", width="content", help=KEEP_HELP + (KEY_HELP if by_key else ""))
    for label in LABELS:
        if label != digit.read:
            st.button(
                name_of(label), key=f"is_{label}_{key}", on_click=visitor.keep, args=[*args, label], type="tertiary",
                shortcut=str(label) if by_key and label != NO_DIGIT else None,
            )  # fmt: skip


def _show_kept(store: Store, kept: Entry, key: str) -> None:
    also = "" if kept.label == kept.read else f", which was read as {name_of(kept.read)}"
    st.markdown(f":material/bookmark_added: Kept: this is {_with_article(kept.label)}{also}.", width="content")
    st.button(
        "Undo", key=f"undo_{key}", icon=":material/undo:", type="tertiary", on_click=visitor.attempt,
        args=[lambda: store.forget(visitor.owner(), kept.id)],
    )  # fmt: skip


def _with_article(label: int) -> str:
    return name_of(label) if label == NO_DIGIT else f"an {label}" if label == 8 else f"a {label}"
