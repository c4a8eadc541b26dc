// What a network that trains no further says of it.

import { numberText } from "../../../shared/number_text.js";

/** @typedef {import("../../engine/trainer.js").Stop} Stop */

/** @type {(stop: Stop) => string} The point, counted from 1. */
const pointText = ({ point, p }) =>
  `training point ${Number(point) + 1}, p ${p > 0 ? `= ${numberText(p)}` : "below 1e-323"},`;

/** @type {(stop: Stop) => string} */
const isNoNumber = ({ infinite }) => (infinite ? "is infinite" : "has no value");

/** @type {Record<Stop["what"], (stop: Stop) => string>} */
const REASONS = {
  logits: ({ point }) => `the network's output for training point ${Number(point) + 1} overflows`,
  penalty: (stop) => `the penalty of ${pointText(stop)} ${isNoNumber(stop)}`,
  gradient: (stop) => `the gradient of ${pointText(stop)} ${isNoNumber(stop)}`,
  weights: () => "the weights overflow",
};

/**
 * At which step, why, and what to do.
 * @type {(stop: Stop) => string}
 */
export const stopText = (stop) =>
  `Stopped at step ${stop.step}: ${REASONS[stop.what](stop)}. The network is shown as it was` +
  " before. Reset to begin again; a lower learning rate takes smaller steps.";
