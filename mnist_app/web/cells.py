"""Pictures that are divided into cells, one of which is chosen by mouse, finger or arrow keys."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from mnist_app.insight.charts.pictures import GAP

HTML = '<div class="cell-flow"></div>'
CSS = """
.cell-flow { display: flex; flex-wrap: wrap; align-items: flex-start; gap: .75rem 1.25rem; font-size: .875rem;
    line-height: 1.3; color: var(--st-text-color) }
.cell-flow figure { margin: 0; max-width: 100% }
.cell-flow figure + figure strong::before { content: "→ " }
.cell-flow figcaption { display: contents }
.cell-flow strong, .cell-flow span { display: block }
.cell-flow strong:not(:empty) { margin-bottom: .3rem }
.cell-flow span:not(:empty) { margin-top: .3rem }
.cell-flow .cells { position: relative; cursor: pointer; max-width: 100%; touch-action: manipulation }
.cell-flow .cells:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 3px }
.cell-flow .fixed { cursor: default }
.cell-flow img { display: block; width: 100%; user-select: none }
.cell-flow .box { position: absolute; box-sizing: border-box; border: 3px solid #D55E00; pointer-events: none }
"""
JS = (
    f"""
const GAP = {GAP};
"""
    + """
const STEPS = {ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: sheet => -sheet.columns,
    ArrowDown: sheet => sheet.columns, Home: sheet => -sheet.count, End: sheet => sheet.count};

function make() {
    const figure = document.createElement("figure");
    figure.innerHTML = `<figcaption><strong></strong></figcaption>
        <div class="cells"><img alt="" draggable="false"><div class="box"></div></div><span></span>`;
    return figure;
}

function outline(cells, sheet, at) {
    const box = cells.querySelector(".box");
    box.hidden = at === null;
    for (const name of ["aria-valuenow", "aria-valuetext"]) if (sheet.fixed) cells.removeAttribute(name);
    if (sheet.fixed) return;
    cells.setAttribute("aria-valuenow", at === null ? 0 : at + 1);
    cells.setAttribute("aria-valuetext", at === null ? "none chosen" : sheet.names[at] ?? `${at + 1}`);
    if (at === null) return;
    box.style.left = `${100 * (at % sheet.columns) / sheet.columns}%`;
    box.style.top = `${100 * Math.floor(at / sheet.columns) / sheet.rows}%`;
}

function fill(figure, sheet, choose) {
    const cells = figure.querySelector(".cells"), image = figure.querySelector("img");
    figure.querySelector("strong").textContent = sheet.title;
    figure.querySelector("span").textContent = sheet.text;
    figure.style.width = `${Math.max(sheet.columns * sheet.side, sheet.least)}px`;
    cells.style.width = `${sheet.columns * sheet.side}px`;
    cells.classList.toggle("fixed", sheet.fixed);
    const sharpen = () => {
        const large = sheet.columns * sheet.side >= 2 * image.naturalWidth;
        image.style.imageRendering = large ? "pixelated" : "auto";
    };
    image.onload = sharpen;
    sharpen();
    if (image.src !== sheet.url) image.src = sheet.url;
    const box = cells.querySelector(".box");
    box.style.width = `${100 / sheet.columns}%`;
    box.style.height = `${100 / sheet.rows}%`;
    cells.setAttribute("role", sheet.fixed ? "img" : "slider");
    cells.setAttribute("aria-label", sheet.label);
    const more = {tabindex: 0, "aria-valuemin": 0, "aria-valuemax": sheet.count};
    for (const [name, value] of Object.entries(more)) {
        if (sheet.fixed) cells.removeAttribute(name);
        else cells.setAttribute(name, value);
    }
    let at = sheet.chosen;
    outline(cells, sheet, at);
    cells.onclick = cells.onkeydown = null;
    if (sheet.fixed) return;
    const go = to => {
        if (to < 0 || to >= sheet.count) return;
        at = to;
        choose(at, image);
        outline(cells, sheet, at);
    };
    cells.onclick = event => {
        const place = cells.getBoundingClientRect();
        const column = Math.floor((event.clientX - place.left) / place.width * sheet.columns);
        const row = Math.floor((event.clientY - place.top) / place.height * sheet.rows);
        go(row * sheet.columns + column);
    };
    cells.onkeydown = event => {
        if (!STEPS[event.key]) return;
        event.preventDefault();
        const to = (at ?? -1) + STEPS[event.key](sheet);
        go(/Home|End/.test(event.key) ? Math.min(Math.max(to, 0), sheet.count - 1) : to);
    };
}

// Python's own picture comes a moment later, with what it is made of.
function grow(image, sheet, at, grown) {
    const width = image.naturalWidth / sheet.columns, height = image.naturalHeight / sheet.rows;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width - GAP, height - GAP];
    const left = at % sheet.columns * width, top = Math.floor(at / sheet.columns) * height;
    canvas.getContext("2d").drawImage(image, -left, -top);
    grown.querySelector("img").src = canvas.toDataURL();
    grown.querySelector(".box").hidden = true;
}

export default function ({ data, parentElement, setTriggerValue }) {
    const { sheets, grown } = data;
    const flow = parentElement.querySelector(".cell-flow");
    while (flow.children.length > sheets.length) flow.lastChild.remove();
    while (flow.children.length < sheets.length) flow.append(make());
    sheets.forEach((sheet, i) => fill(flow.children[i], sheet, (at, image) => {
        sheets.forEach((other, j) => outline(flow.children[j].querySelector(".cells"), other, null));
        const place = grown === "" ? null : document.querySelector(`.st-key-${grown} .cell-flow`);
        if (place) grow(image, sheet, at, place);
        setTriggerValue("chosen", [i, at]);
        const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
        place?.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
    }));
}
"""
)
_show = st.components.v2.component("cells", html=HTML, css=CSS, js=JS, isolate_styles=False)


@dataclass(frozen=True)
class Cells:
    """A picture that is divided into cells.

    Attributes:
        url: the picture, from `ui.to_url`; all cells are alike in size.
        label: what it shows, for who does not see it.
        columns, rows, count: of its cells.
        side: of a cell in pixels of the screen.
        chosen: the cell that is outlined; None for none.
        names: what each cell is called when it is chosen; its number where left out.
        title, text: above and below.
        least: width that title and text have at least, in pixels.
        fixed: whether nothing can be chosen.
    """

    url: str
    label: str
    columns: int
    rows: int
    count: int
    side: int
    chosen: int | None = None
    names: tuple[str, ...] = ()
    title: str = ""
    text: str = ""
    least: int = 0
    fixed: bool = False


def show_cells(
    sheets: Sequence[Cells], key: str, on_choose: Callable[[int, int], None] = lambda *_: None, grown: str = ""
) -> None:
    """Show pictures one after the other.

    Args:
        sheets: the pictures.
        key: of the widget.
        on_choose: called with the number of the picture and of the cell when one is chosen.
        grown: key of the widget that shows a chosen cell grown, which the browser does at once; "" for none.
    """

    def choose() -> None:
        on_choose(*st.session_state[key]["chosen"])

    data = {"sheets": [asdict(sheet) for sheet in sheets], "grown": grown}
    _show(key=key, data=data, on_chosen_change=choose)
