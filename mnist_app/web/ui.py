"""What the pages share: caches, the model picker, pictures of digits, and how an answer is shown."""

import base64
import html
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ParamSpec, TypeVar

import cv2
import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_app import tables
from mnist_app.digits import datasets
from mnist_app.digits.datasets import Split, load_mnist
from mnist_app.insight import map_and_labels
from mnist_app.insight.doubtful import WRONG_TEST_LABELS, Doubtful
from mnist_app.insight.exam import Exam
from mnist_app.insight.map_and_labels import MapAndLabels
from mnist_app.network import classifier, model_store
from mnist_app.network.classifier import Classifier
from mnist_app.network.model_store import StoredModel
from mnist_app.reading import wording
from mnist_app.reading.steps import Step
from mnist_app.web import navigation
from mnist_app.web.charts import show_chart
from mnist_app.web.session import PictureFile, Session

# Okabe and Ito's colours: told apart with any kind of colour blindness.
BEST, SECOND, OTHER = "#0072B2", "#56B4E9", "#999999"
PAPER = 242  # a little grey: paper that shows on a white page
TRACE = 0.0005  # smaller probabilities are shown as nothing
PERCENT = "%.2f%%"  # of a table's column: Streamlit's own format cuts zeros off, and so decimals come and go
PER_PAGE = 24
BESIDE = {"columns": 4, "least": 72, "per_page": 12}  # of a gallery beside the chart that chooses its digits
# A link covers all of its cell in a grid of `pictures`, so that the picture is itself the way; what else can be
# pressed or hovered there lies above it.
PICTURES_STYLE = """<style>
[class*="st-key-pictures"] [data-testid="stGridCell"] { position: relative }
[class*="st-key-pictures"] [data-testid="stElementContainer"]:has([data-testid="stPageLink"]) { position: static }
[class*="st-key-pictures"] [data-testid="stPageLink-NavLink"]::after { content: ""; position: absolute; inset: 0;
    border-radius: .5rem }
[class*="st-key-pictures"] [data-testid="stPageLink-NavLink"]:hover::after { box-shadow: 0 0 0 2px #0072B2 }
[class*="st-key-pictures"] [data-testid="stPageLink-NavLink"]:focus-visible::after { outline: 3px solid #0072B2 }
[class*="st-key-pictures"] :is(button, .stMarkdownBadge) { position: relative; z-index: 1 }
</style>"""
TEST_DIGIT = "test digit"  # what the page Digit is told to show
DIGITS_CSV = "These digits with what the network says of them"
Given = ParamSpec("Given")
Found = TypeVar("Found")

# Whatever follows from a network or a file is worked out once: `@remember(max_entries=8)`, or `@keep` for what all
# sessions share and nobody writes to. A network that was trained or measured anew has another version, and then it is
# worked out anew.
IDENTITY: dict[str | type, Callable[[Any], Any]] = {
    PictureFile: lambda file: file.key,
    StoredModel: lambda model: (str(model.folder), model.version),
    Exam: lambda exam: (exam.model, exam.version),
}


def remember(
    max_entries: int, show_spinner: bool | str = False
) -> Callable[[Callable[Given, Found]], Callable[Given, Found]]:
    """Have a function's answers remembered; each asker gets a copy of its own."""
    return st.cache_data(max_entries=max_entries, show_spinner=show_spinner, hash_funcs=IDENTITY)


def keep(
    max_entries: int, show_spinner: bool | str = False
) -> Callable[[Callable[Given, Found]], Callable[Given, Found]]:
    """Have a function's answers remembered, one for all sessions; nobody writes to it."""
    return st.cache_resource(max_entries=max_entries, show_spinner=show_spinner, hash_funcs=IDENTITY)


def session() -> Session:
    """What the visitor has in hand."""
    return st.session_state.setdefault("session", Session())


@st.cache_resource(max_entries=1, show_spinner=False)
def load_digits() -> tuple[Split, Split]:
    """MNIST's training and test digits, read once; shared by all sessions, so they cannot be written to."""
    splits = load_mnist()
    for array in (*splits[0], *splits[1]):
        array.setflags(write=False)
    return splits


def load_classifier(name: str) -> Classifier:
    """The network of a stored model, loaded once for all sessions."""
    return _load_classifier(model_store.find_model(name))


@keep(max_entries=8)
def _load_classifier(model: StoredModel) -> Classifier:
    return classifier.load_classifier(model)


def load_exam(name: str) -> Exam:
    """The test digits with what a stored model says of them; shared by all sessions, so it cannot be written to."""
    return _load_exam(model_store.find_model(name))


@keep(max_entries=8)
def _load_exam(model: StoredModel) -> Exam:
    arrays = (*load_digits()[1], *model.test_outputs())
    for array in arrays:
        array.setflags(write=False)
    return Exam(model.name, *arrays, model.version)


@keep(max_entries=8)
def load_map_and_labels(model: StoredModel) -> MapAndLabels | None:
    """Map and doubtful labels of a stored model, read once for all sessions; None where it has none."""
    return map_and_labels.load(model)


def doubt_test(model: StoredModel) -> Doubtful | None:
    """The most doubtful labels of the test digits, by all networks here; None where no map and labels are stored."""
    stored = load_map_and_labels(model)
    return _doubt_test(model, tuple(list_models()[0]), stored.opinion) if stored else None


@keep(max_entries=8)
def _doubt_test(model: StoredModel, judges: tuple[StoredModel, ...], _opinion: np.ndarray) -> Doubtful:
    return map_and_labels.doubt_test(_opinion, load_digits()[1][1], [judge.test_outputs()[0] for judge in judges])


def list_models() -> tuple[list[StoredModel], list[StoredModel]]:
    """The models that were measured on the test digits of the pages, and those that were on digits of other files.

    Of the latter nothing is known about the digits that the pages show. Where there is no model at all, the page says
    so and ends.
    """
    models = model_store.list_models()
    if not models:
        show_broken()
        st.error("There is no trained network yet: `python -m mnist_app train` makes one.")
        st.stop()
    ours = [model for model in models if model.recipe["data_sha256"] == datasets.checksum()]
    return ours, [model for model in models if model not in ours]


def show_broken() -> None:
    """Name the networks whose folders cannot be used, each with the reason; nothing is shown where there is none."""
    if broken := model_store.list_broken():
        st.warning("These networks cannot be used; all others can.", icon=":material/folder_off:")
        st.dataframe(
            [{"Network": name, "Reason": reason} for name, reason in broken.items()],
            hide_index=True,
            height="content",
            alt="Table: networks whose folders cannot be used, and why",
        )


def name_models(models: Iterable[StoredModel]) -> str:
    """The models' names in a sentence."""
    return ", ".join(f"“{model.name}”" for model in models)


def pick_model(tested_here: bool = True) -> StoredModel:
    """Let the user choose a model in the sidebar; the choice is in the address, so a link keeps it.

    Args:
        tested_here: whether only those can be chosen that were measured on the test digits of the pages.
    """
    models, others = list_models()
    if not tested_here:
        models, others = models + others, []
    if not models:
        st.error(f"No network here was tested on MNIST's test digits. Others were tested: {name_models(others)}.")
        st.stop()
    names = [model.name for model in models]
    name = st.sidebar.selectbox(
        "Network", names, key="model", bind="query-params", help="Which trained network answers on this page."
    )
    if others:
        st.sidebar.caption(f"Not to choose from, because they were tested on other digits: {name_models(others)}.")
    if broken := len(model_store.list_broken()):
        said = "A network cannot be used" if broken == 1 else f"{broken} networks cannot be used"
        st.sidebar.caption(f":material/folder_off: {said}: the page Models says why.")
    return models[names.index(name)]


def in_percent(rows: Sequence[tables.Row], *keys: str) -> list[tables.Row]:
    """Rows whose shares of these keys are percentages, for a table whose column has the format `PERCENT`."""
    return [row | {key: None if row[key] is None else 100 * row[key] for key in keys} for row in rows]


def offer_csv(rows: Callable[[], list[tables.Row]], name: str, about: str | None = None) -> None:
    """Offer rows for download as `name`.csv; they are made when someone takes them away."""
    st.download_button(
        "CSV", lambda: tables.to_csv(rows()), f"{name}.csv", "text/csv", key=f"csv {name}", help=about,
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def enlarge(image: np.ndarray, size: int = 140) -> np.ndarray:
    """Enlarge a `(28, 28)` uint8 image to about `size` pixels without smoothing, dark ink on white paper."""
    factor = max(1, round(size / image.shape[0]))
    paper = np.rint(PAPER - image * (PAPER / 255)).astype(np.uint8)
    return cv2.resize(paper, None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)


def to_url(picture: np.ndarray) -> str:
    """Put a picture `(h, w)`, `(h, w, 3)` or `(h, w, 4)` uint8, RGB or RGBA, into an address, for `st.image`.

    Streamlit serves an array from a file that the next run removes; where runs follow each other as fast as strokes,
    the browser may come too late for it.
    """
    turn = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}
    channels_turned = picture if picture.ndim == 2 else cv2.cvtColor(picture, turn[picture.shape[2]])
    return "data:image/png;base64," + base64.b64encode(cv2.imencode(".png", channels_turned)[1].tobytes()).decode()


def is_dark() -> bool:
    """Whether the visitor's theme is dark; another choice runs the page again."""
    return st.context.theme.type == "dark"


def show_name(name: str) -> None:
    """Show the name of a visitor's file as a heading: as text, whatever it holds.

    Markdown would make links, symbols and pictures of it, which the browser asks any host for that the name tells; and
    some of them it makes however the name is escaped.
    """
    st.html(f'<h2 style="font-size:1rem;margin:0;padding:0;overflow-wrap:anywhere"><bdi>{html.escape(name)}</bdi></h2>')


# ---- the answer ----


def show_answer(answer: str, sentence: str) -> None:
    """Show an answer large with its sentence; screen readers say it when it changes."""
    size = "4.5rem" if len(answer) < 5 else "3rem" if len(answer) < 9 else "2rem"
    st.html(
        f'<div role="status" style="min-height:8.5rem;display:flex;flex-direction:column;justify-content:center">'
        f'<div style="font-size:{size};font-weight:700;line-height:1.15;overflow-wrap:anywhere;white-space:pre-line">'
        f'{html.escape(answer)}</div><div style="font-size:1.1rem">{html.escape(sentence)}</div></div>'
    )


def show_bars(probabilities: np.ndarray) -> None:
    """Show ten probabilities as bars, the best two in colour.

    Plain HTML: a chart of a charting library is taken down and built anew, 0.3 s later, for every stroke.
    """
    second, best = np.argsort(probabilities, kind="stable")[-2:]
    rows = []
    for digit, share in enumerate(probabilities):
        colour = OTHER if share < TRACE else BEST if digit == best else SECOND if digit == second else OTHER
        bar = f"width:{100 * share:.2f}%;background:{colour};height:.8rem;border-radius:2px"
        number = wording.percent(share) if share >= TRACE else ""
        rows.append(f'<b>{digit}</b><div style="{bar}"></div><span style="white-space:nowrap">{number}</span>')
    spoken = ", ".join(f"{digit}: {wording.percent(share)}" for digit, share in enumerate(probabilities))
    grid = "display:grid;grid-template-columns:1rem 1fr 5rem;column-gap:.5rem;align-items:center"
    st.html(
        f'<div role="img" aria-label="Probability of each digit. {spoken}" '
        f'style="{grid};font-size:.9rem;line-height:1.35rem">{"".join(rows)}</div>'
    )


def show_steps(steps: Sequence[Step], side: int = 150) -> None:
    """Show the picture and the hint of each step that changed something, side by side as far as there is room.

    The others are named in a line that opens.
    """
    with st.container(horizontal=True, gap="small"):
        for step in steps:
            if step.changed:
                with st.container(width=side):
                    st.image(to_url(_fit_square(step.picture, side)), alt=f"{step.name}: {step.hint}")
                    st.markdown(f"**{step.name}**  \n{step.hint}")
    if idle := [step for step in steps if not step.changed]:
        with st.expander(f"Nothing to do here: {', '.join(step.name.lower() for step in idle)}"):
            st.markdown("\n".join(f"- **{step.name}**: {step.hint}" for step in idle))


def _fit_square(picture: np.ndarray, side: int) -> np.ndarray:
    """Scale a picture into a square of its own background's grey; pixels of small ones stay visible."""
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
    scale = side / max(picture.shape[:2])
    how = cv2.INTER_NEAREST if scale > 1 else cv2.INTER_AREA
    width, height = (max(1, round(length * scale)) for length in picture.shape[1::-1])
    square = np.full((side, side, 3), np.median(picture, axis=(0, 1)), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = cv2.resize(picture, (width, height), interpolation=how)
    return square


# ---- trainings ----


def show_curves(history: list[dict[str, float]], epochs: int, name: str) -> None:
    """Draw loss and accuracy of a training side by side."""
    from mnist_app.insight.charts.learning import curve_chart, curve_rows  # Altair takes 25 MB, and Draw has no chart

    rows = curve_rows(history)
    for column, figure in zip(st.columns(2), ("accuracy", "loss"), strict=True):
        with column:
            show_chart(
                curve_chart(rows, figure, epochs).to_dict(),
                f"Line chart: {figure} of {name} after each epoch, in training and validation",
                f"{name}-{figure}",
            )


# ---- many digits ----


def show_thumbnail(image: np.ndarray, alt: str, caption: str) -> None:
    """Show a small picture of an image `(28, 28)`, as wide as its place, with a caption."""
    st.image(to_url(enlarge(image, 112)), width="stretch", alt=alt)
    st.caption(caption)


def pictures(key: str, columns: int = 8, least: int = 84) -> DeltaGenerator:
    """A grid for pictures, one a cell; where a cell has a link, a click anywhere on it follows the link.

    Args:
        key: another one for each grid of a page.
        columns: pictures in a row, where there is room.
        least: width of a picture in pixels, below which there are fewer.
    """
    st.html(PICTURES_STYLE)
    return st.grid(columns, min_column_width=least, gap="small", key=f"pictures_{key}")


def link_digit(model: str, number: int) -> None:
    """Link to the detail of a test digit."""
    query = {"model": model, "which": TEST_DIGIT, "no": str(number)}
    st.page_link(navigation.DIGIT.path, label=f"No. {number}", query_params=query)


def show_gallery(
    exam: Exam, found: np.ndarray, key: str, *, columns: int = 8, least: int = 84, per_page: int = PER_PAGE
) -> None:
    """Show the test digits of these numbers `(k,)`, `per_page` at a time; each leads to its detail.

    Another `key` begins on the first page; `columns` and `least` are those of `pictures`.
    """
    if not len(found):
        st.info("No test digit is like this. Choose others above.", icon=":material/search_off:")
        return
    pages = -(-len(found) // per_page)
    page = st.pagination(pages, key=key) if pages > 1 else 1
    with pictures("digits", columns, least):
        for i in map(int, found[(page - 1) * per_page : page * per_page]):
            true, read = exam.y_true[i], exam.y_pred[i]
            with st.container(gap=None):
                said = f"{true} read as {read}" if read != true else f"{true}"
                alt = f"Test digit number {i}: a handwritten {true} that was read as {read}"
                show_thumbnail(exam.images[i], alt, f"{said}  \n{wording.percent(exam.y_prob[i, read])}")
                if i in WRONG_TEST_LABELS:
                    st.badge("label?", icon=":material/report:", color="orange", help="People doubt this label.")
                link_digit(exam.model, i)


def link_pair(model: str, pair: dict[str, Any]) -> None:
    """Show a pair of confused digits, from `metrics.confused_pairs`, as a link to its digits."""
    often = "once" if pair["count"] == 1 else f"{pair['count']} times"
    st.page_link(
        navigation.ERRORS.path,
        label=f"**{pair['true']} read as {pair['predicted']}** · {often}",
        help=f"{pair['share']:.1%} of the digits that are {pair['true']}",
        query_params={"model": model, "true": str(pair["true"]), "predicted": str(pair["predicted"])},
    )
