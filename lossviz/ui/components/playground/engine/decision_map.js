// Which class a network sees where, over the whole plane.

import { largest } from "./evaluation.js";

/** @typedef {import("./network.js").Network} Network */

export const CELLS = 64; // of a side
export const EXTENT = 6; // the plane goes from -6 to 6 in both directions

/**
 * The classes and how certain the network is of them, row by row from the top left.
 * @typedef {object} DecisionMap
 * @property {Uint8Array} classes
 * @property {Uint8Array} confidence 0 to 255, the probability of that class.
 * @property {Float32Array} leads How far its logit lies above the next: 0 on a boundary.
 */

/** @type {(network: Network) => DecisionMap} */
export const decisionMap = (network) => {
  const classes = new Uint8Array(CELLS * CELLS);
  const confidence = new Uint8Array(CELLS * CELLS);
  const leads = new Float32Array(CELLS * CELLS);
  const width = (2 * EXTENT) / CELLS;
  for (let row = 0, cell = 0; row < CELLS; row++) {
    const y = EXTENT - (row + 0.5) * width;
    for (let column = 0; column < CELLS; column++, cell++) {
      const logits = network.logits(-EXTENT + (column + 0.5) * width, y);
      const best = largest(logits);
      let sum = 0;
      let next = -Infinity;
      for (let j = 0; j < logits.length; j++) {
        sum += Math.exp(logits[j] - logits[best]);
        if (j !== best && logits[j] > next) next = logits[j];
      }
      classes[cell] = best;
      confidence[cell] = Math.round(255 / sum);
      leads[cell] = logits[best] - next;
    }
  }
  return { classes, confidence, leads };
};
