// One loss of the table: its line, and its seeds below it once it is opened.

import { element, Slot } from "./elements.js";
import { axisLabels, forestPlot } from "./forest.js";
import { SeedTable } from "./seeds.js";

/** @typedef {import("./forest.js").Axis} Axis */
/** @typedef {import("./forest.js").Forest} Forest */
/** @typedef {import("./seeds.js").Seed} Seed */

/**
 * A text of one line or more, and what it is sorted by.
 * @typedef {[string[], number | string | null]} Cell
 */

/**
 * @typedef {object} Loss
 * @property {string} loss Its spec.
 * @property {string} label
 * @property {string} color
 * @property {string} dash As SVG's stroke-dasharray.
 * @property {boolean} baseline
 * @property {{ [column: string]: Cell }} cells
 * @property {{ word: string, tone: string, note: string }} verdict
 * @property {Forest} forest
 * @property {[number, number][]} states Pairs of a seed and the number of its kind of state; empty
 *   where there are too many.
 * @property {string} unfinished What became of the seeds that did not finish.
 */

/** Each verdict's mark, so that colour is never the only one. @type {Record<string, string>} */
const MARKS = { better: "▼", worse: "▲", same: "＝", undecided: "≈", diverges: "✕", early: "…" };

/** @type {(loss: Loss) => Node} A short line, as the charts draw it. */
const legendKey = ({ color, dash }) => {
  const key = element("span", { class: "key", "aria-hidden": "true" });
  key.innerHTML = `<svg width="30" height="4"><line x1="0" y1="2" x2="30" y2="2"/></svg>`;
  const line = /** @type {SVGElement} */ (key.querySelector("line"));
  line.style.stroke = color;
  line.style.strokeDasharray = dash;
  return key;
};

/** @type {(label: string) => string} A parameter stays beside its value. */
const unbroken = (label) => label.replaceAll(" = ", "\u00a0=\u00a0");

/** @type {(cell: Cell) => Node[]} */
const lines = ([texts]) =>
  texts.map((text, i) => element("span", { class: i ? "more" : "first" }, text));

export class LossRow {
  #open = false;

  /**
   * @param {Loss} loss
   * @param {[string, string][]} columns Keys and titles.
   * @param {string[]} kinds Of states.
   * @param {{ toggled: () => void, request: (what: "details" | "stop", trial: string) => void }} to
   */
  constructor(loss, columns, kinds, to) {
    this.data = loss;
    this.columns = columns;
    this.kinds = kinds;
    const id = `seeds-${Math.random().toString(36).slice(2)}`;
    this.button = element("button", {
      type: "button",
      class: "opener",
      "aria-expanded": "false",
      "aria-controls": id,
    });
    this.button.append(element("span", { class: "chevron", "aria-hidden": "true" }, "›"));
    this.button.append(legendKey(loss), element("span", { class: "label" }, unbroken(loss.label)));
    this.button.addEventListener("click", () => {
      this.open = !this.open;
      to.toggled();
    });
    const head = element("th", { scope: "row", class: "loss" }, this.button);
    if (loss.baseline) head.append(element("span", { class: "tag" }, "baseline"));
    /** @type {Map<string, Slot>} */
    this.slots = new Map();
    this.line = element("tr", { class: "line" }, head);
    for (const [key, title] of columns.slice(1)) {
      const cell = element("td", { class: key, "data-name": title });
      this.line.append(cell);
      this.slots.set(key, new Slot(cell));
    }
    this.seeds = new SeedTable(loss.label, to.request);
    const box = element("td", { colspan: String(columns.length) }, this.seeds.node);
    this.details = element("tr", { class: "opened", id, hidden: "" }, box);
    this.body = element("tbody", { "data-loss": loss.loss }, this.line, this.details);
    this.body.style.setProperty("--color", loss.color);
    this.body.classList.toggle("baseline", loss.baseline);
  }

  get open() {
    return this.#open;
  }

  set open(open) {
    this.#open = open;
    this.button.setAttribute("aria-expanded", String(open));
    this.details.hidden = !open;
  }

  /** @type {(loss: Loss, axis: Axis, seeds: Seed[] | undefined) => void} */
  show(loss, axis, seeds) {
    this.data = loss;
    this.body.dataset.verdict = loss.verdict.tone;
    for (const [key] of this.columns.slice(1)) {
      const slot = /** @type {Slot} */ (this.slots.get(key));
      if (key === "forest") this.#showForest(slot, loss, axis);
      else if (key === "verdict") slot.show(loss.verdict, () => this.#verdict(loss));
      else if (key === "error")
        slot.show([loss.cells.error, loss.states, loss.unfinished], () => this.#error(loss));
      else slot.show(loss.cells[key], () => lines(loss.cells[key]));
    }
    if (this.open) this.seeds.show(seeds);
  }

  /** @type {(slot: Slot, loss: Loss, axis: Axis) => void} */
  #showForest(slot, { label, forest, verdict }, axis) {
    const supported = verdict.tone === "better" || verdict.tone === "worse";
    slot.show([forest, axis, supported], () => [
      axisLabels(axis),
      forestPlot(axis, forest, label, supported),
    ]);
  }

  /** @param {Loss} loss */
  #verdict({ verdict: { word, tone, note } }) {
    if (!word) return [];
    const mark = element("span", { "aria-hidden": "true" }, MARKS[tone] ?? "");
    const badge = element("span", { class: `word ${tone}` }, mark, ` ${word}`);
    return note ? [badge, element("span", { class: "more" }, note)] : [badge];
  }

  /** @param {Loss} loss */
  #error({ cells, states, unfinished }) {
    const nodes = lines(cells.error);
    if (states.length) {
      const strip = element("span", { class: "strip", "aria-hidden": "true" });
      for (const [seed, number] of states) {
        const kind = this.kinds[number];
        strip.append(element("i", { class: kind, title: `seed ${seed}: ${kind}` }));
      }
      nodes.push(strip);
    }
    if (unfinished) nodes.push(element("span", { class: "unfinished" }, unfinished));
    return nodes;
  }
}
