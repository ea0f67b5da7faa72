"""Right, or what it is: one tap after an answer tells what a digit is, and it is kept."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from mnist_app.collection.store import LABELS, NO_DIGIT, Entry, Source
from mnist_app.reading.answer import Digit
from mnist_app.web import ui, visitor

KEEP_HELP = "One tap keeps your digit among **My digits**, as what it is."
KEY_HELP = " Its key on the keyboard does, too."


def name_of(label: int) -> str:
    """A label for people."""
    return "no digit" if label == NO_DIGIT else str(label)


def entry(image: np.ndarray, read: int, model: str, source: Source) -> Entry:
    """A digit as it was read; `visitor.keep` adds its features and what it is.

    Args:
        image: `(28, 28)` uint8, what the network was given.
        read: what was read, 0 to 9 or `NO_DIGIT`.
        model: that read it.
        source: where the digit is from.
    """
    return Entry(image, np.zeros(0, np.float32), model, read, read, source)


def show_taps(digit: Entry, key: str, by_key: bool = False) -> None:
    """Let the visitor say, after the answer and never before it, what a digit is; a tap keeps it.

    Args:
        digit: from `entry`.
        key: of the buttons.
        by_key: whether a digit's key on the keyboard taps, too.
    """
    kept = visitor.ask(lambda store: store.find(visitor.owner(), digit.image))
    if visitor.TROUBLE.reason:
        visitor.say_trouble()
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"taps_{key}"):
        if kept:
            _show_kept(kept, key)
        else:
            _show_choice(digit, key, by_key)


def show_right(digits: Sequence[Digit], model: str, key: str) -> None:
    """Let the visitor say that all digits of a picture were read right; that keeps them, and can be undone.

    Args:
        digits: of the picture.
        model: that read them.
        key: another one for another picture or reading.
    """
    kept = ui.session().kept
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"taps_all_{key}"):
        if key in kept:
            st.markdown(f":material/bookmark_added: Kept among your digits: {len(kept[key])}.", width="content")
            st.button(
                "Undo", key=f"undo_all_{key}", icon=":material/undo:", type="tertiary", on_click=_undo, args=[key]
            )
        else:
            args = [digits, model, key]
            st.button("Right", icon=":material/check:", key=f"all_right_{key}", on_click=_keep_right, args=args)
    visitor.say_trouble()


def keep_all(digits: Sequence[tuple[Digit, int]], model: str) -> list[int]:
    """Keep several digits of a photographed picture, each with what it is, and say how many; returns their ids.

    A digit that a person typed where the network saw none has no image, and is not kept.
    """
    digits = [(digit, label) for digit, label in digits if digit.features.size]
    if not digits:
        return []
    entries = [entry(digit.image, digit.candidates[0], model, "photographed") for digit, _ in digits]
    ids = visitor.keep(entries, [label for _, label in digits])
    if ids:
        st.toast(f"Kept among your digits: {len(ids)}.", icon=":material/bookmark_added:")
    return ids


def _keep_right(digits: Sequence[Digit], model: str, key: str) -> None:
    if ids := keep_all([(digit, digit.label) for digit in digits], model):
        ui.session().kept[key] = ids


def _undo(key: str) -> None:
    ids = ui.session().kept.pop(key, [])
    visitor.ask(lambda store: store.forget(visitor.owner(), *ids))


def _show_choice(digit: Entry, key: str, by_key: bool) -> None:
    st.button("Right", icon=":material/check:", key=f"right_{key}", on_click=_keep, args=[digit, digit.read])
    st.markdown("No, it is", width="content", help=KEEP_HELP + (KEY_HELP if by_key else ""))
    for label in LABELS:
        if label != digit.read:
            st.button(
                name_of(label), key=f"is_{label}_{key}", on_click=_keep, args=[digit, label], type="tertiary",
                shortcut=str(label) if by_key and label != NO_DIGIT else None,
            )  # fmt: skip


def _keep(digit: Entry, label: int) -> None:
    visitor.keep([digit], [label])


def _show_kept(kept: Entry, key: str) -> None:
    also = "" if kept.label == kept.read else f", which was read as {name_of(kept.read)}"
    st.markdown(f":material/bookmark_added: Kept: this is {_with_article(kept.label)}{also}.", width="content")
    st.button(
        "Undo", key=f"undo_{key}", icon=":material/undo:", type="tertiary", on_click=visitor.ask,
        args=[lambda store: store.forget(visitor.owner(), kept.id)],
    )  # fmt: skip


def _with_article(label: int) -> str:
    return name_of(label) if label == NO_DIGIT else f"an {label}" if label == 8 else f"a {label}"
