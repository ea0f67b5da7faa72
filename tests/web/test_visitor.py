import pytest
import streamlit as st

from mnist_app.web import visitor
from mnist_app.web.session import Session
from mnist_app.web.visitor import COOKIE, KEY, browser_key, new_key, owner


@pytest.fixture(autouse=True)
def asked(monkeypatch) -> dict[str, str]:
    """The cookies of the browser that asks, in a session of its own."""
    cookies: dict[str, str] = {}
    held = Session()
    monkeypatch.setattr(type(st.context), "cookies", cookies)
    monkeypatch.setattr(visitor.ui, "session", lambda: held)
    return cookies


def log_in(monkeypatch, **user: object) -> None:
    monkeypatch.setattr(st, "user", user)


def test_a_browser_is_known_by_its_key(asked):
    asked[COOKIE] = key = new_key()
    assert KEY.fullmatch(key)
    assert owner() == owner() == key


def test_without_a_key_a_visitor_has_one_for_the_session(asked):
    assert KEY.fullmatch(owner())
    assert owner() == owner()


def test_who_is_logged_in_is_known_in_every_browser(asked, monkeypatch):
    asked[COOKIE] = new_key()
    log_in(monkeypatch, is_logged_in=True, sub="1234", email="ann@example.org")
    assert owner() == "user 1234"
    log_in(monkeypatch, is_logged_in=True, email="ann@example.org")
    assert owner() == "user ann@example.org"
    log_in(monkeypatch, is_logged_in=False)
    assert owner() == asked[COOKIE]


@pytest.mark.parametrize("made_up", ["user 1234", "", "short", f"{'k' * 31} ", "k" * 33, "k" * 31 + "\n"])
def test_a_cookie_that_was_made_up_is_nobodys_key(asked, made_up):
    asked[COOKIE] = made_up
    assert browser_key() is None
    assert owner() != made_up
