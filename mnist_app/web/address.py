"""What stands in a page's address behind the question mark: anyone can write anything there."""

import math

import streamlit as st


def drop_nonsense() -> None:
    """Drop from the address what no page can mean, before one looks at it; the page begins anew without.

    Streamlit itself checks what is bound to a widget, but for these: a list that always has a choice loses it by an
    empty word, and a whole number cannot be made of infinity.
    """
    if nonsense := [name for name in st.query_params if not all(map(means, st.query_params.get_all(name)))]:
        for name in nonsense:
            del st.query_params[name]
        st.rerun()


def follow(page: str) -> None:
    """Let the address decide what a page shows that a link has just led to; to be called before the page's widgets.

    To Streamlit, what was chosen on an earlier visit, or on another page in a widget of that name, counts more.

    Args:
        page: the title of the page that is shown.
    """
    if st.session_state.get("page") == page:
        return
    st.session_state["page"] = page
    for name in st.query_params:
        if isinstance(st.session_state.get(name), str | int | float | list | tuple):
            del st.session_state[name]


def means(word: str) -> bool:
    """Whether a word can mean something: it is not empty, and no number without an end."""
    try:
        return math.isfinite(float(word))
    except ValueError:
        return bool(word)
