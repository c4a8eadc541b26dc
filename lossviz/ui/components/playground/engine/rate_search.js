// The learning rate at which a loss ends with the lowest test error. A loss times a constant is
// another learning rate under SGD: at one rate for all, losses are compared as they are written; each
// at its best, by their shape.

import { seedsFrom, trainSeed } from "./seeds.js";

/** @typedef {import("../../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("../state/properties.js").PlaygroundState} PlaygroundState */

/** None of them is judged: the best of several rates on a seed looks better there than it is. */
export const SEARCH_SEEDS = seedsFrom(1001, 3);
const FACTOR = 3; // between a rate and the next
const AROUND = 2; // rates on either side of the one that is set
const BEYOND = 2; // more of them where a loss is best at an end

/**
 * @typedef {object} Tried
 * @property {number} rate
 * @property {number} error Mean test error; 1 where a training diverged.
 */

/**
 * How far the search has come.
 * @typedef {object} SearchProgress
 * @property {number} done Trainings that have ended.
 * @property {number} of All that are planned so far.
 */

/** @type {(rate: number, power: number) => number} To two digits, as people write a rate. */
const rateAt = (rate, power) => Number((rate * FACTOR ** power).toPrecision(2));

/**
 * Of equals the one nearest to the rate that is set.
 * @type {(errors: Map<number, number>) => number} The power of the best.
 */
const bestPower = (errors) => {
  const powers = [...errors.keys()].sort((a, b) => Math.abs(a) - Math.abs(b));
  return powers.reduce((best, power) =>
    /** @type {number} */ (errors.get(power)) < /** @type {number} */ (errors.get(best))
      ? power
      : best,
  );
};

/**
 * Searches, and says after each training how far it is.
 * @param {PlaygroundState} state
 * @param {LossData} loss
 * @returns {Generator<SearchProgress, Tried, void>} The best.
 */
export function* searchRate(state, loss) {
  const common = { ...state, rates: [] };
  /** @type {Map<number, number>} By the power of the factor. */
  const errors = new Map();
  let done = 0;
  let of = (2 * AROUND + 1) * SEARCH_SEEDS.length;

  /** @type {(power: number) => Generator<SearchProgress, void, void>} */
  function* tryRate(power) {
    const tried = { ...common, rate: rateAt(state.rate, power) };
    let sum = 0;
    for (const seed of SEARCH_SEEDS) {
      const [{ error, diverged }] = trainSeed(tried, [loss], seed);
      sum += diverged ? 1 : error;
      done++;
      yield { done, of };
    }
    errors.set(power, sum / SEARCH_SEEDS.length);
  }

  for (let power = -AROUND; power <= AROUND; power++) yield* tryRate(power);
  for (const side of [-1, 1])
    for (let end = side * AROUND; Math.abs(end) < AROUND + BEYOND; end += side) {
      if (bestPower(errors) !== end) break;
      of += SEARCH_SEEDS.length;
      yield* tryRate(end + side);
    }
  const power = bestPower(errors);
  return { rate: rateAt(state.rate, power), error: errors.get(power) ?? 1 };
}
