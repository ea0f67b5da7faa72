from types import SimpleNamespace

import pytest

from mnist_app.web import rights


@pytest.mark.parametrize(
    ("address", "headers", "here"),
    [
        (None, {"Host": "localhost:8501"}, True),
        (None, {"Host": "127.0.0.1:8501"}, True),
        (None, {"Host": "[::1]:8501"}, True),
        ("192.168.0.7", {"Host": "localhost:8501"}, False),
        ("192.168.0.7", {"Host": "192.168.0.2:8501"}, False),
        (None, {"Host": "digits.example.org"}, False),
        (None, {"Host": "localhost.example.org"}, False),
        (None, {"Host": "localhost:8501", "X-Forwarded-For": "203.0.113.9"}, False),
        (None, {"Host": "localhost:8501", "X-Real-IP": "203.0.113.9"}, False),
        (None, {"Host": "localhost:8501", "Forwarded": "for=203.0.113.9"}, False),
        (None, {"Host": ""}, False),
    ],
)
def test_who_is_at_this_machine(monkeypatch, address, headers, here):
    """Streamlit gives no address where the browser asked from this machine, or a server on it asked for another."""
    monkeypatch.setattr(rights.st, "context", SimpleNamespace(ip_address=address, headers=headers))
    assert rights.is_here() == here


def test_one_setting_opens_trainings(monkeypatch):
    monkeypatch.setattr(rights, "is_here", lambda: False)
    assert not rights.may_train()
    monkeypatch.setenv(rights.SETTING, "no")
    assert not rights.may_train()
    monkeypatch.setenv(rights.SETTING, rights.EVERYONE)
    assert rights.may_train()
