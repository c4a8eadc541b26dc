// The numbers beside the arrows: each measure with the sum that makes it, and what each loss charges.

import {
  cosineText,
  fixed,
  penaltyText,
  short,
  three,
  trimmed,
  vectorText,
} from "./number_text.js";
import { find, Parts } from "./svg.js";

/** @typedef {import("./vectors.js").Measures} Measures */
/** @typedef {import("./number_text.js").WriteNumber} WriteNumber */
/** @typedef {import("./loss_evaluation.js").Loss} Loss */

const LONG = 4; // longer vectors are not written out

/** @type {(terms: string[], otherwise: string) => string} */
const sumText = (terms, otherwise) => (terms.length > LONG ? otherwise : terms.join(" + "));

/** @type {(values: number[], write: WriteNumber) => string} */
const shortened = (values, write) =>
  values.length > LONG
    ? `[${values.slice(0, 3).map(write).join(", ")}, …]`
    : vectorText(values, write);

/**
 * A row each.
 * @typedef {object} MeasureRow
 * @property {string} key
 * @property {string} name
 * @property {string} symbol
 * @property {boolean} [directed] Whether the zero vector has none.
 * @property {(m: Measures, write: WriteNumber) => string} sum With the numbers put in.
 * @property {(m: Measures, write: WriteNumber) => string} value
 */

/** @type {MeasureRow[]} */
const MEASURES = [
  {
    key: "angle",
    name: "Angle",
    symbol: "θ",
    directed: true,
    sum: (m) => `arccos ${cosineText(m.cosine)}`,
    value: (m) => `${fixed(m.angle, 1)}°`,
  },
  {
    key: "cosine",
    name: "Cosine",
    symbol: "cos θ",
    directed: true,
    sum: (m, write) => `${write(m.dot)} / (${three(m.length)} · ${trimmed(m.targetLength)})`,
    value: (m) => cosineText(m.cosine),
  },
  {
    key: "dot",
    name: "Dot product",
    symbol: "p·t",
    sum: (m, write) =>
      sumText(
        m.p.map((value, i) => `${write(value)}·${short(m.t[i])}`),
        `${write(m.dot)}·1, all else 0`,
      ),
    value: (m, write) => write(m.dot),
  },
  {
    key: "projection",
    name: "Projection",
    symbol: "|p| cos θ",
    sum: (m) => (m.directed ? `${three(m.length)} · ${cosineText(m.cosine)}` : ""),
    value: (m, write) => write(m.projection),
  },
  {
    key: "distance",
    name: "Distance",
    symbol: "|p − t|",
    sum: (m, write) => {
      const squares = m.p.map((value, i) => `${write(Math.abs(value - m.t[i]))}²`);
      return `√(${sumText(squares, "all differences²")})`;
    },
    value: (m) => three(m.distance),
  },
  {
    key: "length",
    name: "Length",
    symbol: "|p|",
    sum: (m, write) => {
      const squares = m.p.map((value) => `${write(value)}²`);
      return `√(${sumText(squares, "all of p²")})`;
    },
    value: (m) => three(m.length),
  },
];

/** @type {(row: MeasureRow) => string} */
const rowMarkup = ({ key, name, symbol }) => `
  <div class="row" data-measure="${key}">
    <dt><i class="mark ${key}"></i>${name} <span>${symbol}</span></dt>
    <dd><span class="sum"></span> <b></b></dd>
  </div>`;

/** @type {(title: string, zero: string) => string} */
const tableMarkup = (title, zero) => `
  <p class="vectors">
    <span>prediction <b>p</b> = <output class="p"></output></span>
    <span>target <b>t</b> = <output class="t"></output></span>
  </p>
  <dl>${MEASURES.map(rowMarkup).join("")}</dl>
  <p class="zero" role="status" hidden>${zero}</p>
  <h2>${title} <span class="of"></span></h2>
  <dl class="charges"></dl>
  <p class="off"></p>`;

/**
 * What the losses charge for a prediction.
 * @typedef {object} Charges
 * @property {{ note: string, penalty: number }[]} [rows] One a loss, in their order.
 * @property {string} [of] What it is charged for.
 * @property {string} [none] Why nothing is charged.
 */

export class MeasureTable {
  #parts;
  #charges;

  /**
   * @param {HTMLElement} node
   * @param {{ zero?: string, title?: string }} texts Said of the zero vector; above the losses.
   */
  constructor(node, { zero = "", title = "What each loss charges" }) {
    node.innerHTML = tableMarkup(title, zero);
    this.#parts = new Parts(node);
    this.#charges = find(node, ".charges");
  }

  /** @param {Loss[]} losses */
  setLosses(losses) {
    this.#charges.replaceChildren(
      ...losses.map(({ id, name, swatch }) => {
        const row = document.createElement("div");
        row.className = "row";
        row.dataset.loss = id;
        row.innerHTML = `<dt>${swatch}<span class="label"></span></dt>
          <dd><span class="sum"></span> <b></b></dd>`;
        find(row, ".label").textContent = name;
        return row;
      }),
    );
  }

  /** @type {(m: Measures, write: WriteNumber, charges: Charges) => void} */
  show(m, write, { rows = [], of = "", none = "" }) {
    const parts = this.#parts;
    parts.write(".p", shortened(m.p, write));
    parts.write(".t", shortened(m.t, short));
    for (const { key, directed, sum, value } of MEASURES) {
      const known = m.directed || !directed;
      const made = known ? sum(m, write) : "";
      parts.write(`[data-measure=${key}] .sum`, made && `${made} =`);
      parts.write(`[data-measure=${key}] b`, known ? value(m, write) : "none");
    }
    parts.get(".zero").hidden = m.directed;
    this.#charges.hidden = Boolean(none);
    parts.write(".of", of);
    parts.write(".off", none);
    [...this.#charges.children].forEach((row, i) => {
      const { note, penalty } = rows[i] ?? { note: "", penalty: NaN };
      find(row, ".sum").textContent = note;
      find(row, "b").textContent = penaltyText(penalty);
    });
  }
}
