"""The tour: five linked steps from one's own digit to a network of one's own. The step is a word in the address.

Who goes elsewhere has left the tour; its page leads back to every step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from mnist_app.web import navigation
from mnist_app.web.navigation import Page
from mnist_app.web.visitor_digit import OWN, TEST

FAMOUS = 2597  # a test digit that is labelled 5, and that every network here reads as 3


@dataclass(frozen=True)
class Step:
    """One stop of the tour.

    Attributes:
        page: where it is.
        title: what it is about.
        look_at: what to do there, and what to look at.
        query: what the page is told by its address.
    """

    page: Page
    title: str
    look_at: str
    query: Mapping[str, str] = field(default_factory=dict)


STEPS = (
    Step(
        navigation.DRAW,
        "Your digit",
        "Draw a digit. Look at the ten bars: the network gives each digit a share, and the longest bar is its answer.",
    ),
    Step(
        navigation.DIGIT,
        "Its neighbours",
        "Look at **What it has seen alike**: of 60,000 training digits these are, to the network, the most like yours. "
        "Are they to you?",
        {"which": OWN},
    ),
    Step(
        navigation.MAP,
        "The map",
        "The black diamond is your digit. Look where it lies: in the middle of its cluster, or on its way to another? "
        "Draw a box around it to see who lives there.",
    ),
    Step(
        navigation.DIGIT,
        "A famous error",
        f"Test digit {FAMOUS} is labelled 5, and every network here reads 3. Look at **Why?**, and ask for 3 and "
        "for 5. What would you have read?",
        {"which": TEST, "no": str(FAMOUS)},
    ),
    Step(
        navigation.TRAINING,
        "A network of your own",
        "Under **Train a network**, start the recipe Quick. Look how the loss falls and ten digits come right: "
        "within a minute it reads 99 of a hundred digits that it has never seen.",
    ),
)


def link(number: int, label: str) -> None:
    """Link to a step, counted from 1."""
    step = STEPS[number - 1]
    query = {"tour": str(number), **step.query}
    st.page_link(step.page.path, label=label, icon=step.page.icon, query_params=query)


def show(title: str) -> None:
    """Show, on the page of that title, the step that the address asks for: what to look at, on, and out."""
    steps = {str(number): step for number, step in enumerate(STEPS, start=1) if step.page.title == title}
    step = steps.get(word := st.query_params.get("tour", ""))
    if not step:
        return
    st.html("<style>.st-key-tour { margin-top: 1rem }</style>")  # below the bar with the menu
    with st.container(border=True, gap="xsmall", key="tour"):
        st.markdown(f"**Step {word} of {len(STEPS)}: {step.title}.** {step.look_at}")
        with st.container(horizontal=True, vertical_alignment="center"):
            if int(word) < len(STEPS):
                link(int(word) + 1, f"Next: {STEPS[int(word)].title}")
            else:
                st.page_link(navigation.TOUR.path, label="That was the tour", icon=navigation.TOUR.icon)
            st.button("Leave the tour", type="tertiary", icon=":material/close:", on_click=leave)


def leave() -> None:
    """Leave the tour, and stay on the page."""
    st.query_params.pop("tour", None)


def offer() -> None:
    """Offer, after an answer on Draw, which is the first step, to go on with the second."""
    if "tour" not in st.query_params:
        link(2, "Take the tour: your digit's neighbours, the map, a famous error")
