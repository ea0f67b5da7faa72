"""Challenge: draw a digit that a network cannot read, and ten digits against the clock."""

import numpy as np
import streamlit as st

from mnist_app.digits.changes import Change
from mnist_app.network.classifier import Classifier
from mnist_app.reading import wording
from mnist_app.reading.front_door import read_picture
from mnist_app.settings import CLASSES
from mnist_app.web import challenge, navigation, paper, ui, visitor_digit
from mnist_app.web.challenge import Challenge, Verdict
from mnist_app.web.examples import draw_example
from mnist_app.web.strokes import render_strokes

KEY = "challenge"
NARROWEST = 340  # pixels of paper, and of what stands beside it; else it stands below
FOOL, RACE = "Fool it", "Against the clock"
EASY = "minimal"
SLIDERS = (  # field of Change, name, least, greatest, step, format
    ("turn", "Turn", -60, 60, 5, "%d°"),
    ("slant", "Slant", -45, 45, 5, "%d°"),
    ("thicken", "Thin or thick", -1.5, 2.0, 0.25, "%.2f"),
)


def games() -> Challenge:
    """The visitor's games."""
    return ui.session().challenge


def load_networks() -> dict[str, Classifier]:
    """All networks here, by name."""
    return {model.name: ui.load_classifier(model.name) for models in ui.list_models() for model in models}


def read_paper(by: Classifier) -> np.ndarray | None:
    """Show the paper; returns all its ink as one image `(28, 28)` uint8, None as long as it is empty."""
    sheet = ui.session().challenge_sheet
    strokes = paper.take_drawing(sheet, KEY)
    paper.show_paper(sheet, KEY)
    picture = render_strokes([stroke["points"] for stroke in strokes], paper.SIZE)
    found = read_picture(picture, by, digits="one", drawn=True).digits if strokes else ()
    return found[0].image if found else None


def clear() -> None:
    """Take all strokes off the paper."""
    ui.session().challenge_sheet.put([])


# ---- fool it ----


@st.fragment
def play(game: str, by: str, networks: dict[str, Classifier]) -> None:
    """The game and the gallery: a fragment, so that a stroke redraws neither the page nor the sidebar."""
    if game == FOOL:
        fool(by, networks)
    else:
        race(by, networks)
    show_gallery()


def fool(by: str, networks: dict[str, Classifier]) -> None:
    """The first game: a drawing that is misread, though it still is what it was to be."""
    asked = st.segmented_control(
        "Draw a", range(CLASSES), default=7, required=True, format_func=str, key="asked", bind="query-params"
    )
    st.write(
        f"Draw a **{asked}** that “{by}” reads as something else. Whether it still is a {asked} is decided by a jury: "
        f"the {len(networks) - 1} other networks see the same picture, and more than half of them must read a {asked}. "
        "A scribble that nobody reads does not count."
    )
    with st.grid(2, min_column_width=NARROWEST, gap="medium"):
        left, right = st.container(), st.container()
    with left:
        image = read_paper(networks[by])
    change = show_sliders(asked)
    with right:
        if image is None:
            ui.show_answer("", f"The paper is empty: draw a {asked}, or begin with a ready-made one.")
            return
        show_verdict(challenge.judge(change.apply(image), asked, by, networks))


def show_sliders(asked: int) -> Change:
    """Offer a ready-made digit and to change what lies on the paper, which needs no pen."""
    with st.expander("Without a pen", icon=":material/keyboard:"):
        example = draw_example(asked, paper.SIZE, paper.PEN)
        st.button(f"Begin with a ready-made {asked}", on_click=ui.session().challenge_sheet.put, args=[example])
        with st.grid(3, min_column_width=180, gap="medium"):
            found = {
                field: st.slider(name, low, high, type(low)(0), step, format=form, key=f"challenge_{field}")
                for field, name, low, high, step, form in SLIDERS
            }
    return Change(**found)


def show_verdict(verdict: Verdict) -> None:
    """Show what the network and the jury read, and offer to keep the drawing where it fooled the network."""
    sure = wording.percent(verdict.confidence)
    said = f"“{verdict.by}” reads a {verdict.read}, {sure} sure. "
    said += f"Jury: {verdict.votes} of {verdict.jury} read a {verdict.asked}."
    if verdict.fooled:
        said += " Fooled!"
    elif verdict.read == verdict.asked:
        said += " Change it a little."
    else:
        said += " Too few: this does not count."
    answer, seen = st.columns([3, 2], wrap=False, vertical_alignment="center")
    with answer:
        ui.show_answer(str(verdict.read), said)
    with seen:
        picture = ui.to_url(ui.enlarge(verdict.image, 112))
        st.image(picture, alt=f"What all networks see, 28 by 28 pixels, read as {verdict.read}")
        st.caption("What all of them see")
    st.button(
        "Keep it, and draw another", icon=":material/trophy:", disabled=not verdict.fooled, on_click=keep,
        args=[verdict],
    )  # fmt: skip
    show_score(verdict.by)


def keep(verdict: Verdict) -> None:
    """Take a drawing into the gallery and clear the paper."""
    games().take(verdict)
    clear()
    for field, *_ in SLIDERS:
        st.session_state.pop(f"challenge_{field}", None)


def show_score(by: str) -> None:
    """Say with how many of the ten digits the network was fooled."""
    won = games().fooled(by)
    named = f": {', '.join(map(str, sorted(won)))}" if won else ""
    st.markdown(f"**Score: {len(won)} of {CLASSES} digits**{named}")


# ---- against the clock ----


def race(by: str, networks: dict[str, Classifier]) -> None:
    """The second game: each digit is drawn until it is read."""
    now = games().race
    st.write(
        f"Draw the ten digits, in an order made by chance, until “{by}” has read each. You can skip one that it does "
        f"not read, which costs {challenge.SKIPPED:.0f} seconds."
    )
    with st.grid(2, min_column_width=NARROWEST, gap="medium"):
        left, right = st.container(), st.container()
    with left:
        image = read_paper(networks[by])
    with right:
        if now is None or now.asked is None:
            show_end()
            return
        verdict = challenge.judge(image, now.asked, by, networks) if image is not None else None
        if verdict and verdict.read == now.asked:
            games().go_on()
            clear()
            st.rerun()
        show_asked(now.asked, now.done, now.seconds, verdict)


def show_asked(asked: int, done: int, seconds: float, verdict: Verdict | None) -> None:
    """Show the digit to draw, the clock, and what was read instead."""
    said = f"Digit {done + 1} of {CLASSES}." + (f" Read as {verdict.read}: go on, or clear it." if verdict else "")
    ui.show_answer(str(asked), f"Draw a {asked}. {said}")
    st.html(
        f'<div role="timer" aria-label="Seconds" class="clock" style="animation-delay: -{seconds:.2f}s"></div>',
        width=120,
    )
    with st.container(horizontal=True):
        st.button("Skip", icon=":material/skip_next:", on_click=skip, args=[verdict])
        st.button("Begin again", icon=":material/restart_alt:", on_click=begin)


def show_end() -> None:
    """Show the time of a race that is over, and offer another."""
    now, best = games().race, games().best
    if now and best:
        skipped = f", {now.skipped} of them skipped" if now.skipped else ""
        ui.show_answer(f"{now.seconds:.1f} s", f"Ten digits{skipped}. Your best time is {best:.1f} s.")
    else:
        ui.show_answer("", "The clock starts with the button. It needs a pen, a finger or a mouse.")
    st.button("Again" if now else "Start", type="primary", icon=":material/timer:", on_click=begin)


def begin() -> None:
    """Start the clock over an empty paper."""
    games().start_race()
    clear()


def skip(verdict: Verdict | None) -> None:
    """Ask for the next digit; what was drawn, if anything, is a hard one."""
    if verdict:
        games().take(verdict)
    games().go_on(skip=True)
    clear()


# ---- the gallery ----


def show_gallery() -> None:
    """Show the visitor's hard digits, each with who read what, and the way Inside."""
    st.header("Your hard digits")
    if not games().hard:
        st.caption("What a network could not read is shown here until you close this page.")
        return
    with st.grid(6, min_column_width=120, gap="small"):
        for one in games().hard:
            with st.container(gap=None):
                jury = f"{one.votes} of {one.jury} judges read it"
                said = f"{one.asked} read as {one.read}  \n{wording.percent(one.confidence)}, by {one.by}  \n{jury}"
                ui.show_thumbnail(one.image, f"Your {one.asked}, read as {one.read} by {one.by}", said)
                visitor_digit.link_inside(one.by, one.image)


st.title("Challenge")
model = ui.pick_model(tested_here=False)
networks = load_networks()
if len(networks) == 1:
    st.info("A jury needs other networks, and there is none here.", icon=":material/groups:")
    st.stop()
game = st.segmented_control("Game", [FOOL, RACE], default=FOOL, required=True, key="game", bind="query-params")
if game == FOOL and model.name != EASY and EASY in networks:
    query = {**st.query_params.to_dict(), "model": EASY}
    st.page_link(
        navigation.CHALLENGE.path, label=f"Hard? Begin with “{EASY}”", icon=":material/school:", query_params=query
    )
play(game, model.name, networks)
