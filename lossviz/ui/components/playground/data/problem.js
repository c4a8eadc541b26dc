// The points that a state describes.

import { stream } from "./random.js";
import { SHAPES } from "./shapes.js";

/** @typedef {import("../state/properties.js").PlaygroundState} PlaygroundState */

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
 * @property {Points} train Labels may be wrong.
 * @property {Points} test As many of each class; labels are right.
 */

/** @type {(value: number) => number} The nearest hundredth on the plane. */
export const toGrid = (value) => Math.round(100 * Math.min(6, Math.max(-6, value))) / 100;

/** @type {(state: PlaygroundState, count: number, uniform: () => number) => Points} */
const drawPoints = (state, count, uniform) => {
  const places = new Float64Array(2 * count);
  const truths = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    truths[i] = i % state.classes;
    const [x, y] = SHAPES[state.data].draw(truths[i], state.classes, state.spread, uniform);
    places[2 * i] = toGrid(x);
    places[2 * i + 1] = toGrid(y);
  }
  return { places, labels: truths.slice(), truths };
};

/** @type {(state: PlaygroundState) => Problem} */
export const makeProblem = (state) => ({
  classes: state.classes,
  train: drawPoints(state, state.points, stream(state.seed, "training points")),
  test: drawPoints(state, state.points, stream(state.seed, "test points")),
});
