// The learning rate at which each loss ends with the lowest test error. A loss times a constant is
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
 * @param {LossData[]} losses
 * @returns {Generator<SearchProgress, Tried[], void>} The best of each loss.
 */
export function* searchRates(state, losses) {
  const common = { ...state, rates: [] };
  /** @type {Map<number, number>[]} Of each loss, its error by the power of the factor. */
  const errors = losses.map(() => new Map());
  let done = 0;
  const powers = Array.from({ length: 2 * AROUND + 1 }, (_, i) => i - AROUND);
  let of = powers.length * SEARCH_SEEDS.length;

  /** @type {(power: number, slots: number[]) => Generator<SearchProgress, void, void>} */
  function* tryRate(power, slots) {
    const sums = slots.map(() => 0);
    const tried = { ...common, rate: rateAt(state.rate, power) };
    const chosen = slots.map((slot) => losses[slot]);
    for (const seed of SEARCH_SEEDS) {
      trainSeed(tried, chosen, seed).forEach(({ error, diverged }, i) => {
        sums[i] += diverged ? 1 : error;
      });
      done++;
      yield { done, of };
    }
    slots.forEach((slot, i) => {
      errors[slot].set(power, sums[i] / SEARCH_SEEDS.length);
    });
  }

  const all = losses.map((_, slot) => slot);
  for (const power of powers) yield* tryRate(power, all);
  for (const side of [-1, 1])
    for (let end = side * AROUND; Math.abs(end) < AROUND + BEYOND; end += side) {
      const slots = all.filter((slot) => bestPower(errors[slot]) === end);
      if (!slots.length) break;
      of += SEARCH_SEEDS.length;
      yield* tryRate(end + side, slots);
    }
  return errors.map((own) => {
    const power = bestPower(own);
    return { rate: rateAt(state.rate, power), error: own.get(power) ?? 1 };
  });
}
