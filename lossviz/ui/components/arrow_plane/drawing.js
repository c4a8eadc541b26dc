// The drawing of the two arrows: axes, angle, projection and names, in the pixels of its SVG.

import { handleMarkup } from "../shared/drag_handle.js";
import { cosineText, fixed, two, vectorText } from "../shared/number_text.js";
import { Parts } from "../shared/svg.js";

/** @typedef {import("../shared/vectors.js").Measures} Measures */
/** @typedef {[number, number]} Point */

const LOW = -0.03; // of both axes
const HIGH = 1.15;
const GAP = { left: 52, bottom: 44 }; // pixels for the numbers and titles of the axes
const QUARTER = Math.PI / 2;
const SEGMENT_NAME = [0.74, 0.26];

const DRAWING = `
  <g class="frame" aria-hidden="true">
    <rect class="unit"/><path class="axis"/><path class="ticks"/>
    <g class="numbers"></g>
    <text class="title x-title">p1, probability of class 1</text>
    <text class="title y-title">p2, probability of class 2</text>
    <path class="segment"/><text class="segment-name">p1 + p2 = 1</text>
  </g>
  <rect class="ground" fill="transparent"/>
  <g class="arrows" aria-hidden="true">
    <path class="wedge"/><path class="shadow"/><path class="fall"/><path class="square"/>
    <text class="shadow-name">projection</text>
    <path class="target-line"/><path class="target-head"/>
    <text class="target-name">target</text>
    <path class="prediction-line"/><path class="prediction-head"/><circle class="foot" r="5"/>
    <text class="angle-name"></text><text class="prediction-name"></text>
  </g>
  ${handleMarkup("target", "Target", `aria-roledescription="arrow head"`)}
  ${handleMarkup("prediction", "Prediction", `aria-roledescription="arrow head"`)}`;

/** @type {(value: number) => number} */
export const clip = (value) => Math.min(1, Math.max(0, value));

/** @type {(vector: number[]) => number} */
const directionOf = ([x, y]) => Math.atan2(y, x);

/**
 * To which side of the target the prediction lies: 1 counter-clockwise, −1 clockwise; where it
 * points the same way, the side with more room.
 * @type {(prediction: number[], target: number[]) => number}
 */
export const sideOf = (prediction, target) => {
  const aim = directionOf(target);
  const side = Math.sign(directionOf(prediction) - aim);
  if (side) return side;
  return aim > QUARTER / 2 ? -1 : 1;
};

export class ArrowDrawing {
  #svg;
  #parts;
  #scale = 0; // pixels a unit

  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    svg.innerHTML = DRAWING;
    this.#svg = svg;
    this.#parts = new Parts(svg);
  }

  /** @param {string} selector */
  part(selector) {
    return this.#parts.get(selector);
  }

  /** @param {number[]} point @returns {Point} In pixels. */
  #at([x, y]) {
    return [GAP.left + (x - LOW) * this.#scale, (HIGH - y) * this.#scale];
  }

  /** @param {PointerEvent} event */
  locate(event) {
    const box = this.#svg.getBoundingClientRect();
    const x = event.clientX - box.left - GAP.left;
    const y = event.clientY - box.top;
    return [x / this.#scale + LOW, HIGH - y / this.#scale];
  }

  /** Draws what changes only with the size. @returns {boolean} Whether there is room. */
  layout() {
    const width = this.#svg.clientWidth;
    if (!width) return false;
    this.#scale = (width - GAP.left) / (HIGH - LOW);
    this.#svg.style.height = `${width - GAP.left + GAP.bottom}px`;
    const parts = this.#parts;
    const [left, bottom] = this.#at([0, 0]);
    const [right, top] = this.#at([1, 1]);
    const [edge, roof] = this.#at([HIGH, HIGH]);
    const [, floor] = this.#at([0, LOW]);
    const [axisRight, axisTop] = this.#at([1.04, 1.04]);
    parts.set(".unit", { x: left, y: top, width: right - left, height: bottom - top });
    parts.set(".ground", { x: GAP.left, y: roof, width: edge - GAP.left, height: floor - roof });
    parts.set(".axis", { d: `M${left} ${axisTop}V${bottom}H${axisRight}` });
    const ticks = [0.5, 1].map((value) => `M${this.#at([value, 0])}v5M${this.#at([0, value])}h-5`);
    parts.set(".ticks", { d: ticks.join("") });
    parts.get(".numbers").innerHTML = this.#numbers(left, bottom);
    parts.set(".x-title", { x: (left + right) / 2, y: bottom + 44 });
    parts.set(".y-title", { transform: `translate(12 ${(top + bottom) / 2}) rotate(-90)` });
    parts.set(".segment", { d: `M${this.#at([0, 1])}L${this.#at([1, 0])}` });
    parts.set(".segment-name", {
      transform: `translate(${this.#at(SEGMENT_NAME)}) rotate(45) translate(0 -9)`,
    });
    return true;
  }

  /**
   * @param {number} left
   * @param {number} bottom
   */
  #numbers(left, bottom) {
    /** @type {(x: number, y: number, value: number, anchor: string) => string} */
    const number = (x, y, value, anchor) =>
      `<text x="${x}" y="${y}" text-anchor="${anchor}">${value}</text>`;
    const along = [0.5, 1].map((value) => {
      const [x] = this.#at([value, 0]);
      const [, y] = this.#at([0, value]);
      return number(x, bottom + 20, value, "middle") + number(left - 19, y + 5, value, "end");
    });
    return [number(left - 8, bottom + 18, 0, "end"), ...along].join("");
  }

  /**
   * @param {Measures} m Of the two arrows.
   * @param {number} most The greatest value that a dot product can have.
   */
  draw(m, most) {
    if (!this.#scale) return;
    const turn = directionOf(m.p);
    const aim = directionOf(m.t);
    this.#arrow("target", m.t, aim, Math.min(15, m.targetLength * this.#scale));
    this.#arrow("prediction", m.p, turn, Math.min(18, m.length * this.#scale));
    this.#nameTarget(m, aim);
    this.#drawAngle(m, turn, aim);
    this.#drawProjection(m, aim);
    this.#namePrediction(m);
    this.#describeHandles(m, most);
    this.#svg.dataset.drawn = m.p.map(two).join();
  }

  /** @type {(angle: number, radius: number) => Point} */
  #around(angle, radius) {
    return this.#at([radius * Math.cos(angle), radius * Math.sin(angle)]);
  }

  /** @type {(name: string, end: number[], angle: number, size: number) => void} */
  #arrow(name, end, angle, size) {
    const [x, y] = this.#at(end);
    const [c, s] = [Math.cos(angle), -Math.sin(angle)];
    const [u, v] = [x - size * c, y - size * s]; // where the head begins
    const w = size * 0.42; // half its width
    this.#parts.set(`.${name}-line`, { d: `M${this.#at([0, 0])}L${u} ${v}` });
    this.#parts.set(`.${name}-head`, {
      d: `M${x} ${y}L${u - w * s} ${v + w * c}L${u + w * s} ${v - w * c}Z`,
    });
  }

  /** @type {(m: Measures, aim: number) => void} */
  #nameTarget(m, aim) {
    const [x, y] = this.#around(aim, m.targetLength + 30 / this.#scale);
    this.#parts.set(".target-name", {
      x: x + (aim < 0.8 ? 2 : 0),
      y: y + 5 * Math.cos(aim) + 2 * Math.sin(aim),
      "text-anchor": aim > 0.8 ? "middle" : "start",
    });
  }

  /**
   * The name of the angle stands between the arrows, or outside where they leave no room.
   * @type {(m: Measures, turn: number, aim: number) => void}
   */
  #drawAngle(m, turn, aim) {
    const parts = this.#parts;
    const radius = 0.26 * Math.min(1, Math.max(0.35, m.length / 0.5));
    const arc = radius * this.#scale;
    const sweep = turn > aim ? 1 : 0;
    const outside = sideOf(m.p, m.t);
    const wedge =
      `M${this.#at([0, 0])}L${this.#around(turn, radius)}` +
      `A${arc} ${arc} 0 0 ${sweep} ${this.#around(aim, radius)}Z`;
    parts.set(".wedge", { d: m.directed ? wedge : "" });
    const narrow = m.angle < 30;
    const [x, y] = narrow
      ? this.#around(turn + outside * Math.min(0.3, 24 / arc), radius * 1.1)
      : this.#around((turn + aim) / 2, radius * 0.66);
    let anchor = "middle";
    if (narrow) anchor = outside < 0 ? "start" : "end";
    parts.set(".angle-name", { x, y: y + 5, "text-anchor": anchor });
    parts.write(".angle-name", m.directed ? `${fixed(m.angle, 1)}°` : "");
  }

  /**
   * How far the prediction reaches along the target.
   * @type {(m: Measures, aim: number) => void}
   */
  #drawProjection(m, aim) {
    const parts = this.#parts;
    const head = this.#at(m.p);
    const foot = this.#at(m.t.map((value) => (value * m.projection) / m.targetLength));
    parts.set(".shadow", { d: m.projection > 0 ? `M${this.#at([0, 0])}L${foot}` : "" });
    parts.set(".fall", { d: m.directed ? `M${head}L${foot}` : "" });
    this.#nameProjection(m, aim);
    const corner = 9;
    const along = [-Math.cos(aim) * corner, Math.sin(aim) * corner];
    const away = Math.hypot(head[0] - foot[0], head[1] - foot[1]);
    const side = [0, 1].map((axis) => ((head[axis] - foot[axis]) / away) * corner);
    const rightAngle =
      `M${foot[0] + along[0]} ${foot[1] + along[1]}` + `l${side}l${-along[0]} ${-along[1]}`;
    const room = away > 24 && m.projection * this.#scale > 24;
    parts.set(".square", { d: room ? rightAngle : "" });
    parts.set(".foot", {
      cx: foot[0],
      cy: foot[1],
      visibility: m.directed ? "visible" : "hidden",
    });
  }

  /**
   * Along the target, on the prediction's side, where the arrows leave room for it.
   * @type {(m: Measures, aim: number) => void}
   */
  #nameProjection(m, aim) {
    const parts = this.#parts;
    const long = m.projection * this.#scale;
    const middle = long * 0.66;
    const near = middle - 34; // where the name begins
    const room = near * Math.tan((Math.min(80, m.angle) * Math.PI) / 180);
    const clear = Math.abs(m.targetLength * this.#scale - middle) > 64; // of the target's name
    const shown = m.directed && clear && near > 30 && room > 26;
    parts.get(".shadow-name").style.opacity = shown ? 1 : 0;
    if (!shown) return;
    const [x, y] = this.#around(aim, middle / this.#scale);
    const side = sideOf(m.p, m.t); // 1: the prediction lies to the left of the target
    const turn = (-aim * 180) / Math.PI;
    parts.set(".shadow-name", {
      transform: `translate(${x} ${y}) rotate(${turn}) translate(0 ${side > 0 ? -11 : 20})`,
    });
  }

  /** @param {Measures} m */
  #namePrediction(m) {
    const parts = this.#parts;
    const [x, y] = this.#at(m.p);
    // the name moves from the head's right to its top before it leaves the square
    const lean = clip((m.p[0] - 0.6) / 0.2) * QUARTER;
    parts.set(".prediction-name", {
      x: x + Math.cos(lean) * 64,
      y: y + 5 - Math.sin(lean) * 27,
    });
    parts.write(".prediction-name", vectorText(m.p));
    const [u, v] = SEGMENT_NAME;
    const covered = [m.p, m.t].some((point) => Math.hypot(point[0] - u, point[1] - v) < 0.26);
    parts.get(".segment-name").style.opacity = covered ? 0 : 1;
  }

  /** @type {(m: Measures, most: number) => void} */
  #describeHandles(m, most) {
    const direction = m.directed
      ? `cosine ${cosineText(m.cosine)}, angle ${fixed(m.angle, 1)} degrees`
      : "no direction";
    for (const [name, point] of Object.entries({ prediction: m.p, target: m.t }))
      this.#parts.set(`.${name}-handle`, {
        transform: `translate(${this.#at(point)})`,
        "aria-valuemax": most,
        "aria-valuenow": two(m.dot),
        "aria-valuetext": `p1 ${two(point[0])}, p2 ${two(point[1])}; dot product ${two(m.dot)}, ${direction}`,
      });
  }
}
