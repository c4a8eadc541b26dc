// The test errors of each loss over the seeds: a row for each loss, a dot for each seed, and a line
// at the mean.

import { svgElement } from "../../../shared/svg.js";

/** @typedef {import("../../../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("../../engine/seeds.js").Outcome} Outcome */

/** So that colour is not the only mark: a shape for each loss, around its middle. */
const MARKERS = [
  "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0",
  "M-3.6,-3.6H3.6V3.6H-3.6Z",
  "M0,-4.6L4.6,3.6H-4.6Z",
  "M0,-5L5,0L0,5L-5,0Z",
];
const HEIGHT = 44;
const LANE = 7; // pixels between dots of the same error
const EDGE = 3; // percent of the width that stays free on either side
const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2]; // of the axis
const MOST_STEPS = 5;

/**
 * @typedef {object} Axis
 * @property {number} least An error rate, as all here.
 * @property {number} greatest
 * @property {number} step
 */

/** @type {(errors: number[]) => Axis} From one round error to another, with all errors on it. */
export const axisOf = (errors) => {
  const least = Math.min(...errors);
  const greatest = Math.max(...errors);
  const ends = (/** @type {number} */ step) => {
    const first = Math.floor(least / step + 1e-9);
    return [first, Math.max(first + 1, Math.ceil(greatest / step - 1e-9))];
  };
  const step =
    STEPS.find((one) => ends(one)[1] - ends(one)[0] <= MOST_STEPS) ?? STEPS[STEPS.length - 1];
  const [first, last] = ends(step);
  return { least: first * step, greatest: last * step, step };
};

/** @type {(axis: Axis, error: number) => string} Where it is on the width. */
const placeOf = ({ least, greatest }, error) =>
  `${EDGE + ((100 - 2 * EDGE) * (error - least)) / (greatest - least)}%`;

/** @type {(axis: Axis) => number[]} */
const ticksOf = ({ least, greatest, step }) =>
  Array.from({ length: Math.round((greatest - least) / step) + 1 }, (_, i) => least + i * step);

/** @type {(error: number) => string} */
export const percent = (error) => `${(100 * error).toFixed(1)}%`;

/** @type {(place: string, name: string) => SVGElement} */
const verticalLine = (place, name) =>
  svgElement("line", { x1: place, x2: place, y1: 0, y2: HEIGHT, class: name });

/**
 * Seeds with the same error lie above and below each other.
 * @type {(errors: number[]) => number[]} How far each is from the middle of the row.
 */
export const lanesOf = (errors) => {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const error of errors) counts.set(error, (counts.get(error) ?? 0) + 1);
  /** @type {Map<number, number>} */
  const before = new Map();
  return errors.map((error) => {
    const place = before.get(error) ?? 0;
    before.set(error, place + 1);
    const many = counts.get(error) ?? 1;
    const lane = Math.min(LANE, (HEIGHT - 12) / Math.max(1, many - 1));
    return lane * (place - (many - 1) / 2);
  });
};

/**
 * @param {[number, Outcome][]} outcomes By seed; those that diverged have no dot.
 * @param {Axis} axis
 * @param {{ slot: number, color: string, label: string }} how
 * @returns {SVGElement}
 */
export const strip = (outcomes, axis, { slot, color, label }) => {
  const svg = svgElement("svg", {
    width: "100%",
    height: HEIGHT,
    role: "img",
    "aria-label": label,
  });
  for (const tick of ticksOf(axis)) svg.append(verticalLine(placeOf(axis, tick), "tick"));
  const finished = outcomes.filter(([, { diverged }]) => !diverged);
  const errors = finished.map(([, { error }]) => error);
  const lanes = lanesOf(errors);
  finished.forEach(([seed, { error }], i) => {
    const dot = svgElement("svg", {
      x: placeOf(axis, error),
      y: HEIGHT / 2 + lanes[i],
      overflow: "visible",
      "data-seed": seed,
    });
    const shape = svgElement("path", { d: MARKERS[slot % MARKERS.length], fill: color });
    const title = svgElement("title");
    title.textContent = `seed ${seed}: ${percent(error)}`;
    shape.append(title);
    dot.append(shape);
    svg.append(dot);
  });
  if (errors.length) svg.append(verticalLine(placeOf(axis, meanOf(errors)), "mean"));
  return svg;
};

/** @type {(values: number[]) => number} */
export const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** @type {(axis: Axis) => SVGElement} The numbers below the rows. */
export const scaleLine = (axis) => {
  const svg = svgElement("svg", { width: "100%", height: 18, "aria-hidden": "true" });
  for (const tick of ticksOf(axis)) {
    const text = svgElement("text", { x: placeOf(axis, tick), y: 13, "text-anchor": "middle" });
    text.textContent = `${Math.round(100 * tick)}%`;
    svg.append(text);
  }
  return svg;
};
