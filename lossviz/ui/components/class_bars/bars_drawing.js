// The prediction as bars over a logarithmic axis, where a bar's height is its logit up to a shift:
// so what a loss does to the logits can be drawn on them as arrows.

import { exactly, three } from "../shared/number_text.js";
import { Parts } from "../shared/svg.js";

const INSET = { left: 64, right: 10, top: 56, bottom: 42 }; // pixels
const FLOOR = 1e-4; // where the bars begin on a logarithmic axis
const DECADES = Math.log10(1 / FLOOR);
const FEW = 12; // so many bars are still numbered
const VERY_FEW = 6; // and so many have their value above them
const MANY = 40; // from here on the gaps are narrow
const LONGEST = 58; // pixels, of an arrow
const GRIP = 16; // pixels, of the ring that is dragged
const SHORTEST = 3; // a shorter one is not drawn
const LONG_NAME = 185; // pixels, of the longest text beside a bar
const LEAST_BAR = 5; // pixels, of the right class's

/**
 * An axis of probabilities.
 * @typedef {object} Scale
 * @property {(p: number) => number} share Of the axis, from its lower end.
 * @property {(share: number) => number} p
 * @property {number[]} written
 * @property {string} title
 */

/** @type {Scale} */
export const LOGARITHMIC = {
  share: (p) => 1 + Math.log10(Math.max(FLOOR, p)) / DECADES,
  p: (share) => 10 ** ((share - 1) * DECADES),
  written: [1, 0.1, 0.01, 0.001, FLOOR],
  title: "probability (log scale)",
};

/** @type {Scale} */
export const LINEAR = {
  share: (p) => p,
  p: (share) => share,
  written: [1, 0.5, 0],
  title: "predicted probability",
};

/** @type {(value: number) => string} */
const keptText = (value) => exactly(value, value < 0.001 ? 4 : 3).replace(/0+$/, "");

/** @type {(x: number, y: number, length: number, width: number) => string} Up where positive. */
const arrow = (x, y, length, width) => {
  const size = Math.abs(length);
  if (!(size >= SHORTEST)) return "";
  const way = -Math.sign(length);
  const head = Math.min(7, size * 0.6, width);
  const tip = y + way * size;
  return (
    `M${x.toFixed(1)} ${y.toFixed(1)}V${tip.toFixed(1)}` +
    `m${(-head * 0.6).toFixed(1)} ${(-way * head).toFixed(1)}L${x.toFixed(1)} ${tip.toFixed(1)}` +
    `l${(head * 0.6).toFixed(1)} ${(-way * head).toFixed(1)}`
  );
};

export const BARS_MARKUP = `
  <path class="axis"/><g class="numbers"></g><g class="columns"></g>
  <path class="even"/><text class="even-name"></text>
  <path class="pulls"/><path class="gap"/>
  <text class="gap-name"></text><text class="true-name"></text>
  <text class="title x-title"></text>
  <text class="title y-title"></text>
  <rect class="ground" fill="transparent"/>`;

export class BarsDrawing {
  scale = LOGARITHMIC;
  #svg;
  #parts;

  /** @param {SVGSVGElement} svg Holds BARS_MARKUP. */
  constructor(svg) {
    this.#svg = svg;
    this.#parts = new Parts(svg);
  }

  get #bottom() {
    return this.#svg.clientHeight - INSET.bottom;
  }

  get #tall() {
    return this.#bottom - INSET.top;
  }

  /** @param {PointerEvent} event @returns {number} The share of the axis below a pointer. */
  locate(event) {
    const y = event.clientY - this.#svg.getBoundingClientRect().top;
    return (this.#bottom - y) / this.#tall;
  }

  /** @param {number} value */
  #y(value) {
    return this.#bottom - this.scale.share(value) * this.#tall;
  }

  /**
   * @param {object} what
   * @param {number[]} what.prediction
   * @param {number} what.trueClass
   * @param {number[]} what.pulls On each logit; none where no loss is chosen.
   * @param {number} what.strongest The pull that has the longest arrow.
   * @param {string} what.color Of the loss that pulls.
   * @returns {number[]} Where the right class's bar ends, in pixels.
   */
  draw({ prediction, trueClass, pulls, strongest, color }) {
    const parts = this.#parts;
    const classes = prediction.length;
    const left = INSET.left;
    const right = this.#svg.clientWidth - INSET.right;
    const bottom = this.#bottom;
    const slot = (right - left) / classes;
    const width = slot * (classes > MANY ? 0.8 : 0.62);
    /** @type {(i: number) => number} */
    const middle = (i) => left + (i + 0.5) * slot;
    parts.set(".axis", { d: `M${left} ${INSET.top}V${bottom}H${right}` });
    parts.get(".numbers").innerHTML = this.scale.written
      .map((value) => {
        const y = this.#y(value);
        return `<path class="grid" d="M${left} ${y}H${right}"/>
        <text x="${left - 7}" y="${y + 5}" text-anchor="end">${value}</text>`;
      })
      .join("");
    parts.get(".columns").innerHTML = prediction
      .map((value, i) => {
        const isTrue = i === trueClass;
        const own = isTrue ? Math.max(width, LEAST_BAR) : width;
        const y = this.#y(value);
        /** @type {(at: number, text: string) => string} */
        const label = (at, text) =>
          `<text x="${middle(i)}" y="${at}" text-anchor="middle">${text}</text>`;
        const name = classes <= FEW ? label(bottom + 17, String(i + 1)) : "";
        const shown = classes <= VERY_FEW && !isTrue;
        const number = shown ? label(this.#numberHeight(y), keptText(value)) : "";
        return `<rect class="${isTrue ? "true" : "other"}" x="${(middle(i) - own / 2).toFixed(2)}"
          width="${own.toFixed(2)}" y="${y.toFixed(2)}"
          height="${(bottom - y).toFixed(2)}"/>${name}${number}`;
      })
      .join("");
    this.#drawPulls({ prediction, trueClass, pulls, strongest, color, slot, middle });
    const x = middle(trueClass);
    const top = this.#y(prediction[trueClass]);
    const beside = x + Math.max(24, width / 2 + 12);
    const named =
      this.scale === LOGARITHMIC ? this.#drawGap(beside, top, prediction[trueClass], right) : null;
    this.#drawStart(classes, right, named);
    parts.set(".x-title", { x: (left + right) / 2, y: bottom + (classes > FEW ? 22 : 38) });
    parts.write(".x-title", `${classes} classes; class ${trueClass + 1} is the right one`);
    parts.write(".y-title", this.scale.title);
    parts.set(".y-title", {
      transform: `translate(8 ${(INSET.top + bottom) / 2}) rotate(-90)`,
    });
    parts.set(".ground", { x: left, y: 0, width: right - left, height: bottom });
    return [x, top];
  }

  /** Of a bar's number: above a linear bar, and at the foot of one that arrows start from. @param {number} y */
  #numberHeight(y) {
    return this.scale === LINEAR ? y - 6 : this.#bottom - 7;
  }

  /**
   * @param {number} classes
   * @param {number} right
   * @param {number[] | null} named Between which heights something is named already.
   */
  #drawStart(classes, right, named) {
    const y = this.#y(1 / classes);
    this.#parts.set(".even", { d: `M${INSET.left} ${y}H${right}` });
    const covered = named && y - 18 < named[1] && y - 4 > named[0];
    const text = `1/K = ${three(1 / classes)}`;
    this.#parts.set(".even-name", {
      x: covered ? INSET.left + 4 : right,
      y: y - 6,
      "text-anchor": covered ? "start" : "end",
    });
    this.#parts.write(".even-name", covered ? text : `the start: ${text}`);
  }

  /** @type {(what: { prediction: number[], trueClass: number, pulls: number[], strongest: number, color: string, slot: number, middle: (i: number) => number }) => void} */
  #drawPulls({ prediction, trueClass, pulls, strongest, color, slot, middle }) {
    const d = pulls.map((pull, i) => {
      const isTrue = i === trueClass;
      const share = strongest > 0 ? Math.min(1.6, Math.sqrt(Math.abs(pull) / strongest)) : 0;
      const from = this.#y(prediction[i]) - (isTrue ? GRIP * Math.sign(pull) : 0);
      const room = pull > 0 ? from - 3 : this.#bottom - from;
      const length = Math.sign(pull) * Math.min(room, LONGEST * share);
      return arrow(middle(i), from, length, isTrue ? 9 : slot);
    });
    this.#parts.set(".pulls", { d: d.join("") });
    this.#parts.get(".pulls").style.stroke = color;
  }

  /**
   * What is missing to 1 is cross-entropy.
   * @type {(x: number, top: number, p: number, right: number) => number[]} Between which heights it
   *   is named.
   */
  #drawGap(x, top, p, right) {
    const parts = this.#parts;
    const end = this.#y(1);
    const middle = Math.max(end + 8, (end + top) / 2);
    parts.set(".gap", {
      d:
        top - end > 3
          ? `M${x - 5} ${end}H${x + 5}M${x} ${end}V${top}M${x - 5} ${top}H${x + 5}`
          : "",
    });
    const text = `−ln p = ${three(-Math.log(p))}`;
    const fits = x + 10 + LONG_NAME < right;
    parts.set(".true-name", { x: x + 10, y: middle - 4 });
    parts.write(".true-name", `p = ${three(p)}`);
    parts.set(".gap-name", { x: x + 10, y: middle + 14 });
    parts.write(".gap-name", fits ? `${text}: cross-entropy` : text);
    return [middle - 18, middle + 18];
  }
}
