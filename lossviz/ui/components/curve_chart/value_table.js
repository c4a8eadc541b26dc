// The numbers beside the curves, as a real table: each loss's values where the cursor stands. Its row
// heads are the legend: clicked, they hide a curve.

import { curveLabel, VIEWS } from "../shared/curves.js";
import { plainText } from "../shared/number_text.js";
import { PREVIEW } from "../shared/preview.js";
import { find, setText } from "../shared/svg.js";
import { wordLink } from "../shared/words.js";

/** @typedef {import("../shared/curves.js").Curve} Curve */
/** @typedef {import("../shared/curves.js").ViewName} ViewName */

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {HTMLTableRowElement} values
 * @property {HTMLButtonElement} button
 * @property {HTMLElement} swatch
 * @property {HTMLElement} label
 * @property {HTMLElement[]} cells
 */

export class ValueTable {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** @type {ViewName[]} */
  #columns = [];
  #words = "";
  #root;
  #toggle;

  /**
   * @param {HTMLElement} root
   * @param {(id: string) => void} toggle Hides or shows a curve.
   */
  constructor(root, toggle) {
    this.#root = root;
    this.#toggle = toggle;
    this.body = find(root, ".values tbody");
  }

  /**
   * @param {object} data
   * @param {ViewName[]} data.columns
   * @param {string} data.words
   * @param {Curve[]} curves
   * @param {Set<string>} hidden
   */
  receive({ columns, words }, curves, hidden) {
    if (words !== this.#words) this.#writeHeads(columns, JSON.parse(words));
    this.#words = words;
    this.#columns = columns;
    for (const row of this.#rows.values())
      if (row.id !== PREVIEW && !curves.some(({ id }) => id === row.id)) this.#drop(row);
    for (const curve of curves) {
      const row = this.#rows.get(curve.id) ?? this.#add(curve.id);
      row.swatch.innerHTML = curve.swatch;
      row.button.style.setProperty("--color", curve.color);
      row.button.setAttribute("aria-pressed", String(!hidden.has(curve.id)));
      this.body.append(row.values);
    }
  }

  /** @type {(columns: ViewName[], words: Record<string, import("../shared/words.js").Word>) => void} */
  #writeHeads(columns, words) {
    const heads = columns.map((name) => {
      const head = document.createElement("th");
      head.scope = "col";
      head.append(wordLink(name, words[name]));
      return head;
    });
    const row = find(this.#root, ".values thead tr");
    row.replaceChildren(row.firstElementChild, ...heads);
  }

  /** @param {string} id @returns {Row} */
  #add(id) {
    const values = document.createElement("tr");
    const key = '<span class="swatch"></span><span class="label"></span>';
    const cells = this.#columns.map(() => "<td></td>").join("");
    values.innerHTML = `<th scope="row"><button type="button" aria-pressed="true">${key}</button></th>${cells}`;
    const button = find(values, "button");
    const row = {
      id,
      values,
      button,
      swatch: find(values, ".swatch"),
      label: find(values, ".label"),
      cells: [...values.querySelectorAll("td")],
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
    this.#rows.delete(row.id);
  }

  /**
   * Writes the numbers: of the curves that have moved, or of all where the cursor has.
   * @param {object} content
   * @param {number} content.l
   * @param {Curve[]} content.curves
   * @param {Curve | null} content.preview
   */
  show({ l, curves, preview }) {
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
    return row;
  }

  /** @type {(row: Row, curve: Curve, l: number) => void} */
  #write(row, curve, l) {
    setText(row.label, curveLabel(curve));
    this.#columns.forEach((view, i) => {
      row.cells[i].textContent = plainText(VIEWS[view](curve, l));
    });
  }
}
