// What a run has measured so far, thinned to what a chart can show.

import { sharesOf, wrongShare } from "../../engine/shares.js";

/** @typedef {import("../../../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("../../worker/messages.js").Frame} Frame */
/** @typedef {import("../../worker/messages.js").NetworkFrame} NetworkFrame */
/** @typedef {import("../../data/problem.js").Points} Points */

/**
 * What is measured of one network; NaN where there is nothing to measure.
 * @typedef {object} Measured
 * @property {number} trainError 0 to 1, as all shares.
 * @property {number} testError
 * @property {number} trainPenalty Mean over the points.
 * @property {number} testPenalty
 * @property {number} wrongShare Of the pulls of all training points, those of wrong labels.
 */

/** @typedef {{ steps: number, networks: Measured[] }} Moment */

const MOST_MOMENTS = 300;

/** @type {(network: NetworkFrame, points: Points) => Measured} */
const measure = ({ train, test }, points) => ({
  trainError: train.error,
  testError: test.error,
  trainPenalty: train.penalty,
  testPenalty: test.penalty,
  wrongShare: wrongShare(points, sharesOf(train.pulls)),
});

export class History {
  /** @type {Moment[]} In their order; the last is how it stands now. */
  moments = [];
  /** @type {string[]} The losses' ids. */
  #ids = [];
  #run = -1;
  #spacing = 0; // steps between two moments that are kept

  /**
   * @param {Frame} frame
   * @param {Points} points For training.
   * @param {LossData[]} losses
   */
  add({ run, steps, networks }, points, losses) {
    if (run !== this.#run) {
      this.#run = run;
      this.#spacing = 0;
      this.moments = [];
    }
    this.#forgetOtherPenalties(losses.map(({ id }) => id));
    const [before, last] = [this.moments.at(-2), this.moments.at(-1)];
    const isClose = before && last && last.steps - before.steps < this.#spacing;
    if (last?.steps === steps || isClose) this.moments.pop();
    this.moments.push({ steps, networks: networks.map((network) => measure(network, points)) });
    if (this.moments.length > MOST_MOMENTS) this.#thin(steps);
  }

  /** @param {string[]} ids Penalties of another loss than now are on another scale. */
  #forgetOtherPenalties(ids) {
    ids.forEach((id, slot) => {
      if (id === this.#ids[slot]) return;
      for (const { networks } of this.moments)
        if (networks[slot]) networks[slot].trainPenalty = networks[slot].testPenalty = Number.NaN;
    });
    this.#ids = ids;
  }

  /** @param {number} steps The last moment's. */
  #thin(steps) {
    this.#spacing = (2 * steps) / MOST_MOMENTS;
    let kept = Number.NEGATIVE_INFINITY;
    this.moments = this.moments.filter((moment) => {
      const isKept = moment.steps - kept >= this.#spacing || moment.steps === steps;
      if (isKept) kept = moment.steps;
      return isKept;
    });
  }
}
