// The path of a prediction that follows the negative gradient: dz/dτ or dp/dτ = −gradient, maybe
// times a factor a loss. τ is learning rate × steps.

import { AT_ZERO, descentByLogits, descentByP } from "../shared/loss_evaluation.js";
import { sumOf } from "../shared/vectors.js";
import { largestError } from "./distribution.js";

/** @typedef {import("../shared/loss_evaluation.js").Loss} Loss */

/** @typedef {{ time: number, y: number[], rate: number[] }} Step `y` in the space's own terms. */

/**
 * @typedef {object} Path
 * @property {Step[]} steps
 * @property {boolean} stands Whether it ends because it no longer moves.
 */

/**
 * What the gradient moves.
 * @typedef {object} Space
 * @property {(p: number[]) => number[]} begin
 * @property {(y: number[]) => number[]} probabilities
 * @property {(y: number[]) => number[]} logs
 * @property {(loss: Loss, logs: number[], truth: number[]) => number[]} descent
 * @property {(p: number[], truth: number[]) => number[]} ofCrossEntropy Its descent.
 * @property {(y: number[]) => boolean} allows Whether it is not too far outside.
 * @property {(y: number[]) => number[]} settle What lies a little outside is put back.
 */

/** @typedef {"logits" | "p"} SpaceName */

/** @type {(a: number[], b: number[]) => number[]} */
const difference = (a, b) => a.map((value, j) => value - b[j]);

/** @type {Record<SpaceName, Space>} */
export const SPACES = {
  logits: {
    begin: (p) => p.map(Math.log),
    probabilities: (z) => {
      const most = Math.max(...z);
      const scaled = z.map((value) => Math.exp(value - most));
      const total = sumOf(scaled);
      return scaled.map((value) => value / total);
    },
    logs: (z) => {
      const most = Math.max(...z);
      const total = most + Math.log(sumOf(z.map((value) => Math.exp(value - most))));
      return z.map((value) => value - total);
    },
    descent: descentByLogits,
    ofCrossEntropy: (p, truth) => difference(truth, p),
    allows: () => true,
    settle: (z) => z,
  },
  p: {
    begin: (p) => [...p],
    probabilities: (p) => p,
    logs: (p) => p.map((value) => Math.log(Math.max(value, 1e-12))),
    descent: descentByP,
    ofCrossEntropy: (p, truth) => {
      const ratios = truth.map((share, j) => share / p[j]);
      const mean = sumOf(ratios) / ratios.length;
      return ratios.map((ratio) => ratio - mean);
    },
    allows: (p) => Math.min(...p) > -1e-6,
    settle: (p) => {
      const kept = p.map((value) => (value < AT_ZERO ? 0 : value));
      const total = sumOf(kept);
      return kept.map((value) => value / total);
    },
  },
};

/**
 * What a loss is multiplied by so that its first step is as long as cross-entropy's; 1 where one of
 * the two does not move.
 * @param {Loss} loss
 * @param {{ space: SpaceName, start: number[], truth: number[] }} race
 */
export const equalisingFactor = (loss, { space, start, truth }) => {
  const { begin, logs, descent, ofCrossEntropy } = SPACES[space];
  const own = Math.hypot(...descent(loss, logs(begin(start)), truth));
  const factor = Math.hypot(...ofCrossEntropy(start, truth)) / own;
  return factor > 0 && factor < Infinity ? factor : 1;
};

// Dormand and Prince's pair of orders 5 and 4 (1980): how each stage is made of the earlier ones,
// and the difference of the two orders.
const STAGES = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
const SOLUTION = STAGES[STAGES.length - 1];
const ERROR = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

export const FIRST_TIME = 0.01; // of τ, as the chart shows it
export const LAST_TIME = 1000;
const STANDSTILL = 1e-5; // a rate that comes to no more than 0.01 by LAST_TIME
const RECENT_STEPS = 200;
const MOST_TRIES = 10_000;
// Along a kink, such as the hinge's, every step is too long for its error. When its patience is at
// an end, a loss that may have one goes to and fro over it, as training does: by steps of at most
// this share of the time and this length. It stands still where it does not get far by them.
const ROUGH_SHARE = 0.02;
const ROUGH_LENGTH = 0.01;
const FAR_ENOUGH = 2 * ROUGH_LENGTH;

/** @type {(vector: number[]) => number} */
const sizeOf = (vector) => Math.max(...vector.map(Math.abs));

/** @type {(y: number[], h: number, rates: number[][], weights: number[]) => number[]} */
const blend = (y, h, rates, weights) =>
  y.map((value, j) => value + h * sumOf(weights.map((weight, i) => weight * rates[i][j])));

/**
 * Whether it still gets anywhere; where the steps must be small, by what it has done lately, as its
 * rate then trembles.
 * @type {(steps: Step[], roughSteps: number) => boolean}
 */
const stillMoves = (steps, roughSteps) => {
  const { time, y, rate } = steps[steps.length - 1];
  const before = steps.at(-RECENT_STEPS);
  if (before) {
    const gone = sizeOf(difference(y, before.y));
    if (gone < STANDSTILL * (time - before.time)) return false;
    if (roughSteps > RECENT_STEPS && gone < FAR_ENOUGH) return false;
  }
  return sizeOf(rate) > STANDSTILL;
};

/** @type {(error: number, allowed: boolean) => number} By what the next step is longer. */
const stepFactor = (error, allowed) => {
  if (!(error < Infinity)) return 0.2;
  return Math.min(allowed ? 5 : 0.5, Math.max(0.2, 0.9 * (error || 1e-9) ** -0.2));
};

/**
 * The path from a prediction: until LAST_TIME, until it stands still, or until the solver has tried
 * too often.
 * @param {Loss} loss
 * @param {object} options
 * @param {SpaceName} options.space
 * @param {number[]} options.start A prediction p.
 * @param {number[]} options.truth
 * @param {number} [options.factor] Of the loss.
 * @param {number} [options.tolerance] Of the error of a step.
 * @returns {Path}
 */
export const followGradient = (loss, { space, start, truth, factor = 1, tolerance = 1e-6 }) => {
  const { begin, logs, descent, allows, settle } = SPACES[space];
  /** @type {(y: number[]) => number[]} */
  const rateAt = (y) => descent(loss, logs(y), truth).map((value) => factor * value);
  let time = 0;
  let y = begin(start);
  let rate = rateAt(y);
  let h = 1e-3 / Math.max(1, sizeOf(rate));
  let roughSteps = 0;
  let shorter = 1;
  let tries = 0;
  const zero = y.map(() => 0);
  const steps = [{ time, y, rate }];
  for (; time < LAST_TIME && tries < MOST_TRIES; tries++) {
    if (!(h > 1e-12) || !stillMoves(steps, roughSteps)) break;
    const patient = steps.length <= loss.patience;
    const rough = Math.min(ROUGH_SHARE * (time + 0.1), ROUGH_LENGTH / sizeOf(rate)) / shorter;
    const leap = patient ? 0 : rough;
    const step = Math.min(Math.max(h, leap), LAST_TIME - time);
    const rates = [rate];
    for (const weights of STAGES) rates.push(rateAt(blend(y, step, rates, weights)));
    const next = blend(y, step, rates, SOLUTION);
    const errors = blend(zero, step, rates, ERROR);
    const error = Math.hypot(
      ...errors.map((value, j) => value / (tolerance * (1 + Math.abs(y[j])))),
    );
    const allowed = allows(next);
    const exact = allowed && error <= 1;
    const bold = allowed && leap > h && sizeOf(difference(next, y)) <= 2 * ROUGH_LENGTH;
    if (exact || bold) {
      time += step;
      y = settle(next);
      rate = y === next ? rates[rates.length - 1] : rateAt(y);
      steps.push({ time, y, rate });
      if (!exact) roughSteps += 1;
      shorter = 1;
    } else shorter *= 2;
    h = step * stepFactor(error, allowed);
  }
  return { steps, stands: time < LAST_TIME && tries < MOST_TRIES };
};

/** @type {(path: Path) => Step} */
export const endOf = ({ steps }) => steps[steps.length - 1];

/**
 * The prediction at a time: Hermite's cubic between two steps; where the path has ended, its end.
 * @type {(path: Path, space: SpaceName, time: number) => number[]}
 */
export const pointAt = (path, space, time) => {
  const { probabilities } = SPACES[space];
  const { steps } = path;
  const last = endOf(path);
  if (time >= last.time) return probabilities(last.y);
  let low = 0;
  let high = steps.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (steps[middle].time <= time) low = middle;
    else high = middle;
  }
  const a = steps[low];
  const b = steps[high];
  const h = b.time - a.time;
  const s = (time - a.time) / h;
  return probabilities(
    a.y.map((value, j) => {
      const straight = s * (3 - 2 * s) * (b.y[j] - value);
      const bent = h * (1 - s) * ((1 - s) * a.rate[j] - s * b.rate[j]);
      return value + s * (straight + bent);
    }),
  );
};

export const ARRIVED = 0.05; // from the truth

/**
 * When the path comes this near to the truth for good; Infinity if never.
 * @type {(path: Path, space: SpaceName, truth: number[]) => number}
 */
export const arrivalTime = (path, space, truth) => {
  const { steps } = path;
  const { probabilities } = SPACES[space];
  const last = steps.findLastIndex(({ y }) => largestError(probabilities(y), truth) > ARRIVED);
  if (last < 0) return 0;
  if (last === steps.length - 1) return Infinity;
  let low = steps[last].time;
  let high = steps[last + 1].time;
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (largestError(pointAt(path, space, middle), truth) > ARRIVED) low = middle;
    else high = middle;
  }
  return high;
};
