// The points that a state describes: generated from its settings and its seed, then changed by hand.

import { testCount, trainingCounts } from "./class_counts.js";
import { noisyLabels } from "./label_noise.js";
import { outlierPlaces } from "./outliers.js";
import { parseChanges, parsePoints } from "./points_text.js";
import { SHAPES } from "./shapes.js";

/** @typedef {import("../state/properties.js").PlaygroundState} PlaygroundState */
/** @typedef {import("./shapes.js").Part} Part */
/** @typedef {import("./shapes.js").Place} Place */

/**
 * Points of the plane.
 * @typedef {object} Points
 * @property {Float64Array} places x and y in turn, whole hundredths from -6 to 6.
 * @property {Uint8Array} labels The classes that they are said to have.
 * @property {Uint8Array} truths The classes that they have.
 */

/**
 * @typedef {object} Problem
 * @property {number} classes
 * @property {Points} train Labels may be wrong. First those that the settings generate, then outliers,
 *   then those that a hand has drawn.
 * @property {Points} test As many of each class; labels are right.
 * @property {number} generated How many training points the settings give, outliers included.
 * @property {number} outliers How many of these, the last, are outliers.
 * @property {Uint16Array} origins Of each training point: its place among those that the settings
 *   generate, or `generated` plus its place among the drawn ones.
 */

/** @typedef {{ place: Place, label: number, truth: number }} Point */

/** @type {(value: number) => number} The nearest hundredth on the plane. */
export const toGrid = (value) => Math.round(100 * Math.min(6, Math.max(-6, value))) / 100;

/** @type {(points: Point[]) => Points} */
const toArrays = (points) => ({
  places: Float64Array.from(points.flatMap(({ place }) => place.map(toGrid))),
  labels: Uint8Array.from(points, ({ label }) => label),
  truths: Uint8Array.from(points, ({ truth }) => truth),
});

/**
 * So many points of each class, of the classes in turn, so that none is drawn over the others.
 * @type {(state: PlaygroundState, part: Part, counts: number[]) => Point[]}
 */
const sample = (state, part, counts) => {
  const points = [];
  const samplers = counts.map((_, k) => SHAPES[state.data].sampler(k, state, part));
  for (let round = 0; round < Math.max(...counts); round++)
    for (const [k, next] of samplers.entries())
      if (next && round < counts[k]) points.push({ place: next(), label: k, truth: k });
  return points;
};

/** @type {(state: PlaygroundState) => Points} Training points, before a hand changes them. */
const generateTraining = (state) => {
  const { classes, points, imbalance } = state;
  const { mostOfClass } = SHAPES[state.data];
  const counts = trainingCounts(points, classes, imbalance, mostOfClass);
  const regular = toArrays(sample(state, "training", counts));
  const labels = noisyLabels(regular.truths, state);
  const places = outlierPlaces(regular, state).map((place) => place.map(toGrid));
  const classesOfOutliers = places.map((_, i) => i % classes);
  return {
    places: Float64Array.of(...regular.places, ...places.flat()),
    labels: Uint8Array.of(...labels, ...classesOfOutliers),
    truths: Uint8Array.of(...regular.truths, ...classesOfOutliers),
  };
};

/** @type {(state: PlaygroundState) => Points} */
const generateTest = (state) => {
  const { classes, points } = state;
  const count = testCount(points, classes, SHAPES[state.data].mostOfClass);
  return toArrays(sample(state, "test", new Array(classes).fill(count)));
};

/**
 * @typedef {object} Generated
 * @property {Points} train
 * @property {Points} test
 */

/** @type {(state: PlaygroundState) => Generated} */
export const generate = (state) => ({ train: generateTraining(state), test: generateTest(state) });

/**
 * The points with all that a hand has done to them: moved, given another label, removed, drawn.
 * @type {(generated: Generated, state: PlaygroundState) => Problem}
 */
export const changedByHand = ({ train, test }, { classes, moved, drawn, outliers }) => {
  const changes = new Map((parseChanges(moved) ?? []).map((change) => [change.index, change]));
  const count = train.labels.length;
  /** @type {(Point & { origin: number })[]} */
  const points = [];
  for (let i = 0; i < count; i++) {
    const change = changes.get(i);
    if (change?.removed) continue;
    const k = change?.k ?? classes;
    points.push({
      place: change?.place ?? [train.places[2 * i], train.places[2 * i + 1]],
      label: k < classes ? k : train.labels[i],
      truth: train.truths[i],
      origin: i,
    });
  }
  for (const [d, { x, y, k }] of (parsePoints(drawn) ?? []).entries())
    if (k < classes) points.push({ place: [x, y], label: k, truth: k, origin: count + d });
  return {
    classes,
    train: toArrays(points),
    test,
    generated: count,
    outliers: Math.min(outliers, count),
    origins: Uint16Array.from(points, ({ origin }) => origin),
  };
};

/** @type {(state: PlaygroundState) => Problem} */
export const makeProblem = (state) => changedByHand(generate(state), state);

/** @type {(problem: Problem, i: number) => boolean} Of a training point. */
export const isOutlier = ({ origins, generated, outliers }, i) =>
  origins[i] < generated && origins[i] >= generated - outliers;
