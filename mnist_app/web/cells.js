// Pictures in a row, each divided into cells; one cell is chosen by mouse, finger or arrow keys.

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
function grow(image, sheet, at, grown, gap) {
    const width = image.naturalWidth / sheet.columns, height = image.naturalHeight / sheet.rows;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width - gap, height - gap];
    const left = at % sheet.columns * width, top = Math.floor(at / sheet.columns) * height;
    canvas.getContext("2d").drawImage(image, -left, -top);
    grown.querySelector("img").src = canvas.toDataURL();
    grown.querySelector(".box").hidden = true;
}

export default function ({ data, parentElement, setTriggerValue }) {
    const { sheets, grown, gap } = data;
    const flow = parentElement.querySelector(".cell-flow");
    while (flow.children.length > sheets.length) flow.lastChild.remove();
    while (flow.children.length < sheets.length) flow.append(make());
    sheets.forEach((sheet, i) => fill(flow.children[i], sheet, (at, image) => {
        sheets.forEach((other, j) => outline(flow.children[j].querySelector(".cells"), other, null));
        const place = grown === "" ? null : document.querySelector(`.st-key-${grown} .cell-flow`);
        if (place) grow(image, sheet, at, place, gap);
        setTriggerValue("chosen", [i, at]);
        const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
        place?.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
    }));
}
