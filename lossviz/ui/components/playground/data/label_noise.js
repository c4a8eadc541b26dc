// Training labels that are wrong.

import { permutation, stream } from "./random.js";

/** @typedef {import("../state/properties.js").PlaygroundState} PlaygroundState */

/**
 * Which labels a point's wrong label can be, by a number in [0, 1).
 * @type {Record<string, (truth: number, classes: number, uniform: number) => number>}
 */
const FLIPPED = {
  symmetric: (truth, classes, uniform) =>
    (truth + 1 + Math.floor((classes - 1) * uniform)) % classes,
  pair: (truth, classes) => (truth + 1) % classes,
};

/**
 * The labels of points, of which exactly the nearest whole number to `noise` times their number are
 * wrong. With more noise those that were wrong stay wrong, with the same labels.
 * @type {(truths: Uint8Array, state: PlaygroundState) => Uint8Array}
 */
export const noisyLabels = (truths, { classes, noise, flips, seed }) => {
  const labels = truths.slice();
  const order = permutation(truths.length, stream(seed, "wrong labels"));
  const uniform = stream(seed, "which wrong labels");
  for (const i of order.subarray(0, Math.round(noise * truths.length)))
    labels[i] = FLIPPED[flips](truths[i], classes, uniform());
  return labels;
};
