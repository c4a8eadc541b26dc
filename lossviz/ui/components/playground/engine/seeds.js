// The same training over several seeds. In each seed all losses get the same points, initial weights
// and batches, so that they can be compared seed by seed.

import { makeProblem } from "../data/problem.js";
import { largest } from "./evaluation.js";
import { Run } from "./run.js";

/** @typedef {import("../../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("../data/problem.js").Points} Points */
/** @typedef {import("../state/properties.js").PlaygroundState} PlaygroundState */
/** @typedef {import("./network.js").Network} Network */

/** @type {(first: number, count: number) => number[]} */
export const seedsFrom = (first, count) => Array.from({ length: count }, (_, i) => first + i);

/** The seeds over which losses are compared: the same for everyone who opens a link, so that nobody
 * picks them. Not 0, with which the playground opens: on it readers choose their settings. */
export const JUDGED_SEEDS = seedsFrom(1, 20);

/**
 * How one loss ended in one seed.
 * @typedef {object} Outcome
 * @property {number} error On the test points, 0 to 1; of the last weights where it diverged.
 * @property {boolean} diverged Whether a step could not be taken.
 */

/** @type {(network: Network, points: Points) => number} */
export const errorRate = (network, { places, labels }) => {
  let errors = 0;
  for (let i = 0; i < labels.length; i++)
    if (largest(network.logits(places[2 * i], places[2 * i + 1])) !== labels[i]) errors++;
  return errors / labels.length;
};

/**
 * Trains with each loss from the beginning, for `state.steps` steps.
 * @type {(state: PlaygroundState, losses: LossData[], seed: number) => Outcome[]}
 */
export const trainSeed = (state, losses, seed) => {
  const seeded = { ...state, seed };
  const run = new Run(makeProblem(seeded), seeded, losses);
  for (let i = 0; i < state.steps; i++) run.step();
  return run.trainers.map(({ network, stop }) => ({
    error: errorRate(network, run.problem.test),
    diverged: stop !== null,
  }));
};

/** @type {Record<string, string>} Where a seed draws no new points from a distribution. */
const DRAWN_OTHERWISE = { digits: "images", drawn: "test points" };

/**
 * What a seed draws, as CLAIMS of lossviz/ui/playground/verdict.py has it.
 * @type {(state: PlaygroundState) => string}
 */
export const drawsOf = ({ data }) => DRAWN_OTHERWISE[data] ?? "points";
