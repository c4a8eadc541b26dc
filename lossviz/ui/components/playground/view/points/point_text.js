// A point in words and numbers.

import { numberText, two } from "../../../shared/number_text.js";

/** @typedef {import("../../data/problem.js").Problem} Problem */
/** @typedef {import("../../worker/messages.js").NetworkFrame} NetworkFrame */
/** @typedef {import("./hand.js").PointName} PointName */

/** @type {(share: number) => string} As a percentage with two digits where it is small. */
export const percentText = (share) => {
  const percent = 100 * share;
  if (!Number.isFinite(percent)) return "–";
  if (percent === 0 || percent >= 10) return `${percent.toFixed(0)}%`;
  return percent < 0.01 ? "<0.01%" : `${Number(percent.toPrecision(2))}%`;
};

/** @type {(error: number) => string} With one decimal always, so that it keeps its place. */
export const errorText = (error) => (Number.isNaN(error) ? "–" : `${(100 * error).toFixed(1)}%`); // without points there is none

/**
 * The numbers of a point under one loss.
 * @typedef {object} PointNumbers
 * @property {string} p
 * @property {string} penalty
 * @property {string} weight
 * @property {string} share
 */

export const NO_NUMBERS = { p: "–", penalty: "–", weight: "–", share: "–" };

/**
 * @type {(network: NetworkFrame, shares: Float64Array, name: PointName | null) => PointNumbers}
 *   Test points have no share: nothing is trained on them.
 */
export const numbersOf = (network, shares, name) => {
  if (!name || !(name.i < network[name.part].p.length)) return NO_NUMBERS;
  const { p, penalties, weights } = network[name.part];
  return {
    p: numberText(p[name.i]),
    penalty: numberText(penalties[name.i]),
    weight: numberText(weights[name.i]),
    share: name.part === "train" ? percentText(shares[name.i]) : "–",
  };
};

/** @type {(problem: Problem, name: PointName) => string} */
export const pointText = (problem, { part, i }) => {
  const { places, labels, truths } = problem[part];
  const kind = part === "test" ? "Test" : "Training";
  const place = `(${two(places[2 * i])}, ${two(places[2 * i + 1])})`;
  const wrong = labels[i] === truths[i] ? "" : `, a wrong label: it is class ${truths[i] + 1}`;
  return `${kind} point ${i + 1} at ${place}: class ${labels[i] + 1}${wrong}`;
};
