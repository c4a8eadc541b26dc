// A loss over whole distributions: its value and its gradient where a class, or a distribution over
// the classes, is the truth. lossviz/losses/evaluation.py is the same in Python; a browser test
// holds this to torch's objectives.

import { compileTree } from "./tree.js";
import { sumOf } from "./vectors.js";

/** @typedef {import("./tree.js").Tree} Tree */
/** @typedef {import("./tree.js").Scope} Scope */
/** @typedef {import("./tree.js").Evaluate} Evaluate */

/**
 * A loss as Python sends it: loss_data in geometry_component.py.
 * @typedef {object} LossData
 * @property {string} id
 * @property {string} name
 * @property {string} color
 * @property {string} dash As in `stroke-dasharray`; empty for a solid line.
 * @property {string} swatch HTML: a short line as its curve is drawn.
 * @property {Record<string, number>} values Of its parameters.
 * @property {Tree} penalty
 * @property {Tree} own The derivative by the true class's log-probability.
 * @property {[Tree, Tree][]} parts The derivatives by the others': sums of outer times inner.
 */

/**
 * A loss, ready to be evaluated.
 * @typedef {object} Loss
 * @property {string} id
 * @property {string} name
 * @property {string} color
 * @property {string} dash
 * @property {string} swatch
 * @property {Record<string, number>} values
 * @property {Scope} scope What its trees see: the values, and the class that is the true one.
 * @property {Evaluate} penalty
 * @property {Evaluate} own
 * @property {[Evaluate, Evaluate][]} parts
 * @property {number} patience See `patienceWith`.
 */

const LEAST_LOG = -700; // a probability of 1e-304, where the limit at 0 is read off if need be
export const AT_ZERO = 1e-9; // the probability that counts as 0

/** @type {(tree: Tree, operations: string[]) => boolean} Whether one of them stands in the tree. */
const contains = (tree, operations) =>
  Array.isArray(tree) &&
  (operations.includes(tree[0]) || tree.some((branch) => contains(branch, operations)));

/**
 * After how many steps a solver for smooth functions must assume that it is at a kink. Rivals for
 * the largest probability meet in one soon.
 * @type {(tree: Tree) => number}
 */
const patienceWith = (tree) => {
  if (contains(tree, ["other_max"])) return 400;
  return contains(tree, ["abs", "min", "max"]) ? 3000 : Infinity;
};

/** @type {(data: LossData) => Loss} */
export const readLoss = (data) => ({
  ...data,
  values: { ...data.values },
  scope: {},
  penalty: compileTree(data.penalty),
  own: compileTree(data.own),
  patience: patienceWith(data.penalty),
  parts: data.parts.map(([outer, inner]) => [compileTree(outer), compileTree(inner)]),
});

/** @type {(p: number[]) => number[]} */
export const logsOf = (p) => p.map(Math.log);

/** @type {(logs: number[]) => number[]} */
const withoutZeros = (logs) => logs.map((log) => Math.max(log, LEAST_LOG));

/** @type {(loss: Loss, logs: number[], k: number) => Scope} What the trees see if class k is true. */
const scopeWhere = ({ scope, values }, logs, k) =>
  Object.assign(scope, values, {
    K: logs.length,
    l: Math.min(logs[k], -1e-300),
    others: logs.filter((_, j) => j !== k),
  });

/**
 * The loss of a prediction, given as log-probabilities, where class k is the right answer.
 * @type {(loss: Loss, logs: number[], k: number) => number}
 */
export const lossAt = (loss, logs, k) => {
  const value = loss.penalty(scopeWhere(loss, logs, k));
  return Number.isNaN(value) ? loss.penalty(scopeWhere(loss, withoutZeros(logs), k)) : value;
};

/**
 * The expected loss where the right answer is drawn from the distribution `truth`; what never
 * happens costs nothing.
 * @type {(loss: Loss, logs: number[], truth: number[]) => number}
 */
export const expectedLoss = (loss, logs, truth) =>
  sumOf(truth.map((share, k) => (share > 0 ? share * lossAt(loss, logs, k) : 0)));

/** @type {(loss: Loss, logs: number[], truth: number[]) => number[]} */
const slopesAt = (loss, logs, truth) => {
  const total = logs.map(() => 0);
  truth.forEach((share, k) => {
    if (!(share > 0)) return;
    const scope = scopeWhere(loss, logs, k);
    total[k] += share * loss.own(scope);
    for (const [outer, inner] of loss.parts) {
      const weight = share * outer(scope);
      logs.forEach((lj, j) => {
        if (j === k) return;
        scope.lj = lj;
        total[j] += weight * inner(scope);
      });
    }
  });
  return total;
};

/**
 * The derivatives of the expected loss by each log-probability.
 * @type {(loss: Loss, logs: number[], truth: number[]) => number[]}
 */
const byLogs = (loss, logs, truth) => {
  const slopes = slopesAt(loss, logs, truth);
  return slopes.some(Number.isNaN) ? slopesAt(loss, withoutZeros(logs), truth) : slopes;
};

/**
 * Steepest descent in the logits: how training moves them, dz/dτ = −dS/dz.
 * @type {(loss: Loss, logs: number[], truth: number[]) => number[]}
 */
export const descentByLogits = (loss, logs, truth) => {
  const slopes = byLogs(loss, logs, truth);
  const total = sumOf(slopes);
  return slopes.map((slope, j) => Math.exp(logs[j]) * total - slope);
};

/**
 * The same as the prediction moves: dp/dτ for these dz/dτ.
 * @type {(p: number[], dz: number[]) => number[]}
 */
export const throughSoftmax = (p, dz) => {
  const mean = sumOf(dz.map((value, j) => value * p[j]));
  return dz.map((value, j) => p[j] * (value - mean));
};

/**
 * Steepest descent in the probabilities themselves, along p1 + ... + pK = 1. A class at 0 that would
 * fall further stays there.
 * @type {(loss: Loss, logs: number[], truth: number[]) => number[]}
 */
export const descentByP = (loss, logs, truth) => {
  const slopes = byLogs(loss, logs, truth);
  const p = logs.map(Math.exp);
  const down = slopes.map((slope, j) => (slope === 0 ? 0 : -slope / p[j]));
  const free = down.map(() => true);
  for (;;) {
    const mean = sumOf(down.filter((_, j) => free[j])) / free.filter(Boolean).length;
    const stuck = down.findIndex((value, j) => free[j] && p[j] <= AT_ZERO && value < mean);
    if (stuck < 0) return down.map((value, j) => (free[j] ? value - mean : 0));
    free[stuck] = false;
  }
};
