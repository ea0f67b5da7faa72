"""Whose digits these are, and where they are kept."""

import secrets
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from mnist_app.collection.store import CollectionError, Entry, Store, default_url, open_store
from mnist_app.web import ui

COOKIE = "mnist_app_visitor"
KEY_BYTES = 24


def owner() -> str:
    """The visitor's key: the log-in where the operator has set one up, else a random one that the browser keeps."""
    if st.user.get("is_logged_in"):
        return f"user {st.user.get('sub') or st.user.get('email')}"
    session = ui.session()
    if not session.visitor:
        session.visitor = browser_key() or new_key()
    return session.visitor


def browser_key() -> str | None:
    """The key that `cookie.VisitorCookie` gave the browser; None where it keeps none."""
    key = st.context.cookies.get(COOKIE)
    return key if isinstance(key, str) else None  # Streamlit's own tests put something else there


def new_key() -> str:
    """A key that nobody can guess."""
    return secrets.token_urlsafe(KEY_BYTES)


def collection() -> Store | None:
    """Where confirmed and corrected digits are kept; None, and one line on the page, where they cannot be."""
    try:
        return open_store(default_url())
    except CollectionError as error:
        say_not_kept(error)
        return None


def keep(store: Store, digit: Entry, label: int) -> None:
    """Keep a digit as what it is, with its features under the network that read it."""
    features = ui.load_classifier(digit.model).predict(digit.image[np.newaxis]).features[0]
    attempt(lambda: store.keep(owner(), replace(digit, features=features, label=label)))


def attempt(change: Callable[[], object]) -> None:
    """Change the collection, in a button's callback; the page then says why where that failed."""
    try:
        change()
    except CollectionError as error:
        ui.session().not_kept = str(error)


def say_not_kept(reason: CollectionError | str) -> None:
    """Say in one line that corrections are not kept, and why."""
    st.caption(f":material/cloud_off: Corrections are not kept: {reason}")


def say_once() -> None:
    """Say why the last change could not be kept, if it could not."""
    session = ui.session()
    if session.not_kept:
        say_not_kept(session.not_kept)
        session.not_kept = ""
