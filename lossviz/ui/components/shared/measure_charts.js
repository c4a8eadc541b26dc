// The two charts beside the arrows: the measures over the angle, and the losses there.

import { AngleChart } from "./angle_chart.js";
import { find } from "./svg.js";
import { measure } from "./vectors.js";

/** @typedef {import("./vectors.js").Measures} Measures */
/** @typedef {import("./loss_evaluation.js").Loss} Loss */

/** @typedef {"cosine" | "projection" | "dot" | "distance"} CurveKey */

/** @type {{ key: CurveKey, color: string, style: string, label?: string }[]} */
const CURVES = [
  { key: "cosine", color: "var(--cosine)", style: "", label: "cosine" },
  { key: "projection", color: "var(--dot_product)", style: "stroke-width:9;stroke-opacity:.3" },
  { key: "dot", color: "var(--dot_product)", style: "stroke-dasharray:9 6", label: "dot product" },
  { key: "distance", color: "currentColor", style: "stroke-dasharray:2 4", label: "distance" },
];

/** @type {[number, number]} Of the measures of probabilities. */
export const RANGE_OF_PROBABILITIES = [-0.05, 1.5];

/** @type {[number, number]} Of those of any arrows in the unit square. */
export const RANGE_OF_VECTORS = [-0.05, 2.1];

/** @type {(loss: { color: string, dash: string }) => string} How a loss's curve is drawn. */
export const lossStyle = ({ color, dash }) =>
  `stroke:${color};fill:${color};stroke-dasharray:${dash || "none"}`;

/**
 * @typedef {object} Turn
 * @property {(angle: number) => number[]} along The prediction at that angle to the target.
 * @property {number[]} target
 * @property {number} greatestAngle How far it can be turned.
 * @property {string} key Changes when a curve does.
 * @property {Measures} measures Where it stands.
 * @property {Loss[]} losses None where it is no prediction.
 * @property {(loss: Loss, p: number[]) => number} costOf
 * @property {[number, number]} [range]
 */

export class MeasureCharts {
  #measures;
  #penalties;
  #section;

  /** @param {HTMLElement} node */
  constructor(node) {
    node.innerHTML = '<section class="alike"></section><section class="costs"></section>';
    this.#section = find(node, ".costs");
    this.#measures = new AngleChart(find(node, ".alike"), "Cosine, dot product and distance");
    this.#penalties = new AngleChart(this.#section, "Loss");
  }

  /** @param {Turn} turn */
  draw({ along, target, greatestAngle, key, measures, losses, costOf, range }) {
    this.#measures.draw(
      CURVES.map(({ key: name, color, style, label }) => ({
        color,
        style,
        label,
        at: (angle) => measure(along(angle), target)[name],
      })),
      { greatestAngle, key, range: range ?? RANGE_OF_PROBABILITIES },
    );
    this.#measures.mark(
      measures.directed ? measures.angle : null,
      CURVES.map(({ key: name }) => measures[name]),
    );
    this.#section.hidden = !losses.length;
    if (!losses.length) return;
    const values = losses.map((loss) => loss.id + JSON.stringify(loss.values));
    this.#penalties.draw(
      losses.map((loss) => ({
        color: loss.color,
        style: `stroke-dasharray:${loss.dash || "none"}`,
        label: loss.name,
        at: (angle) => costOf(loss, along(angle)),
      })),
      { greatestAngle, key: `${key} ${values}` },
    );
    this.#penalties.mark(
      measures.angle,
      losses.map((loss) => costOf(loss, measures.p)),
    );
  }
}
