// The plane of two logits, where the prediction's arrow comes from. Along a diagonal z2 − z1 is the
// same, and so is the softmax.

import { DragHandle, handleMarkup } from "../shared/drag_handle.js";
import { fixed, short, two } from "../shared/number_text.js";
import { find, Parts } from "../shared/svg.js";

/** @typedef {import("../shared/drag_handle.js").AnyPendingValue} AnyPendingValue */

const STEP = 0.1;
const INSET = { left: 46, top: 8, right: 8, bottom: 46 }; // pixels, for numbers and titles
const DIAGONALS = [0.1, 0.5, 0.9]; // of p2
const WRITTEN_LOGITS = [-4, -2, 0, 2, 4];

const DRAWING = `
  <rect class="unit"/><path class="grid"/><g class="numbers"></g><g class="diagonals"></g>
  <text class="title z1-title">logit z1</text><text class="title z2-title">logit z2</text>
  <rect class="ground" fill="transparent"/>
  <g class="arrows"><path class="prediction-line"/><text class="logit-name"></text></g>
  ${handleMarkup("logits", "Logits", `aria-roledescription="point"`)}`;

/** @type {(logits: number[]) => number[]} */
export const softmaxOfTwo = ([a, b]) => {
  const first = 1 / (1 + Math.exp(b - a));
  return [first, 1 - first];
};

export class LogitPlane {
  #svg;
  #parts;
  #position;
  #scale = 0; // pixels a logit

  /**
   * @param {SVGSVGElement} svg
   * @param {object} options
   * @param {AnyPendingValue} options.position The logits.
   * @param {() => number} options.reach The greatest logit.
   * @param {() => number[]} options.target The prediction's.
   * @param {() => void} options.moved
   * @param {(moved: boolean) => void} options.released
   */
  constructor(svg, { position, reach, target, moved, released }) {
    svg.innerHTML = DRAWING;
    this.#svg = svg;
    this.#parts = new Parts(svg);
    this.#position = position;
    this.reach = reach;
    const handle = new DragHandle(find(svg, ".handle"), {
      position,
      read: () => position.value,
      locate: (event) => {
        const box = svg.getBoundingClientRect();
        const x = event.clientX - box.left - INSET.left;
        const y = event.clientY - box.top - INSET.top;
        return [x / this.#scale - reach(), reach() - y / this.#scale];
      },
      move: (point) => {
        position.set(point.map((value) => this.#settle(value)));
        moved();
      },
      placeOfKey: (event) => this.#placeOfKey(event, target()),
      released,
    });
    find(svg, ".ground").addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      if (event.pointerType === "mouse") handle.start(event, { jumps: true });
    });
  }

  /** @param {number} value */
  #clip(value) {
    return Math.max(-this.reach(), Math.min(this.reach(), value));
  }

  /** @param {number} value */
  #settle(value) {
    return Math.round(this.#clip(value) / STEP) / (1 / STEP);
  }

  /**
   * @param {KeyboardEvent} event
   * @param {number[]} target
   * @returns {number[] | undefined}
   */
  #placeOfKey({ key, shiftKey }, target) {
    const [a, b] = this.#position.value;
    const step = shiftKey ? 1 : STEP;
    const half = this.#clip(Math.log(target[1] / target[0]) / 2);
    /** @type {Record<string, number[]>} */
    const places = {
      ArrowRight: [a + step, b],
      ArrowLeft: [a - step, b],
      ArrowUp: [a, b + step],
      ArrowDown: [a, b - step],
      Home: [0, 0],
      End: [-half, half],
    };
    return places[key];
  }

  /** @param {number[]} logits @returns {[number, number]} */
  #at([a, b]) {
    const reach = this.reach();
    return [INSET.left + (a + reach) * this.#scale, INSET.top + (reach - b) * this.#scale];
  }

  /** Draws what changes only with the size. */
  layout() {
    const width = this.#svg.clientWidth;
    if (!width) return;
    const reach = this.reach();
    const parts = this.#parts;
    this.#scale = (width - INSET.left - INSET.right) / (2 * reach);
    const [left, bottom] = this.#at([-reach, -reach]);
    const [right, top] = this.#at([reach, reach]);
    const [x0, y0] = this.#at([0, 0]);
    this.#svg.style.height = `${bottom + INSET.bottom}px`;
    const square = { x: left, y: top, width: right - left, height: bottom - top };
    parts.set(".unit", square);
    parts.set(".ground", square);
    parts.set(".grid", { d: `M${left} ${y0}H${right}M${x0} ${top}V${bottom}` });
    parts.get(".numbers").innerHTML = WRITTEN_LOGITS.map((value) => {
      const [x] = this.#at([value, 0]);
      const [, y] = this.#at([0, value]);
      const text = short(value).replace("-", "−");
      return `<text x="${x}" y="${bottom + 18}" text-anchor="middle">${text}</text>
        <text x="${left - 8}" y="${y + 5}" text-anchor="end">${text}</text>`;
    }).join("");
    parts.set(".z1-title", { x: (left + right) / 2, y: bottom + 42 });
    parts.set(".z2-title", { transform: `translate(13 ${(top + bottom) / 2}) rotate(-90)` });
    parts.get(".diagonals").innerHTML = DIAGONALS.map((p2) => this.#diagonal(p2)).join("");
    this.draw();
  }

  /** @param {number} p2 */
  #diagonal(p2) {
    const reach = this.reach();
    const gap = Math.log(p2 / (1 - p2));
    const begin = gap > 0 ? [-reach, gap - reach] : [-reach - gap, -reach];
    const end = gap > 0 ? [reach - gap, reach] : [reach, reach + gap];
    const [x, y] = this.#at([end[0] - 1.6, end[1] - 1.6]);
    const place = `translate(${x} ${y}) rotate(-45) translate(0 -6)`;
    return `<path d="M${this.#at(begin)}L${this.#at(end)}"/>
      <text transform="${place}">p2 = ${p2}</text>`;
  }

  draw() {
    if (!this.#scale) return;
    const parts = this.#parts;
    /** @type {number[]} */
    const logits = this.#position.value;
    const [x, y] = this.#at(logits);
    const [p1, p2] = softmaxOfTwo(logits);
    const [z1, z2] = logits.map((value) => fixed(value, 1));
    parts.set(".prediction-line", { d: `M${this.#at([0, 0])}L${x} ${y}` });
    const [right] = this.#at([this.reach(), 0]);
    parts.set(".logit-name", {
      x: Math.max(INSET.left + 40, Math.min(right - 40, x)),
      y: logits[1] < this.reach() - 1 ? y - 22 : y + 34,
    });
    parts.write(".logit-name", `[${z1}, ${z2}]`);
    parts.set(".handle", {
      transform: `translate(${x} ${y})`,
      "aria-valuenow": two(p2),
      "aria-valuetext": `z1 ${z1}, z2 ${z2}; softmax gives p1 ${two(p1)}, p2 ${two(p2)}`,
    });
  }
}
