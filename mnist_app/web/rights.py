"""Who may do what costs the machine minutes: train, and stop a training."""

import os
from urllib.parse import urlsplit

import streamlit as st

from mnist_app.settings import TrainingSettings
from mnist_app.web import visitor
from mnist_app.web.runs import Order, Run

SETTING = "MNIST_APP_TRAINING"  # the environment variable that opens trainings
EVERYONE = "everyone"  # its value then
MOST_EPOCHS = 40  # of a training that somebody starts from elsewhere: as many as the longest recipe has
HERE = {"localhost", "127.0.0.1", "::1"}
PASSED_ON = ("X-Forwarded-For", "X-Real-IP", "Forwarded")  # what servers add that stand between
REFUSAL = (
    "Trainings can be started only on the computer that runs this app; its operator can open them to everyone "
    f"(`{SETTING}={EVERYONE}`)."
)


def is_here() -> bool:
    """Whether the visitor's browser runs on this machine, and asked for it by its own address.

    Where another server stands between, all visitors seem to be here; it is told by the name that they asked for, or by
    what it adds.
    """
    address, headers = st.context.ip_address, st.context.headers
    # Streamlit gives no address for this machine; its own tests put something else there.
    if isinstance(address, str) or any(name in headers for name in PASSED_ON):
        return False
    return urlsplit(f"//{headers.get('Host', 'localhost')}").hostname in HERE


def may_train() -> bool:
    """Whether the visitor may start trainings."""
    return os.environ.get(SETTING) == EVERYONE or is_here()


def check_epochs(settings: TrainingSettings) -> None:
    """Raise `ValueError` where a training is longer than the visitor may start."""
    if settings.epochs > MOST_EPOCHS and not is_here():
        raise ValueError(f"At most {MOST_EPOCHS} epochs can be trained from another computer.")


def may_stop(run: Run | Order) -> bool:
    """Whether the visitor may stop a training or take it out of the queue: who asked for it, or is at this machine."""
    return run.owner == visitor.owner() or is_here()
