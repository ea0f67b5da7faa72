// A picture with a box and a digit wherever one was read. "Correct" makes it editable where it stands: each digit has a
// text field, and boxes can be moved, resized, added and deleted. Every change is told to Python, which reads again.

const CORNERS = [[0, 0], [1, 0], [0, 1], [1, 1]];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 0.005; // of the picture's longer side: how far an arrow key moves a box
const REACH = 22; // pixels of the screen around a box: half of what a finger needs
const DRAGGED = 5; // pixels of the screen that make a drag of a click

export default function ({ parentElement, data, setStateValue }) {
    const picture = (parentElement.picture ??= new LabelledPicture(parentElement));
    picture.tell = (told) => setStateValue("told", told);
    picture.take(data);
}

class LabelledPicture {
    constructor(root) {
        this.root = root;
        this.frame = root.querySelector(".labelled");
        this.stage = root.querySelector(".stage");
        this.image = root.querySelector("img");
        this.editor = root.querySelector(".editor");
        this.rows = root.querySelector(".fields");
        this.spoken = root.querySelector(".spoken");
        this.buttons = Object.fromEntries([...root.querySelectorAll("button")].map((each) => [each.name, each]));
        for (const [name, button] of Object.entries(this.buttons)) button.onclick = () => this[name]();
        this.fields = []; // one a mark
        this.past = []; // the marks before each change, and what had been told of them
        this.chosen = -1;
        this.editing = false;
        this.stage.onpointerdown = (event) => this.begin(event);
        this.stage.onpointermove = (event) => this.follow(event);
        this.stage.onpointerup = (event) => this.end(event);
        this.stage.onpointercancel = () => this.cancel();
    }

    // What Python read. An answer to an earlier change comes too late: the one to the latest is on its way.
    take(data) {
        this.waiting = this.drag && data;
        if (this.drag || (this.changes !== undefined && data.heard !== this.changes)) return;
        if (this.editing) this.spoken.textContent = data.spoken;
        this.changes = data.heard;
        this.data = data;
        this.marks = data.marks;
        this.told = data.corrected ? toTell(data.marks) : null;
        this.chosen = Math.min(this.chosen, this.marks.length - 1);
        if (this.image.src !== data.url) this.image.src = data.url;
        this.stage.style.aspectRatio = `${data.width} / ${data.height}`;
        this.stage.style.maxWidth = `max(8rem, ${(85 * data.width) / data.height}vh)`; // a tall one fits the window
        this.show();
    }

    // ---- what is shown ----

    show() {
        const { editing, data } = this;
        this.frame.classList.toggle("editing", editing);
        this.stage.setAttribute("role", editing ? "group" : "img");
        this.stage.setAttribute("aria-label", data.alt);
        const left = editing ? [] : data.left_out.map((one) => this.outline("left-out", one.box, one.letter, one.reason));
        this.stage.replaceChildren(this.image, ...left, ...this.marks.map((mark, i) => this.draw(mark, i)));
        this.editor.hidden = !editing;
        for (const [name, button] of Object.entries(this.buttons)) button.hidden = !editing && name !== "correct";
        this.buttons.correct.textContent = editing ? "Done" : "Correct";
        this.buttons.remove.disabled = this.chosen < 0;
        this.buttons.undo.disabled = !this.past.length;
        this.buttons.forget.disabled = this.told === null;
        if (editing) this.showFields();
    }

    draw(mark, i) {
        const box = this.outline("box", mark.box, mark.label + (mark.sure ? "" : "?"), mark.said);
        box.classList.toggle("unsure", !mark.sure);
        if (!this.editing || i !== this.chosen) return box;
        box.classList.add("chosen");
        for (const [x, y] of CORNERS) {
            const corner = box.appendChild(document.createElement("div"));
            corner.className = "corner";
            Object.assign(corner.dataset, { x, y });
        }
        return box;
    }

    outline(kind, [x, y, w, h], text, title) {
        const { width, height } = this.data;
        const box = document.createElement("div");
        box.className = kind;
        box.title = title;
        const place = { left: x / width, top: y / height, width: w / width, height: h / height };
        for (const [side, share] of Object.entries(place)) box.style[side] = `${100 * share}%`;
        const chip = document.createElement("span");
        chip.className = y < 0.07 * height ? "low chip" : "chip";
        chip.textContent = text;
        if (text) box.append(chip);
        return box;
    }

    // Fields stay while the visitor types; they are only put into other rows where the rows have changed.
    showFields() {
        while (this.fields.length > this.marks.length) this.fields.pop();
        while (this.fields.length < this.marks.length) this.fields.push(this.makeField());
        const rows = Object.values(Object.groupBy(this.marks.keys(), (i) => this.marks[i].row));
        for (const row of rows) row.sort((i, j) => middle(this.marks[i]) - middle(this.marks[j]));
        const [wanted, there] = [rows.flat().map((i) => this.fields[i]), [...this.rows.querySelectorAll("input")]];
        const sizes = rows.map((row) => row.length).join();
        if (sizes !== this.rows.dataset.sizes || wanted.some((field, i) => field !== there[i])) this.lay(rows, sizes);
        rows.forEach((row, r) => row.forEach((i, place) => this.fill(i, `Digit ${place + 1} in row ${r + 1}`)));
    }

    lay(rows, sizes) {
        const active = this.root.activeElement;
        this.moving = true; // a field that is put elsewhere loses the focus
        this.rows.replaceChildren(
            ...rows.map((row) => {
                const made = document.createElement("div");
                made.className = "row";
                made.append(...row.map((i) => this.fields[i]));
                return made;
            }),
        );
        if (this.fields.includes(active)) active.focus({ preventScroll: true });
        this.moving = false;
        this.rows.dataset.sizes = sizes;
    }

    makeField() {
        const field = document.createElement("input");
        Object.assign(field, { type: "text", inputMode: "numeric", autocomplete: "off", enterKeyHint: "done" });
        field.placeholder = "?"; // in a box in which no digit is seen
        field.setAttribute("aria-describedby", "how");
        field.onfocus = () => this.moving || this.enter(field);
        field.onblur = () => this.moving || this.leave(field);
        field.oninput = () => (field.value = field.value.replace(/\D/g, "").slice(-1));
        field.onkeydown = (event) => this.press(event, field);
        return field;
    }

    fill(i, name) {
        const [field, mark] = [this.fields[i], this.marks[i]];
        field.setAttribute("aria-label", mark.sure ? name : `${name}, not sure`);
        field.classList.toggle("unsure", !mark.sure);
        const active = this.root.activeElement === field;
        const typing = active && field.value !== field.dataset.shown;
        field.dataset.shown = mark.label;
        if (typing || field.value === mark.label) return;
        field.value = mark.label;
        if (active) field.select();
    }

    // ---- the fields ----

    enter(field) {
        field.select();
        this.choose(this.fields.indexOf(field));
    }

    leave(field) {
        const i = this.fields.indexOf(field);
        if (i < 0 || field.value === this.marks[i].label) return;
        if (field.value) this.type(i, Number(field.value));
        else field.value = this.marks[i].label;
    }

    press(event, field) {
        event.stopPropagation(); // the page has keys of its own
        const i = this.fields.indexOf(field);
        if (event.key === "Enter" && field.value) this.type(i, Number(field.value));
        else if (event.key === "Enter") this.remove(i);
        if (!ARROWS[event.key]) return;
        event.preventDefault();
        const step = Math.max(1, STEP * Math.max(this.data.width, this.data.height));
        const [right, down] = ARROWS[event.key].map((way) => way * step);
        const [x, y, w, h] = this.marks[i].box;
        this.keep();
        this.place(i, event.shiftKey ? [x, y, w + right, h + down] : [x + right, y + down, w, h]);
        this.changed();
    }

    type(i, digit) {
        if (this.marks[i].digit === digit) return;
        this.keep();
        const label = `${digit}`;
        this.marks = this.marks.with(i, { ...this.marks[i], digit, label, sure: true, said: label });
        this.changed();
    }

    // ---- the buttons ----

    correct() {
        this.editing = !this.editing;
        this.choose(-1);
    }

    add() {
        const { width, height } = this.data;
        const [w, h] = [2, 3].map((side) => median(this.marks.map(({ box }) => box[side])));
        const size = [w ?? width / 8, h ?? height / 4];
        this.keep();
        this.append([(width - size[0]) / 2, (height - size[1]) / 2, ...size]);
        this.changed();
        this.fields[this.chosen].focus();
    }

    remove(i = this.chosen) {
        this.keep();
        this.marks = this.marks.toSpliced(i, 1);
        this.fields.splice(i, 1);
        this.chosen = -1;
        this.changed();
        (this.fields[i] ?? this.buttons.add).focus();
    }

    undo() {
        const { marks, told } = this.past.pop();
        this.marks = marks;
        this.chosen = -1;
        this.changed(told);
    }

    forget() {
        this.keep();
        this.changed(null);
    }

    // ---- mouse, pen and finger ----

    begin(event) {
        if (!this.editing || !event.isPrimary || event.button) return;
        event.preventDefault();
        this.stage.setPointerCapture(event.pointerId);
        const start = this.point(event);
        const corner = event.target.closest(".corner")?.dataset;
        const held = corner ? this.chosen : this.at(start);
        this.drag = { start, corner, held, box: this.marks[held]?.box, marks: this.marks };
    }

    follow(event) {
        const { drag } = this;
        if (!drag || !event.isPrimary) return;
        const [x, y] = this.point(event);
        const by = [x - drag.start[0], y - drag.start[1]];
        if (!drag.moved && Math.hypot(...by) < DRAGGED * this.pixel()) return;
        if (!drag.moved && drag.held < 0) this.append([...drag.start, 0, 0]);
        else if (!drag.moved) this.chosen = drag.held;
        drag.moved = true;
        const [left, top, w, h] = drag.box ?? [...drag.start, 0, 0];
        const [toRight, toBottom] = drag.box ? [drag.corner?.x === "1", drag.corner?.y === "1"] : [true, true];
        if (drag.box && !drag.corner) this.place(this.chosen, [left + by[0], top + by[1], w, h]);
        else this.stretch([left, left + w], [top, top + h], toRight, toBottom, by);
        this.show();
    }

    // A corner that is pulled beyond the other side turns the box over.
    stretch(across, down, toRight, toBottom, by) {
        const { width, height } = this.data;
        across[Number(toRight)] = clamp(across[Number(toRight)] + by[0], 0, width);
        down[Number(toBottom)] = clamp(down[Number(toBottom)] + by[1], 0, height);
        const [x, y] = [Math.min(...across), Math.min(...down)];
        this.place(this.chosen, [x, y, Math.max(...across) - x, Math.max(...down) - y]);
    }

    end(event) {
        const { drag } = this;
        if (!drag) return;
        if (drag.moved) {
            this.keep(drag.marks);
            this.changed();
        } else this.choose(drag.held < 0 ? this.at(drag.start, REACH * this.pixel()) : drag.held);
        this.release();
        if (event.pointerType === "mouse" && this.chosen >= 0) this.fields[this.chosen].focus({ preventScroll: true });
    }

    cancel() {
        if (this.drag?.moved) this.marks = this.drag.marks;
        this.release();
        this.choose(-1);
    }

    release() {
        this.drag = undefined;
        if (this.waiting) this.take(this.waiting);
    }

    // The box at a point, or the nearest one that is not farther away than `reach`; -1 where there is none.
    at([x, y], reach = 0) {
        const away = this.marks.map(({ box: [left, top, w, h] }, i) => {
            const far = Math.hypot(x - clamp(x, left, left + w), y - clamp(y, top, top + h));
            return i === this.chosen ? far - REACH * this.pixel() : far; // the chosen one is held more easily
        });
        const least = Math.min(...away);
        return least <= reach ? away.indexOf(least) : -1;
    }

    // Pixels of the picture that are one of the screen.
    pixel() {
        return this.data.width / this.stage.getBoundingClientRect().width;
    }

    point({ clientX, clientY }) {
        const { left, top } = this.stage.getBoundingClientRect();
        const { width, height } = this.data;
        return [clamp((clientX - left) * this.pixel(), 0, width), clamp((clientY - top) * this.pixel(), 0, height)];
    }

    // ---- changes ----

    choose(i) {
        this.chosen = i;
        this.show();
    }

    append(box) {
        this.chosen = this.marks.length;
        this.marks = [...this.marks, { box, digit: null, label: "", sure: true, said: "", row: Infinity }];
    }

    place(i, [x, y, w, h]) {
        const { width, height } = this.data;
        [w, h] = [clamp(w, 1, width), clamp(h, 1, height)];
        const box = [clamp(x, 0, width - w), clamp(y, 0, height - h), w, h];
        this.marks = this.marks.with(i, { ...this.marks[i], box });
    }

    keep(marks = this.marks) {
        this.past.push({ marks, told: this.told });
    }

    changed(told = toTell(this.marks)) {
        this.told = told;
        this.show();
        this.changes += 1;
        this.tell({ change: this.changes, boxes: told });
    }
}

const toTell = (marks) => marks.map(({ box, digit }) => ({ box, digit }));
const middle = ({ box: [x, , w] }) => x + w / 2;
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
