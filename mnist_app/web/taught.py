"""What a network has learnt of its visitor's hand: the head that it reads with, and what that changes."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from mnist_app.collection.store import NO_DIGIT, Store
from mnist_app.digits import datasets
from mnist_app.network import model_store, personal
from mnist_app.network.classifier import Classifier
from mnist_app.network.model_store import StoredModel
from mnist_app.network.personal import Gate, Head, Memory, PersonalClassifier
from mnist_app.reading.answer import Digit
from mnist_app.web import ui, visitor

MOST = 500  # digits that are taught, the latest: reading them again takes 0.2 s
NAMED = 5  # changed digits that are named, at most


def learn(model: StoredModel) -> tuple[Head, Gate] | None:
    """What the network learns from the visitor's digits, and what its gate says of it.

    None where there are none, where the collection cannot be asked, or where the network was measured on other test
    digits than the pages have, so that nobody could tell what it forgets.
    """
    if model.recipe["data_sha256"] != datasets.checksum():
        return None
    owner = visitor.owner()
    return visitor.ask(lambda store: _learn(store, model, owner, store.stamp(owner)))


def head(name: str) -> Head | None:
    """The head that a network reads this visitor's digits with; None where its gate is shut or it is switched off."""
    learnt = learn(model_store.find_model(name)) if ui.session().as_taught else None
    return learnt[0] if learnt and learnt[1].opens else None


def classifier(name: str, head: Head | None) -> Classifier:
    """A network with a head, or as it is."""
    plain = ui.load_classifier(name)
    return PersonalClassifier(plain, head) if head else plain


def say_changes(digits: Sequence[Digit], name: str, head: Head | None) -> None:
    """Say which of these digits are read otherwise since the visitor taught the network."""
    readable = [digit for digit in digits if digit.features.size]  # a box drawn by hand may hold no ink
    if head is None or not readable:
        return
    before = ui.load_classifier(name).predict(np.stack([digit.image for digit in readable])).y_prob.argmax(axis=1)
    now = [digit.candidates[0] for digit in readable]
    changed = [(int(was), digit) for was, digit in zip(before, now, strict=True) if was != digit]
    if len(readable) == len(changed) == 1:
        was, digit = changed[0]
        st.caption(f":material/school: Read as **{digit}** since you taught it; before, it was read as {was}.")
    elif changed:
        named = ", ".join(f"{was} → {digit}" for was, digit in changed[:NAMED]) + (" …" if len(changed) > NAMED else "")
        several = "1 digit is" if len(changed) == 1 else f"{len(changed)} digits are"
        st.caption(f":material/school: {several} read otherwise since you taught it: {named}.")


@ui.keep(max_entries=64, show_spinner="Learning your hand …")
def _learn(_store: Store, model: StoredModel, owner: str, stamp: str) -> tuple[Head, Gate] | None:
    if not stamp:
        return None
    entries = [one for one in _store.latest(owner, MOST) if one.label != NO_DIGIT]
    if not entries:
        return None
    said = ui.load_classifier(model.name).predict(np.stack([one.image for one in entries]))
    return personal.adapt(_remember(model), said.features, said.scores, np.array([one.label for one in entries]))


@ui.keep(max_entries=8)
def _remember(model: StoredModel) -> Memory:
    return personal.remember(model, ui.load_classifier(model.name))
