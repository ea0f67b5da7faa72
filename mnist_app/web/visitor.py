"""Whose digits these are, and where they are kept."""

import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import streamlit as st

from mnist_app.collection.store import CollectionError, Entry, GoneError, Store, default_url, open_store
from mnist_app.web import ui

COOKIE = "mnist_app_visitor"
KEY_BYTES = 24
KEY = re.compile(r"[A-Za-z0-9_-]{32}")  # what `new_key` makes
PAUSE = 30.0  # seconds for which a collection that failed is not asked again: asking may take seconds, every time
Told = TypeVar("Told")


class Trouble:
    """Why the collection could not be asked lately; one for all visitors of this process."""

    def __init__(self) -> None:
        self._reason, self._until = "", 0.0

    @property
    def reason(self) -> str:
        """One sentence; "" where the collection may be asked."""
        return self._reason if time.monotonic() < self._until else ""

    def note(self, error: CollectionError) -> None:
        """Leave the collection alone for a while."""
        self._reason, self._until = str(error), time.monotonic() + PAUSE


TROUBLE = Trouble()


def owner() -> str:
    """The visitor's key: the log-in where the operator has set one up, else a random one that the browser keeps."""
    if st.user.get("is_logged_in"):
        return f"user {st.user.get('sub') or st.user.get('email')}"
    session = ui.session()
    if not session.visitor:
        session.visitor = browser_key() or new_key()
    return session.visitor


def browser_key() -> str | None:
    """The key that `cookie.VisitorCookie` gave the browser; None where it keeps none, or something else.

    A cookie that somebody made up could name a user who is logged in elsewhere.
    """
    key = st.context.cookies.get(COOKIE)
    return key if isinstance(key, str) and KEY.fullmatch(key) else None


def new_key() -> str:
    """A key that nobody can guess."""
    return secrets.token_urlsafe(KEY_BYTES)


def ask(question: Callable[[Store], Told]) -> Told | None:
    """Ask the collection, or change it; None, and `say_trouble` says why, where that fails or failed just before."""
    if TROUBLE.reason:
        return None
    try:
        return question(open_store(default_url()))
    except GoneError as error:
        st.toast(str(error), icon=":material/search_off:")
        return None
    except CollectionError as error:
        TROUBLE.note(error)
        return None


def keep(digits: Sequence[Entry], labels: Sequence[int]) -> list[int]:
    """Keep digits that one network read, each as what it is, with their features; returns their ids.

    There are none where the collection fails, of which `say_trouble` tells, and where the network was deleted.
    """
    try:
        outputs = ui.load_classifier(digits[0].model).predict(np.stack([digit.image for digit in digits]))
    except ValueError as error:
        st.toast(f"Not kept: {error}", icon=":material/cloud_off:")
        return []
    entries = [
        replace(digit, features=features, label=label)
        for digit, features, label in zip(digits, outputs.features, labels, strict=True)
    ]
    return ask(lambda store: store.keep_all(owner(), entries)) or []


def say_trouble() -> None:
    """Say in one line, where it is so, that corrections are not kept, and why."""
    if TROUBLE.reason:
        st.caption(f":material/cloud_off: Corrections are not kept: {TROUBLE.reason}")
