// What a run looks like at one moment, for the page.

import { decisionMap } from "../engine/decision_map.js";
import { evaluate } from "../engine/evaluation.js";

/** @typedef {import("../engine/run.js").Run} Run */
/** @typedef {import("./messages.js").NetworkFrame} NetworkFrame */

/** @type {(run: Run) => NetworkFrame[]} */
export const networkFrames = ({ trainers, problem: { train, test } }) =>
  trainers.map((trainer) => ({
    map: decisionMap(trainer.network),
    train: evaluate(trainer, train),
    test: evaluate(trainer, test),
    stop: trainer.stop,
  }));

/** @type {(value: unknown) => ArrayBuffer[]} Of its typed arrays, which go over without a copy. */
export const buffersIn = (value) => {
  if (ArrayBuffer.isView(value)) return [/** @type {ArrayBuffer} */ (value.buffer)];
  return value instanceof Object ? Object.values(value).flatMap(buffersIn) : [];
};
