// The slider that moves the cursor. It lies along the horizontal axis of a plot: its thumb is under
// the cursor, whatever the axis shows.

import { SCALES } from "../shared/curves.js";
import { plainText } from "../shared/number_text.js";
import { find, setText } from "../shared/svg.js";

/** @typedef {import("../shared/curves.js").ScaleName} ScaleName */

const THUMB = 22; // pixels, as in range.css
const STEPS = 40; // of the arrow keys along the axis, at least; they are round numbers
const PAGE = 10; // steps
const SAME = 1e-3; // relative: a place in a link has four digits

/** @type {(p: number) => string} With four decimals near 1, where they tell predictions apart. */
const probabilityText = (p) => (p > 0.99 ? String(Number(p.toFixed(4))) : plainText(p));

export class Reader {
  #scale = SCALES.p;
  #least = 0; // log p
  #isLogarithmic = false;
  #laid = "";
  #at = 0; // log p

  /**
   * @param {HTMLElement} root
   * @param {(l: number) => void} read Moves the cursor to a log p.
   */
  constructor(root, read) {
    this.box = find(root, ".reader");
    this.input = /** @type {HTMLInputElement} */ (find(root, ".reader input"));
    this.place = find(root, ".reader .place");
    this.start = find(root, ".reader .start");
    this.input.addEventListener("input", () => read(this.logAt(Number(this.input.value))));
    this.input.addEventListener("keydown", (event) => {
      const place = this.#placeAfter(event.key);
      if (place === null) return;
      event.preventDefault();
      read(this.logAt(place));
      this.input.dispatchEvent(new Event("change"));
    });
  }

  /**
   * @param {object} data
   * @param {ScaleName} data.scale
   * @param {number} data.least_p
   */
  receive({ scale, least_p }) {
    this.#scale = SCALES[scale];
    this.#least = Math.log(least_p);
    this.#laid = "";
  }

  /**
   * The log p of a place on plotly's axis, no further than the cursor goes.
   * @param {number} place On a logarithmic axis its exponent.
   */
  logAt(place) {
    const l = this.#scale.toLog(this.#isLogarithmic ? 10 ** place : place);
    return Number.isNaN(l) ? this.#least : Math.max(this.#least, Math.min(0, l));
  }

  /** @param {number} l */
  #placeOf(l) {
    const value = this.#scale.of(l);
    return this.#isLogarithmic ? Math.log10(value) : value;
  }

  /**
   * Where a key leads, in round steps; null where it does not move the slider.
   * @param {string} key
   */
  #placeAfter(key) {
    const [low, high] = [Number(this.input.min), Number(this.input.max)];
    const step = 10 ** Math.floor(Math.log10((high - low) / STEPS));
    const here = Number(this.input.value) / step;
    /** @type {Record<string, number>} */
    const places = {
      Home: low,
      End: high,
      ArrowRight: step * Math.floor(here + 1 + 1e-6),
      ArrowLeft: step * Math.ceil(here - 1 - 1e-6),
      PageUp: step * Math.floor(here + PAGE + 1e-6),
      PageDown: step * Math.ceil(here - PAGE - 1e-6),
    };
    const place = places[{ ArrowUp: "ArrowRight", ArrowDown: "ArrowLeft" }[key] ?? key];
    return place === undefined ? null : Math.max(low, Math.min(high, place));
  }

  /**
   * Lies along the axis of the plot that is next to it, where it does not yet.
   * @param {any[]} nodes plotly's.
   */
  lay(nodes) {
    const laid = nodes.map(({ _fullLayout: { width, xaxis } }) =>
      [width, xaxis._offset, xaxis._length, ...xaxis.range].join(),
    );
    if (this.#laid === laid.join(";")) return;
    this.#laid = laid.join(";");
    const box = this.box.getBoundingClientRect();
    const places = nodes.map((node) => node.getBoundingClientRect());
    const lowest = Math.max(...places.map(({ top }) => top));
    const nearest = places.findIndex(({ top }) => top === lowest);
    const { xaxis } = nodes[nearest]._fullLayout;
    this.#isLogarithmic = xaxis.type === "log";
    this.input.style.marginLeft = `${places[nearest].left - box.left + xaxis._offset - THUMB / 2}px`;
    this.input.style.width = `${xaxis._length + THUMB}px`;
    this.input.min = String(xaxis.range[0]);
    this.input.max = String(xaxis.range[1]);
    this.#follow();
  }

  #follow() {
    const { min, max } = this.input;
    const place = Math.max(Number(min), Math.min(Number(max), this.#placeOf(this.#at)));
    this.input.value = String(place);
  }

  /** @type {(l: number, classes: number) => void} Where the cursor stands. */
  show(l, classes) {
    this.#at = l;
    this.#follow();
    const p = Math.exp(l);
    const atStart = Math.abs(p * classes - 1) < SAME;
    const place = `p = ${probabilityText(p)}`;
    const start = atStart ? `= 1/${classes}, where training starts` : "";
    setText(this.place, place);
    setText(this.start, start);
    this.input.setAttribute("aria-valuetext", `${place} ${start}`.trim());
  }
}
