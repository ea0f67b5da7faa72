// A sheet of paper to draw on. Strokes are told to Python as soon as the pen is lifted; undo, redo and clear are
// answered here at once. A reload finds the drawing again, which ends with the browser's tab.

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 8; // of the paper's pixels, around ink that was left out
const NEAR = 0.7; // of the paper's pixels: a point nearer than that to the last one is none

export default function ({ parentElement, data, setStateValue }) {
    const paper = (parentElement.paper ??= new Paper(parentElement));
    paper.tell = (strokes) => setStateValue("strokes", strokes);
    paper.take(data);
    document.addEventListener("keydown", paper.onKey); // once, however often this runs
    return () => document.removeEventListener("keydown", paper.onKey);
}

class Paper {
    constructor(root) {
        this.strokes = [];
        this.past = []; // what lay on the paper before, and what was undone
        this.undone = [];
        this.onKey = (event) => this.press(event);
        this.sheet = root.querySelector("svg");
        this.ink = root.querySelector(".ink");
        this.leftOut = root.querySelector(".left-out");
        this.pen = root.querySelector("input");
        this.buttons = Object.fromEntries([...root.querySelectorAll("button")].map((each) => [each.name, each]));
        for (const [name, button] of Object.entries(this.buttons)) button.onclick = () => this[name]();
        this.sheet.onpointerdown = (event) => this.begin(event);
        this.sheet.onpointermove = (event) => this.follow(event);
        this.sheet.onpointerup = this.sheet.onpointercancel = () => this.end();
    }

    // What Python lays on the paper, of which it counts how often it does, and what of the ink it left out. To a server
    // that does not know the drawing, such as one in place of one that ended, it is told again.
    take({ strokes, turn, left_out, name, visit }) {
        this.stored = `mnist-app ${name}`;
        this.leftOut.replaceChildren(...left_out.map(toOutline));
        const known = this.visit === undefined || visit === this.visit;
        this.visit = visit;
        if (!known && !strokes.length && this.strokes.length) {
            this.turn = turn;
            this.tell(this.strokes);
        }
        if (turn === this.turn) return;
        const first = this.turn === undefined;
        this.turn = turn;
        const kept = first && !strokes.length ? recall(this.stored) : [];
        this.lay(kept.length ? kept : strokes);
        this.show();
        if (kept.length) this.tell(kept);
    }

    begin(event) {
        if (!event.isPrimary || event.button || this.stroke) return;
        event.preventDefault();
        this.sheet.setPointerCapture(event.pointerId);
        this.stroke = { width: Number(this.pen.value), points: [this.place(event)] };
        this.line = this.ink.appendChild(toLine(this.stroke));
        this.sheet.classList.add("drawn");
    }

    follow(event) {
        if (!this.stroke || !event.isPrimary) return;
        const { points } = this.stroke;
        const passed = event.getCoalescedEvents?.() ?? [];
        for (const each of passed.length ? passed : [event]) {
            const [x, y] = this.place(each);
            const [lastX, lastY] = points.at(-1);
            if (Math.hypot(x - lastX, y - lastY) >= NEAR) points.push([x, y]);
        }
        this.line.setAttribute("d", toPath(points));
    }

    // Undo goes back stroke by stroke, and then to what lay there before.
    lay(strokes) {
        if (!strokes.length && !this.strokes.length) return;
        this.past.push(this.strokes, ...strokes.slice(1).map((_, i) => strokes.slice(0, i + 1)));
        this.strokes = strokes;
        this.undone = [];
    }

    end() {
        if (!this.stroke) return;
        this.past.push(this.strokes);
        this.strokes = [...this.strokes, this.stroke];
        this.stroke = undefined;
        this.undone = [];
        this.changed();
    }

    undo() {
        this.step(this.past, this.undone);
    }

    redo() {
        this.step(this.undone, this.past);
    }

    step(from, to) {
        if (!from.length) return;
        to.push(this.strokes);
        this.strokes = from.pop();
        this.changed();
    }

    clear() {
        if (!this.strokes.length) return;
        this.lay([]);
        this.changed();
    }

    press(event) {
        const typing = event.composedPath()[0]?.closest?.("input:not([type=range]), textarea, [contenteditable]");
        if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
        const names = { z: "undo", y: "redo", c: "clear" };
        const name = names[event.key];
        if (name) this[name]();
    }

    changed() {
        this.show();
        this.tell(this.strokes);
    }

    show() {
        this.ink.replaceChildren(...this.strokes.map(toLine));
        this.sheet.classList.toggle("drawn", this.strokes.length > 0);
        this.buttons.undo.disabled = !this.past.length;
        this.buttons.redo.disabled = !this.undone.length;
        this.buttons.clear.disabled = !this.strokes.length;
        remember(this.stored, this.strokes);
    }

    place(event) {
        const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.sheet.getScreenCTM().inverse());
        return [Math.round(10 * x) / 10, Math.round(10 * y) / 10];
    }
}

function toLine({ width, points }) {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("stroke-width", width);
    line.setAttribute("d", toPath(points));
    return line;
}

function toOutline({ box: [x, y, width, height], reason }) {
    const outline = document.createElementNS(SVG, "rect");
    const sides = { x: x - MARGIN, y: y - MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN, rx: 6 };
    for (const [side, value] of Object.entries(sides)) outline.setAttribute(side, value);
    outline.appendChild(document.createElementNS(SVG, "title")).textContent = `Left out: ${reason}`;
    return outline;
}

// Smooth: each point bends a curve from middle to middle.
function toPath(points) {
    const middles = points.slice(1, -1).map(([x, y], i) => [(x + points[i + 2][0]) / 2, (y + points[i + 2][1]) / 2]);
    const curves = middles.map((middle, i) => `Q ${points[i + 1]} ${middle}`);
    const end = points.length > 1 ? `L ${points.at(-1)}` : "l 0.01 0";
    return [`M ${points[0]}`, ...curves, end].join(" ");
}

function remember(name, strokes) {
    try {
        sessionStorage.setItem(name, JSON.stringify(strokes));
    } catch {} // a browser that keeps nothing draws all the same
}

function recall(name) {
    try {
        return JSON.parse(sessionStorage.getItem(name)) ?? [];
    } catch {
        return [];
    }
}
