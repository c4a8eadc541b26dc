// What a network makes of points, and what its loss makes of that.

/** @typedef {import("./trainer.js").Trainer} Trainer */
/** @typedef {import("../data/problem.js").Points} Points */

/**
 * @typedef {object} Evaluation
 * @property {number} error Share of points whose most probable class is not their label.
 * @property {number} penalty Mean over the points.
 * @property {Float64Array} p Of each point's label.
 * @property {Float64Array} penalties Of each point.
 * @property {Float64Array} weights Of each point, as LogitLoss has it.
 * @property {Float64Array} pulls How hard each point pulls on its logits.
 */

/** @type {(values: Float64Array) => number} The place of the largest. */
export const largest = (values) => {
  let place = 0;
  for (let j = 1; j < values.length; j++) if (values[j] > values[place]) place = j;
  return place;
};

/** @type {(trainer: Trainer, points: Points) => Evaluation} */
export const evaluate = ({ network, loss }, points) => {
  const count = points.labels.length;
  const p = new Float64Array(count);
  const penalties = new Float64Array(count);
  const weights = new Float64Array(count);
  const pulls = new Float64Array(count);
  let errors = 0;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const logits = network.logits(points.places[2 * i], points.places[2 * i + 1]);
    penalties[i] = loss.evaluate(logits, points.labels[i]);
    sum += penalties[i];
    p[i] = loss.p;
    weights[i] = loss.weight;
    pulls[i] = loss.pull;
    if (largest(logits) !== points.labels[i]) errors++;
  }
  return { error: errors / count, penalty: sum / count, p, penalties, weights, pulls };
};
