// A loss of a network's logits where one class is the right answer: its value, its gradient, and how
// hard it pulls. lossviz/losses/evaluation.py is the same in Python.

import { readLoss } from "../../shared/loss_evaluation.js";

/** @typedef {import("../../shared/loss_evaluation.js").LossData} LossData */

const LEAST_LOG = -700; // see loss_evaluation.js

export class LogitLoss {
  #loss;
  #logs;
  #slopes;
  /** @type {Record<string, any>} */
  #scope;
  #k = 0;
  #total = 0;

  /**
   * @param {LossData} data
   * @param {number} classes
   */
  constructor(data, classes) {
    this.#loss = readLoss(data);
    this.#logs = new Float64Array(classes);
    this.#slopes = new Float64Array(classes);
    this.#scope = { K: classes, others: new Array(classes - 1).fill(0), ...data.values };
    /** The derivatives of the last point by its logits. */
    this.byLogits = new Float64Array(classes);
    /** The probability of the right class of the last point. */
    this.p = 0;
  }

  /** @param {Record<string, number>} values The parameters from now on. */
  set(values) {
    Object.assign(this.#scope, values);
  }

  /**
   * The penalty; `p` and `byLogits` hold the rest.
   * @type {(logits: Float64Array, k: number) => number}
   */
  evaluate(logits, k) {
    this.#takeLogs(logits);
    this.#takeScope(k, -Infinity);
    let penalty = this.#loss.penalty(this.#scope);
    let total = this.#sumSlopes(k);
    if (Number.isNaN(penalty) || Number.isNaN(total)) {
      this.#takeScope(k, LEAST_LOG); // where a probability is 0 the limit is read off
      penalty = this.#loss.penalty(this.#scope);
      total = this.#sumSlopes(k);
    }
    for (let j = 0; j < this.#logs.length; j++)
      this.byLogits[j] = this.#slopes[j] - Math.exp(this.#logs[j]) * total;
    this.p = Math.exp(this.#logs[k]);
    this.#k = k;
    this.#total = total;
    return penalty;
  }

  /** How hard the last point pulls: half of the sum of what its logits feel, −df/dz of the right
   * class for a loss of p alone. */
  get pull() {
    let sum = 0;
    for (const slope of this.byLogits) sum += Math.abs(slope);
    return sum / 2;
  }

  /** The weight of the last point, which cross-entropy weighs 1: −df/dz of the right class over
   * 1 − p, as Loss.weight has it. */
  get weight() {
    const own = this.#slopes[this.#k];
    const others = this.#total - own;
    return (others === 0 ? 0 : (this.p * others) / -Math.expm1(this.#logs[this.#k])) - own;
  }

  /** @param {Float64Array} logits */
  #takeLogs(logits) {
    let most = -Infinity;
    for (const logit of logits) most = Math.max(most, logit);
    let sum = 0;
    for (const logit of logits) sum += Math.exp(logit - most);
    const log = most + Math.log(sum);
    for (let j = 0; j < logits.length; j++) this.#logs[j] = logits[j] - log;
  }

  /** @type {(k: number, least: number) => void} */
  #takeScope(k, least) {
    const scope = this.#scope;
    scope.l = Math.min(Math.max(this.#logs[k], least), -1e-300);
    for (let j = 0, place = 0; j < this.#logs.length; j++)
      if (j !== k) scope.others[place++] = Math.max(this.#logs[j], least);
  }

  /** @type {(k: number) => number} */
  #sumSlopes(k) {
    const scope = this.#scope;
    const { own, parts } = this.#loss;
    this.#slopes.fill(0);
    this.#slopes[k] = own(scope);
    for (const [outer, inner] of parts) {
      const weight = outer(scope);
      for (let j = 0, place = 0; j < this.#slopes.length; j++) {
        if (j === k) continue;
        scope.lj = scope.others[place++];
        this.#slopes[j] += weight * inner(scope);
      }
    }
    let total = 0;
    for (const slope of this.#slopes) total += slope;
    return total;
  }
}
