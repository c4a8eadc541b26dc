// The numbers beside the curves, as a real table: each loss's values where the cursor stands, and
// who gets its gradient. The table's row heads are the legend: pressed, they hide a curve.

import { SCALES, sharesOf, VIEWS } from "../shared/curves.js";
import { numberText } from "../shared/number_text.js";
import { find, setText } from "../shared/svg.js";

/** @typedef {import("../shared/curves.js").Curve} Curve */
/** @typedef {import("../shared/curves.js").ViewName} ViewName */

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {HTMLTableRowElement} values
 * @property {HTMLElement} share
 * @property {HTMLButtonElement} button
 * @property {HTMLElement} swatch
 * @property {HTMLElement[]} labels
 * @property {HTMLElement[]} cells
 * @property {HTMLElement[]} bars
 * @property {HTMLElement} sentence
 */

const READER_STEPS = 1000;
const PREVIEW = "preview"; // the id of the row of a formula that is being typed

/** @type {(share: number) => string} */
const percent = (share) => {
  if (share > 0 && share < 0.005) return "under 1 %";
  if (share < 1 && share > 0.995) return "over 99 %";
  return `${Math.round(100 * share)} %`;
};

/** @type {(curve: Curve) => string} */
const labelOf = (curve) =>
  [curve.name, ...curve.names.map((name) => `${name} = ${numberText(curve.values[name])}`)].join(
    ", ",
  );

/** @type {(p: number) => string} */
const probabilityText = (p) => {
  if (p > 0.99995) return "1";
  return p > 0.99 ? p.toFixed(4) : numberText(p);
};

export class ValueTable {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** @type {ViewName[]} */
  #columns = [];
  /** @type {number[]} */
  #examples = [];
  #reach = 1; // of the cursor, in units of the logit margin: both ends matter, and p would crowd them
  #root;
  #toggle;

  /**
   * @param {HTMLElement} root
   * @param {object} options
   * @param {(id: string) => void} options.toggle Hides or shows a curve.
   * @param {(l: number) => void} options.read Moves the cursor to a log p.
   */
  constructor(root, { toggle, read }) {
    this.#root = root;
    this.#toggle = toggle;
    this.reader = /** @type {HTMLInputElement} */ (find(root, ".reader input"));
    this.reader.max = String(READER_STEPS);
    this.reader.addEventListener("input", () => read(this.#toLog(Number(this.reader.value))));
    this.body = find(root, ".values tbody");
    this.list = find(root, ".shares ul");
  }

  /** @param {number} step */
  #toLog(step) {
    return SCALES.margin.toLog(((2 * step) / READER_STEPS - 1) * this.#reach);
  }

  /** @param {number} l */
  #toStep(l) {
    const place = Math.max(-1, Math.min(1, SCALES.margin.of(l) / this.#reach));
    return Math.round(((place + 1) / 2) * READER_STEPS);
  }

  /**
   * @param {object} data
   * @param {boolean} data.shares
   * @param {number} data.least_p
   * @param {ViewName[]} data.columns
   * @param {number[]} data.examples
   * @param {Curve[]} curves
   * @param {Set<string>} hidden
   */
  receive(data, curves, hidden) {
    if (!this.#columns.length) this.#addHeads(data.columns);
    this.#columns = data.columns;
    this.#examples = data.examples;
    const [last, ...others] = [...data.examples].reverse();
    const examples = `${others.reverse().join(", ")} and ${last}`;
    find(this.#root, ".shares .examples").textContent = examples;
    this.#reach = Math.log((1 - data.least_p) / data.least_p);
    find(this.#root, ".shares").hidden = !data.shares;
    for (const row of this.#rows.values())
      if (row.id !== PREVIEW && !curves.some(({ id }) => id === row.id)) this.#drop(row);
    for (const curve of curves) {
      const row = this.#rows.get(curve.id) ?? this.#add(curve.id);
      row.swatch.innerHTML = curve.swatch;
      row.button.setAttribute("aria-pressed", String(!hidden.has(curve.id)));
      for (const bar of row.bars) bar.style.background = curve.color;
      this.body.append(row.values);
      this.list.append(row.share);
    }
  }

  /** @param {ViewName[]} columns */
  #addHeads(columns) {
    for (const name of columns) {
      const head = document.createElement("th");
      head.scope = "col";
      head.textContent = name;
      find(this.#root, ".values thead tr").append(head);
    }
  }

  /** @param {string} id @returns {Row} */
  #add(id) {
    const values = document.createElement("tr");
    const key = '<span class="swatch"></span><span class="label"></span>';
    const cells = this.#columns.map(() => "<td></td>").join("");
    values.innerHTML = `<th scope="row"><button type="button" aria-pressed="true">${key}</button></th>${cells}`;
    const share = document.createElement("li");
    const bars = this.#examples.map(() => "<i></i>").join("");
    const bar = `<span class="bar" aria-hidden="true">${bars}</span>`;
    share.innerHTML = `<span class="label"></span> <span class="sentence"></span>${bar}`;
    const button = find(values, "button");
    const row = {
      id,
      values,
      share,
      button,
      swatch: find(values, ".swatch"),
      labels: [find(values, ".label"), find(share, ".label")],
      cells: [...values.querySelectorAll("td")],
      bars: [...share.querySelectorAll("i")],
      sentence: find(share, ".sentence"),
    };
    if (id === PREVIEW) button.disabled = true;
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      this.#toggle(id);
    });
    this.#rows.set(id, row);
    return row;
  }

  /** @param {Row} row */
  #drop(row) {
    row.values.remove();
    row.share.remove();
    this.#rows.delete(row.id);
  }

  /**
   * Writes the numbers: of the curves that have moved, or of all where the cursor has.
   * @param {object} content
   * @param {number} content.l
   * @param {number} content.classes
   * @param {Curve[]} content.curves
   * @param {Curve | null} content.preview
   */
  show({ l, classes, curves, preview }) {
    const p = Math.exp(l);
    const place = `p = ${probabilityText(p)}`;
    const atStart = Math.abs(p * classes - 1) < 1e-6;
    setText(find(this.#root, ".place"), place);
    setText(
      find(this.#root, ".reader .start"),
      atStart ? `= 1/${classes}, where training starts` : "",
    );
    const step = this.#toStep(l);
    if (document.activeElement !== this.reader) this.reader.value = String(step);
    this.reader.style.setProperty("--filled", `${(100 * step) / READER_STEPS}%`);
    this.reader.setAttribute("aria-valuetext", place);
    for (const curve of curves) {
      const row = this.#rows.get(curve.id);
      if (row) this.#write(row, curve, l);
    }
    const row = this.#rows.get(PREVIEW);
    if (preview) this.#write(row ?? this.#addPreview(), preview, l);
    else if (row) this.#drop(row);
  }

  #addPreview() {
    const row = this.#add(PREVIEW);
    row.swatch.innerHTML = '<span class="typed"></span>';
    this.body.prepend(row.values);
    this.list.prepend(row.share);
    return row;
  }

  /** @type {(row: Row, curve: Curve, l: number) => void} */
  #write(row, curve, l) {
    const label = labelOf(curve);
    for (const node of row.labels) setText(node, label);
    this.#columns.forEach((view, i) => {
      row.cells[i].textContent = numberText(VIEWS[view](curve, l));
    });
    const shares = sharesOf(curve, this.#examples);
    row.bars.forEach((bar, i) => {
      const share = shares?.[i] ?? 0;
      bar.style.width = `${100 * Math.abs(share)}%`;
      bar.classList.toggle("down", share < 0);
    });
    row.sentence.textContent = this.#sentenceOf(shares);
  }

  /** @param {number[] | null} shares */
  #sentenceOf(shares) {
    if (!shares) return "does not pull on any of them";
    /** @type {(isDown: boolean) => string} */
    const list = (isDown) =>
      this.#examples
        .map((p, i) => ({ p, share: shares[i] }))
        .filter(({ share }) => share < 0 === isDown)
        .map(({ p, share }) => `${percent(Math.abs(share))} at ${p}`)
        .join(", ");
    const up = list(false) && `up ${list(false)}`;
    const down = list(true) && `down ${list(true)}`;
    return [up, down].filter(Boolean).join("; ");
  }
}
