// The results of a comparison: a row a loss, which opens to its seeds. Order, opened rows and focus
// stay while new numbers come in.

import { find } from "../shared/svg.js";
import { element } from "./elements.js";
import { axisLabels } from "./forest.js";
import { LossRow } from "./row.js";

/** @typedef {import("./row.js").Loss} Loss */
/** @typedef {import("./seeds.js").Seed} Seed */

/**
 * What component.py sends, as JSON.
 * @typedef {object} Table
 * @property {string} id The comparison's.
 * @property {string} caption
 * @property {[string, string, string, boolean][]} columns Key, title, what it means, whether it is
 *   sorted by.
 * @property {import("./forest.js").Axis} axis
 * @property {string[]} kinds Of trials' states.
 * @property {Loss[]} losses In the order in which they were chosen.
 * @property {{ [loss: string]: Seed[] }} seeds Of the rows that Python knows to be open.
 * @property {string[]} open The rows that were open when the page was built.
 */

/** @type {WeakMap<Element, ResultTable>} */
const instances = new WeakMap();

/** @type {(a: Loss, b: Loss, column: string) => number} Where nothing is known stands last. */
const compare = (a, b, column) => {
  const [left, right] = [a.cells[column][1], b.cells[column][1]];
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  return left < right ? -1 : Number(left > right);
};

class ResultTable {
  /** @type {Table} Set before anything is drawn. */
  #data = /** @type {any} */ (null);
  /** @type {Map<string, LossRow>} */
  #rows = new Map();
  /** @type {{ column: string, descending: boolean } | null} Null: as they were chosen. */
  #order = null;
  #columns = "";
  /** @type {(name: string, value: string) => void} */
  #report = () => {};

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.table = find(root, "table");
    this.caption = find(root, "caption");
    this.head = find(root, "thead tr");
  }

  /**
   * @param {Table} data
   * @param {(name: string, value: string) => void} report
   */
  receive(data, report) {
    const another = this.#data?.id !== data.id;
    this.#data = data;
    this.#report = report;
    if (another) this.#clear();
    this.caption.textContent = data.caption;
    this.#showHead();
    for (const loss of data.losses) {
      const row = this.#rows.get(loss.loss) ?? this.#addRow(loss);
      row.show(loss, data.axis, data.seeds[loss.loss]);
    }
    this.#arrange();
  }

  #clear() {
    for (const { body } of this.#rows.values()) body.remove();
    this.#rows.clear();
    this.#order = null;
  }

  /** @param {Loss} loss */
  #addRow(loss) {
    const columns = /** @type {[string, string][]} */ (
      this.#data.columns.map(([key, title]) => [key, title])
    );
    const row = new LossRow(loss, columns, this.#data.kinds, {
      toggled: () => this.#toggled(row),
      request: (what, trial) => this.#report(what, trial),
    });
    row.open = this.#data.open.includes(loss.loss);
    this.#rows.set(loss.loss, row);
    return row;
  }

  /** @param {LossRow} row */
  #toggled(row) {
    row.seeds.show(this.#data.seeds[row.data.loss]);
    const open = [...this.#rows].filter(([, { open }]) => open).map(([loss]) => loss);
    this.#report("open", JSON.stringify(open));
  }

  #showHead() {
    const drawn = JSON.stringify([this.#data.columns, this.#order, this.#data.axis]);
    if (this.#columns === drawn) return;
    const focused = /** @type {HTMLElement | null} */ (this.head.querySelector(":focus"));
    const column = focused?.dataset.column;
    this.#columns = drawn;
    this.head.replaceChildren(...this.#data.columns.map((one) => this.#headCell(one)));
    if (column) this.head.querySelector(`[data-column="${column}"]`)?.focus();
  }

  /** @param {[string, string, string, boolean]} column */
  #headCell([key, title, meaning, sortable]) {
    const cell = element("th", { scope: "col", class: key, title: meaning });
    if (!sortable) {
      cell.append(element("span", { class: "title" }, title));
      if (key === "forest") cell.append(axisLabels(this.#data.axis));
      return cell;
    }
    const button = element("button", { type: "button", "data-column": key }, title);
    const sorted = this.#order?.column === key;
    const direction = this.#order?.descending ? "descending" : "ascending";
    if (sorted) cell.setAttribute("aria-sort", direction);
    const arrow = this.#order?.descending ? "↓" : "↑";
    button.append(element("span", { class: "arrow", "aria-hidden": "true" }, sorted ? arrow : "↕"));
    button.addEventListener("click", () => this.#sortBy(key));
    cell.append(button);
    return cell;
  }

  /** Up, then down, then as the losses were chosen. @param {string} column */
  #sortBy(column) {
    if (this.#order?.column !== column) this.#order = { column, descending: false };
    else this.#order = this.#order.descending ? null : { column, descending: true };
    this.#showHead();
    this.#arrange();
  }

  /** Puts the rows into their order, the baseline always first. */
  #arrange() {
    const losses = [...this.#data.losses];
    const order = this.#order;
    if (order)
      losses.sort((a, b) => {
        const unknown = [a, b].some(({ cells }) => cells[order.column][1] === null);
        const ascending = compare(a, b, order.column);
        return order.descending && !unknown ? -ascending : ascending;
      });
    losses.sort((a, b) => Number(b.baseline) - Number(a.baseline));
    const bodies = losses.map(({ loss }) => /** @type {LossRow} */ (this.#rows.get(loss)).body);
    const there = [...this.table.tBodies];
    if (bodies.every((body, i) => body === there[i])) return;
    const focused = /** @type {HTMLElement | null} */ (this.table.querySelector("tbody :focus"));
    this.table.append(...bodies);
    focused?.focus({ preventScroll: true });
  }
}

/** @param {any} component As Streamlit calls it, again for each change of the data. */
export default function ({ parentElement: root, data, setTriggerValue }) {
  const table = instances.get(root) ?? new ResultTable(root);
  instances.set(root, table);
  table.receive(JSON.parse(data.table), setTriggerValue);
}
