// How the run stands in one sentence for screen readers: when it pauses, when a network stops, and
// now and then while it trains.

import { setText } from "../../shared/svg.js";

/** @typedef {import("../model.js").Model} Model */
/** @typedef {import("../worker/messages.js").Frame} Frame */

const SAY_EVERY_MS = 10_000;

/** @type {(frame: Frame) => number} */
const stopped = ({ networks }) => networks.filter(({ stop }) => stop).length;

/** @type {(frame: Frame, names: string[]) => string} */
const sentenceOf = ({ steps, epoch, networks }, names) => {
  const errors = networks.map(({ test, stop }, slot) => {
    const end = stop ? `, stopped at step ${stop.step}` : "";
    return `${names[slot]} ${(100 * test.error).toFixed(1)}%${end}`;
  });
  return `Step ${steps}, epoch ${epoch}. Test error: ${errors.join("; ")}.`;
};

export class Summary {
  #root;
  /** @type {Frame | null} What was said last. */
  #said = null;
  #saidAt = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  /** @param {Model} model */
  draw({ frame, losses }) {
    if (!frame || frame === this.#said || frame.networks.length !== losses.length) return;
    const now = performance.now();
    const isNew = this.#said === null && frame.steps === 0; // nothing has happened yet
    const isDue = !frame.playing || now - this.#saidAt >= SAY_EVERY_MS;
    if (!isDue && this.#said && stopped(frame) === stopped(this.#said)) return;
    this.#said = frame;
    this.#saidAt = now;
    const names = losses.map(({ name }) => name);
    if (!isNew) setText(this.#root, sentenceOf(frame, names));
  }
}
