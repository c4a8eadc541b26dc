// One step of a run, taken apart so that it can be watched.

import { decisionMap } from "./decision_map.js";
import { evaluate } from "./evaluation.js";
import { Network } from "./network.js";

/** @typedef {import("../data/problem.js").Points} Points */
/** @typedef {import("./decision_map.js").DecisionMap} DecisionMap */
/** @typedef {import("./run.js").Run} Run */
/** @typedef {import("./trainer.js").Trainer} Trainer */

/**
 * @typedef {object} SlowNetwork
 * @property {Float64Array} arrows −∂penalty/∂(x, y) of each point of the batch before the step: which way
 *   the point itself would have to move for its penalty to fall fastest, and how fast.
 * @property {Float64Array} pulls Of all training points before the step.
 * @property {DecisionMap[]} maps From before the step to after it, as the weights go straight from one
 *   to the other, in equal parts.
 */

/**
 * @typedef {object} SlowStep
 * @property {Uint32Array} batch The training points that the step is taken for.
 * @property {SlowNetwork[]} networks
 */

const PARTS = 16;

/** @type {(trainer: Trainer, points: Points, batch: Uint32Array) => Float64Array} */
const arrowsOf = ({ network, loss }, { places, labels }, batch) => {
  const arrows = new Float64Array(2 * batch.length);
  const unused = new Float64Array(network.parameters.length);
  batch.forEach((i, b) => {
    loss.evaluate(network.logits(places[2 * i], places[2 * i + 1]), labels[i]);
    const [byX, byY] = network.addGradient(loss.byLogits, unused);
    arrows[2 * b] = -byX;
    arrows[2 * b + 1] = -byY;
  });
  return arrows;
};

/** @type {(trainer: Trainer, activation: string, before: Float64Array) => DecisionMap[]} */
const mapsBetween = ({ network: { sizes, parameters } }, activation, before) =>
  Array.from({ length: PARTS + 1 }, (_, part) => {
    const share = part / PARTS;
    const between = before.map((value, i) => value + share * (parameters[i] - value));
    return decisionMap(new Network(sizes, activation, between));
  });

/** @type {(run: Run) => SlowStep} Takes one step. */
export const takeSlowStep = (run) => {
  const { state, trainers } = run;
  const { train } = run.problem;
  const batch = run.batches.peek(state.batch);
  const before = trainers.map((trainer) => ({
    arrows: arrowsOf(trainer, train, batch),
    pulls: evaluate(trainer, train).pulls,
    parameters: trainer.network.parameters.slice(),
  }));
  run.step();
  return {
    batch,
    networks: before.map(({ arrows, pulls, parameters }, slot) => ({
      arrows,
      pulls,
      maps: mapsBetween(trainers[slot], state.activation, parameters),
    })),
  };
};
