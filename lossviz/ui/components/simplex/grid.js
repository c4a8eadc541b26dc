// All predictions over three classes as the nodes of a triangle, and a loss's value at each.

import { expectedLoss, logsOf, lossAt } from "../shared/loss_evaluation.js";
import { sumOf } from "../shared/vectors.js";

/** @typedef {import("../shared/loss_evaluation.js").Loss} Loss */

export const SIDE = 60; // small triangles along a side
const EDGE = 1e-6; // the probability that stands for 0 at the edges, where many losses are infinite

/**
 * The index of the node where class 1 has `a` sixtieths and class 3 has `c`.
 * @type {(a: number, c: number) => number}
 */
export const nodeAt = (a, c) => ((SIDE - a) * (SIDE - a + 1)) / 2 + c;

const COUNTS = Array.from({ length: SIDE + 1 }, (_, row) =>
  Array.from({ length: row + 1 }, (_, c) => [SIDE - row, row - c, c]),
).flat();

// Where class 2, or 3, is as probable as class 1 is here: a loss where class 1 is true gives the
// others by symmetry.
const SECOND = COUNTS.map(([, b, c]) => nodeAt(b, c));
const THIRD = COUNTS.map(([, b, c]) => nodeAt(c, b));

/** The predictions, a node each. */
export const NODES = COUNTS.map((counts) => counts.map((count) => count / SIDE));

/** The nodes of each small triangle. */
export const TRIANGLES = COUNTS.flatMap(([a, b, c]) => {
  const found = [];
  if (a > 0) found.push([nodeAt(a, c), nodeAt(a - 1, c), nodeAt(a - 1, c + 1)]);
  if (a > 0 && b > 0) found.push([nodeAt(a, c), nodeAt(a, c + 1), nodeAt(a - 1, c + 1)]);
  return found;
});

/** @type {(p: number[]) => number[]} The nearest prediction in which no class has 0. */
export const awayFromEdges = (p) => {
  const kept = p.map((value) => Math.max(value, EDGE));
  const total = sumOf(kept);
  return kept.map((value) => value / total);
};

/** @type {(loss: Loss) => number[]} At every node, where class 1 is true. */
export const lossAtNodes = (loss) => NODES.map((p) => lossAt(loss, logsOf(awayFromEdges(p)), 0));

/**
 * The expected loss at every node, from what `lossAtNodes` gives.
 * @type {(values: number[], truth: number[]) => number[]}
 */
export const expectedAtNodes = (values, [t1, t2, t3]) =>
  values.map(
    (value, i) =>
      (t1 && t1 * value) + (t2 && t2 * values[SECOND[i]]) + (t3 && t3 * values[THIRD[i]]),
  );

const DIRECTIONS = Array.from({ length: 12 }, (_, i) => {
  const c = Math.cos((i * Math.PI) / 6) / Math.SQRT2;
  const s = Math.sin((i * Math.PI) / 6) / Math.sqrt(6);
  return [c + s, s - c, -2 * s];
});
const SEARCH_ROUNDS = 22;

/** @typedef {{ p: number[], cost: number }} Answer */

/** @type {(costOf: (p: number[]) => number, p: number[]) => Answer} By ever smaller steps. */
const improve = (costOf, p) => {
  let best = p;
  let cost = costOf(p);
  let step = 1 / SIDE;
  for (let round = 0; round < SEARCH_ROUNDS; round++) {
    let found = null;
    for (const direction of DIRECTIONS) {
      const next = best.map((value, j) => value + step * direction[j]);
      if (next.some((value) => value < 0)) continue;
      const there = costOf(next);
      if (there < cost) {
        found = next;
        cost = there;
      }
    }
    if (found) best = found;
    else step /= 2;
  }
  return { p: best, cost };
};

/** @type {(values: number[]) => number} −1 where there is none but NaN and Infinity. */
const indexOfLeast = (values) => {
  let least = -1;
  values.forEach((value, i) => {
    if (value < (values[least] ?? Infinity)) least = i;
  });
  return least;
};

/**
 * The prediction of least expected loss: the best node, and the truth, each improved.
 * @param {Loss} loss
 * @param {number[]} values The expected loss at every node.
 * @param {number[]} truth
 * @param {number} leastGain Of the usual difference from the truth's own loss: less is rounding.
 * @returns {Answer & { honest: boolean }} Honest where it is the truth itself.
 */
export const bestAnswer = (loss, values, truth, leastGain) => {
  /** @type {(p: number[]) => number} */
  const costOf = (p) => {
    const cost = expectedLoss(loss, logsOf(p), truth);
    return Number.isNaN(cost) ? Infinity : cost;
  };
  const atTruth = costOf(truth);
  const candidates = [improve(costOf, truth)];
  const node = NODES[indexOfLeast(values)];
  if (node) candidates.push({ p: node, cost: costOf(node) }, improve(costOf, awayFromEdges(node)));
  const best = candidates.reduce((a, b) => (b.cost < a.cost ? b : a));
  const differences = values
    .map((value) => Math.abs(value - atTruth))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const usual = (differences[differences.length >> 1] ?? 0) + 1e-12;
  const honest = !((atTruth - best.cost) / usual > leastGain);
  return honest ? { p: truth, cost: atTruth, honest } : { ...best, honest };
};
