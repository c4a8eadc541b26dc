// The numbers beside the arrows: each measure with the sum that makes it, and each loss.

import {
  columnTexts,
  cosineText,
  digitsThatCheck,
  exactly,
  fixed,
  short,
  three,
  vectorText,
} from "./number_text.js";
import { find, Parts } from "./svg.js";
import { sumOf } from "./vectors.js";

/** @typedef {import("./vectors.js").Measures} Measures */
/** @typedef {import("./number_text.js").WriteNumber} WriteNumber */
/** @typedef {import("./loss_evaluation.js").Loss} Loss */

const LONG = 4; // longer vectors are not written out

/** @type {(values: number[], write: WriteNumber) => string} */
const shortened = (values, write) =>
  values.length > LONG
    ? `[${values.slice(0, 3).map(write).join(", ")}, …]`
    : vectorText(values, write);

/** @typedef {{ value: number, times: number }} Repeated */

/**
 * Equal numbers that stand side by side, once each.
 * @type {(values: number[]) => Repeated[]}
 */
const repeated = (values) => {
  /** @type {Repeated[]} */
  const found = [];
  for (const value of [...values].sort((a, b) => b - a)) {
    const last = found.at(-1);
    if (last && Math.abs(last.value - value) < 1e-12) last.times += 1;
    else found.push({ value, times: 1 });
  }
  return found;
};

/**
 * The root of a sum of squares, with the numbers put in.
 * @type {(values: number[], least: number) => string}
 */
const rootText = (values, least) => {
  const sizes = values.map(Math.abs);
  const terms =
    values.length >= LONG ? repeated(sizes) : sizes.map((value) => ({ value, times: 1 }));
  const digits = digitsThatCheck(
    terms.map(({ value }) => value),
    (written) => three(Math.sqrt(sumOf(written.map((value, i) => terms[i].times * value ** 2)))),
    least,
  );
  const texts = terms.map(
    ({ value, times }) => `${times > 1 ? `${times}·` : ""}${exactly(value, digits)}²`,
  );
  return `√(${texts.join(" + ")})`;
};

/**
 * A row each.
 * @typedef {object} MeasureRow
 * @property {string} key
 * @property {string} name
 * @property {string} symbol
 * @property {boolean} [directed] Whether the zero vector has none.
 * @property {(m: Measures, least: number) => string} sum With the numbers put in, with so many
 *   decimals at least, and as many as it takes for the sum to check.
 * @property {(m: Measures) => string} value
 */

/** @type {(degrees: number) => string} */
const angleText = (degrees) => `${fixed(degrees, 1)}°`;

/** @type {MeasureRow[]} */
const MEASURES = [
  {
    key: "angle",
    name: "Angle",
    symbol: "θ",
    directed: true,
    sum: (m) => {
      const digits = digitsThatCheck(
        [m.cosine],
        // from the cosine, whose arccos is not exact near 0°
        ([c]) => (c === m.cosine ? angleText(m.angle) : angleText((Math.acos(c) * 180) / Math.PI)),
        3,
      );
      return `arccos ${fixed(m.cosine, digits)}`;
    },
    value: (m) => angleText(m.angle),
  },
  {
    key: "cosine",
    name: "Cosine",
    symbol: "cos θ",
    directed: true,
    sum: (m) => {
      const parts = [m.dot, m.length, m.targetLength];
      const digits = digitsThatCheck(parts, ([d, p, t]) => cosineText(Math.min(1, d / (p * t))), 3);
      const [dot, length, target] = parts.map((value) => exactly(value, digits));
      return `${dot} / (${length} · ${target})`;
    },
    value: (m) => cosineText(m.cosine),
  },
  {
    key: "dot",
    name: "Dot product",
    symbol: "p·t",
    sum: (m, least) => {
      const digits = digitsThatCheck(
        m.p,
        (written) => three(sumOf(written.map((value, i) => value * m.t[i]))),
        least,
      );
      const terms = m.p.map((value, i) => `${fixed(value, digits)}·${short(m.t[i])}`);
      const exact = m.p.every((value) => Math.abs(value - Number(value.toFixed(1))) < 1e-9);
      if (terms.length < LONG || (terms.length === LONG && exact)) return terms.join(" + ");
      return `${terms[m.t.indexOf(1)]}, all else 0`;
    },
    value: (m) => three(m.dot),
  },
  {
    key: "projection",
    name: "Projection",
    symbol: "|p| cos θ",
    sum: (m) => {
      if (!m.directed) return "";
      const parts = [m.length, m.cosine];
      const digits = digitsThatCheck(parts, ([length, c]) => three(length * c), 3);
      return parts.map((value) => exactly(value, digits)).join(" · ");
    },
    value: (m) => three(m.projection),
  },
  {
    key: "distance",
    name: "Distance",
    symbol: "|p − t|",
    sum: (m, least) =>
      rootText(
        m.p.map((value, i) => value - m.t[i]),
        least,
      ),
    value: (m) => three(m.distance),
  },
  {
    key: "length",
    name: "Length",
    symbol: "|p|",
    sum: (m, least) => rootText(m.p, least),
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
  <dl class="costs"></dl>
  <p class="off"></p>`;

/**
 * What a prediction costs.
 * @typedef {object} Costs
 * @property {{ note: string, penalty: number }[]} [rows] One a loss, in their order.
 * @property {string} [of] What the losses are of.
 * @property {string} [none] Why it costs nothing.
 */

export class MeasureTable {
  #parts;
  #costs;

  /**
   * @param {HTMLElement} node
   * @param {{ zero?: string, title?: string }} texts Said of the zero vector; above the losses.
   */
  constructor(node, { zero = "", title = "Loss" }) {
    node.innerHTML = tableMarkup(title, zero);
    this.#parts = new Parts(node);
    this.#costs = find(node, ".costs");
  }

  /** @param {Loss[]} losses */
  setLosses(losses) {
    this.#costs.replaceChildren(
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

  /** @param {string[]} keys Of the measures that are shown; empty: all, and the losses. */
  setRows(keys) {
    for (const { key } of MEASURES)
      this.#parts.get(`[data-measure=${key}]`).classList.toggle("wanted", keys.includes(key));
  }

  /**
   * @param {Measures} m
   * @param {object} options
   * @param {WriteNumber} options.write A component of the prediction.
   * @param {number} options.least Decimals of one in a sum.
   * @param {Costs} costs
   */
  show(m, { write, least }, { rows = [], of = "", none = "" }) {
    const parts = this.#parts;
    parts.write(".p", shortened(m.p, write));
    parts.write(".t", shortened(m.t, short));
    for (const { key, directed, sum, value } of MEASURES) {
      const known = m.directed || !directed;
      const made = known ? sum(m, least) : "";
      parts.write(`[data-measure=${key}] .sum`, made && `${made} =`);
      parts.write(`[data-measure=${key}] b`, known ? value(m) : "none");
    }
    parts.get(".zero").hidden = m.directed;
    this.#costs.hidden = Boolean(none);
    parts.write(".of", of);
    parts.write(".off", none);
    const penalties = columnTexts(rows.map(({ penalty }) => penalty));
    [...this.#costs.children].forEach((row, i) => {
      find(row, ".sum").textContent = rows[i]?.note ?? "";
      find(row, "b").textContent = penalties[i] ?? "";
    });
  }
}
