"""What more than one test of the pages needs."""

import pytest

from mnist_app.web import visitor


@pytest.fixture(autouse=True)
def a_browser_without_cookies(monkeypatch):
    """`AppTest` has no browser: whatever is asked for among its cookies is there, and is none."""
    monkeypatch.setattr(visitor, "browser_key", lambda: None)
