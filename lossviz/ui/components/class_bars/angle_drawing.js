// The prediction and the target as arrows in the plane that both lie in: upwards the right class,
// to the right the direction of all the others together.

import { fixed, trimmed } from "../shared/number_text.js";
import { Parts } from "../shared/svg.js";

/** @typedef {import("../shared/vectors.js").Measures} Measures */

const INSET = { left: 22, right: 34, top: 24, bottom: 44 }; // pixels
const ARC = 0.42; // radius of the angle's arc

const DRAWING = `
  <path class="circle"/><path class="axis"/><path class="way"/>
  <path class="wedge"/><path class="ray"/>
  <path class="target-line"/><path class="prediction-line"/>
  <text class="target-name" text-anchor="middle">target</text>
  <text class="angle-name"></text><text class="way-name">p from 0 to 1</text>
  <text class="circle-name" text-anchor="end">length 1</text>
  <text class="title x-title">the other classes together</text>`;

/** @type {(from: number[], to: number[]) => string} A line with a head. */
const arrowPath = ([x, y], [u, v]) => {
  const length = Math.hypot(u - x, v - y);
  if (length < 1) return `M${x} ${y}L${u} ${v}`;
  const [c, s] = [(u - x) / length, (v - y) / length];
  const head = Math.min(11, length * 0.5);
  const [a, b] = [u - c * head, v - s * head];
  const half = head * 0.5;
  return (
    `M${x} ${y}L${u} ${v}` +
    `M${a - s * half} ${b + c * half}L${u} ${v}L${a + s * half} ${b - c * half}`
  );
};

export class AngleDrawing {
  #svg;
  #parts;

  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    svg.innerHTML = DRAWING;
    this.#svg = svg;
    this.#parts = new Parts(svg);
  }

  /**
   * @param {Measures} m
   * @param {object} options
   * @param {number} options.p Of the right class.
   * @param {number} options.spread The length of the others' shares.
   */
  draw(m, { p, spread }) {
    const width = this.#svg.clientWidth;
    if (!width) return;
    const parts = this.#parts;
    const scale = Math.min(
      width - INSET.left - INSET.right,
      this.#svg.clientHeight - INSET.top - INSET.bottom,
    );
    /** @type {(x: number, y: number) => number[]} */
    const at = (x, y) => [INSET.left + x * scale, INSET.top + (1 - y) * scale];
    const origin = at(0, 0);
    const turn = (m.angle * Math.PI) / 180; // from the target, which points upwards
    /** @type {(radius: number, angle: number) => number[]} */
    const around = (radius, angle) => at(radius * Math.sin(angle), radius * Math.cos(angle));
    parts.set(".axis", { d: `M${at(0, 1)}L${origin}L${at(1, 0)}` });
    parts.set(".circle", { d: `M${at(0, 1)}A${scale} ${scale} 0 0 1 ${at(1, 0)}` });
    parts.set(".way", { d: `M${at(spread, 0)}L${at(0, 1)}` });
    parts.set(".wedge", {
      d: `M${origin}L${around(ARC, 0)}A${ARC * scale} ${ARC * scale} 0 0 1 ${around(ARC, turn)}Z`,
    });
    parts.set(".ray", { d: `M${origin}L${around(1, turn)}` });
    parts.set(".target-line", { d: arrowPath(origin, at(0, 1)) });
    parts.set(".prediction-line", { d: arrowPath(origin, at((1 - p) * spread, p)) });
    const [tx, ty] = at(0, 1);
    parts.set(".target-name", { x: tx + 8, y: ty - 8 });
    const [ax, ay] = around(ARC + 0.13, Math.max(turn / 2, 0.3));
    parts.set(".angle-name", { x: ax, y: ay + 5 });
    parts.write(".angle-name", `θ = ${fixed(m.angle, 1)}°`);
    const [cx, cy] = around(1, Math.PI / 4);
    parts.set(".circle-name", { x: cx - 6, y: cy + 18 });
    const [wx, wy] = at(0.2 * spread, 0.8);
    parts.set(".way-name", { x: wx + 8, y: wy + 4 });
    const [, bottom] = origin;
    parts.set(".x-title", { x: INSET.left + scale / 2, y: bottom + 20 });
    const text = `Target and prediction, ${fixed(m.angle, 1)} degrees apart, p ${trimmed(p)}`;
    this.#svg.setAttribute("aria-label", text);
  }
}
