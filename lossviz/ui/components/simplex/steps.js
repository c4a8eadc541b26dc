// The three steps that introduce the triangle, and all at once: what each shows.

/**
 * Of three steps that introduce the triangle each shows only what it speaks of.
 * @typedef {"point" | "map" | "flow" | "all"} StepName
 */

/**
 * What a step shows beside the prediction.
 * @typedef {object} Shown
 * @property {boolean} loss The map of a loss, the truth and the best answer.
 * @property {boolean} flow The descent and the paths.
 * @property {number} maps At most.
 * @property {string} hint
 */

const KEYS = "or Tab to it and use the arrow keys, Shift for bigger steps";

/** @type {Record<StepName, Shown>} */
export const SHOWN = {
  point: {
    loss: false,
    flow: false,
    maps: 1,
    hint: `Drag the ring, ${KEYS}; Home brings it to the middle.`,
  },
  map: {
    loss: true,
    flow: false,
    maps: 2,
    hint: `Drag the truth or the prediction, ${KEYS}. The star is the best answer.`,
  },
  flow: {
    loss: true,
    flow: true,
    maps: 1,
    hint: `Drag the truth or the prediction, ${KEYS}. Arrows show where the slope leads, the coloured dots are the losses on their paths.`,
  },
  all: {
    loss: true,
    flow: true,
    maps: 2,
    hint: `Drag the truth or the prediction, ${KEYS}; End brings the prediction to the truth. The star is the best answer, arrows show where the slope leads, the coloured dots are the losses on their paths.`,
  },
};
