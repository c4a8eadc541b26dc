// One network in training with one loss.

import { LogitLoss } from "./logit_loss.js";
import { Network } from "./network.js";
import { OPTIMIZERS } from "./optimizers.js";

/** @typedef {import("../../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("../data/problem.js").Points} Points */
/** @typedef {import("./optimizers.js").StepSettings} StepSettings */

/**
 * Why a network trains no further; it stays as it was before that step.
 * @typedef {object} Stop
 * @property {number} step The step that could not be taken, the first is 1.
 * @property {"logits" | "penalty" | "gradient" | "weights"} what Which of them is no finite number.
 * @property {boolean} infinite Whether it is infinite, or else no number at all.
 * @property {number | null} point Of the training points; null where the weights themselves ran off.
 * @property {number} p Of the point's label; NaN where logits or weights ran off.
 */

/** @type {(values: Float64Array) => boolean} */
const areFinite = (values) => {
  for (const value of values) if (!Number.isFinite(value)) return false;
  return true;
};

export class Trainer {
  steps = 0;
  /** @type {Stop | null} */
  stop = null;
  #gradient;
  #before;
  #step;

  /**
   * @param {LossData} loss
   * @param {{ sizes: number[], activation: string, optimizer: string, parameters: Float64Array }} how
   *   The parameters are copied.
   */
  constructor(loss, { sizes, activation, optimizer, parameters }) {
    this.network = new Network(sizes, activation, parameters.slice());
    this.loss = new LogitLoss(loss, sizes[sizes.length - 1]);
    this.#gradient = new Float64Array(parameters.length);
    this.#before = parameters.slice();
    this.#step = OPTIMIZERS[optimizer](parameters.length);
  }

  /** @param {LossData} loss From the next step on. */
  setLoss(loss) {
    const { sizes } = this.network;
    this.loss = new LogitLoss(loss, sizes[sizes.length - 1]);
  }

  /**
   * Takes one step down the mean gradient of a batch, unless it has stopped.
   * @type {(points: Points, batch: ArrayLike<number>, settings: StepSettings) => void}
   */
  step(points, batch, settings) {
    if (this.stop) return;
    const { network, loss } = this;
    this.#gradient.fill(0);
    for (let b = 0; b < batch.length; b++) {
      const i = batch[b];
      const logits = network.logits(points.places[2 * i], points.places[2 * i + 1]);
      const penalty = loss.evaluate(logits, points.labels[i]);
      if (!areFinite(logits)) return this.#stopAt("logits", logits, i);
      if (!Number.isFinite(penalty)) return this.#stopAt("penalty", [penalty], i);
      if (!areFinite(loss.byLogits)) return this.#stopAt("gradient", loss.byLogits, i);
      network.addGradient(loss.byLogits, this.#gradient);
    }
    for (let i = 0; i < this.#gradient.length; i++) this.#gradient[i] /= batch.length;
    this.#before.set(network.parameters);
    this.#step(network.parameters, this.#gradient, settings);
    if (!areFinite(network.parameters)) {
      this.#stopAt("weights", network.parameters.slice(), null);
      network.parameters.set(this.#before);
      return;
    }
    this.steps++;
  }

  /** @type {(what: Stop["what"], values: ArrayLike<number>, point: number | null) => void} */
  #stopAt(what, values, point) {
    this.stop = {
      step: this.steps + 1,
      what,
      infinite: !Array.from(values).some(Number.isNaN),
      point,
      p: what === "logits" || what === "weights" ? Number.NaN : this.loss.p,
    };
  }
}
