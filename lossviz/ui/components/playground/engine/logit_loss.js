// A loss of a network's logits where one class is the right answer: its value, its gradient, and how
// hard it pulls. lossviz/losses/evaluation.py is the same in Python, with the same care for digits.

import { readLoss } from "../../shared/loss_evaluation.js";
import { bindTree } from "../../shared/tree.js";

/** @typedef {import("../../shared/loss_evaluation.js").LossData} LossData */

const LEAST_LOG = -700; // see loss_evaluation.js

/** @type {(data: LossData, classes: number) => ReturnType<typeof readLoss>} Its parameters fixed. */
const readBound = (data, classes) => {
  const values = { ...data.values, K: classes };
  return readLoss({
    ...data,
    penalty: bindTree(data.penalty, values),
    own: bindTree(data.own, values),
    parts: data.parts.map(([outer, inner]) => [bindTree(outer, values), bindTree(inner, values)]),
  });
};

export class LogitLoss {
  #loss;
  #logs;
  #probabilities;
  #slopes;
  /** What the trees see: the logarithms of the right class, of the others, and of one of them. */
  #scope;
  /** The right class. */
  #k = 0;
  /** Its log-probability, exact near 0 too. */
  #log = 0;
  /** 1 − p, exact near p = 1 too. */
  #complement = 0;
  /** The most probable of the other classes. */
  #rival = 0;
  /** The derivatives by the others' log-probabilities, added up. */
  #others = 0;

  /**
   * @param {LossData} data
   * @param {number} classes
   */
  constructor(data, classes) {
    this.#loss = readBound(data, classes);
    this.#logs = new Float64Array(classes);
    this.#probabilities = new Float64Array(classes);
    this.#slopes = new Float64Array(classes);
    this.#scope = { l: 0, lj: 0, others: new Float64Array(classes - 1) };
    /** The derivatives of the last point by its logits. */
    this.byLogits = new Float64Array(classes);
    /** The probability of the right class of the last point. */
    this.p = 0;
  }

  /**
   * The penalty; `p` and `byLogits` hold the rest.
   * @type {(logits: Float64Array, k: number) => number}
   */
  evaluate(logits, k) {
    this.#k = k;
    this.#takeLogs(logits);
    this.#takeScope(-Infinity);
    let penalty = this.#loss.penalty(this.#scope);
    let total = this.#takeSlopes();
    if (Number.isNaN(penalty) || Number.isNaN(total)) {
      this.#takeScope(LEAST_LOG); // where a probability is 0 the limit is read off
      penalty = this.#loss.penalty(this.#scope);
      total = this.#takeSlopes();
    }
    this.#takeGradient(total);
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
    const others = this.#others === 0 ? 0 : (this.p * this.#others) / this.#complement;
    return others - this.#slopes[this.#k];
  }

  /** @param {Float64Array} logits */
  #takeLogs(logits) {
    const k = this.#k;
    const logs = this.#logs;
    let best = 0;
    let rival = k === 0 ? 1 : 0;
    for (let j = 1; j < logits.length; j++) {
      if (logits[j] > logits[best]) best = j;
      if (j !== k && logits[j] > logits[rival]) rival = j;
    }
    const scaled = this.#probabilities;
    let rest = 0; // of the sum, without the largest, which is 1
    let others = 0; // without the right class
    for (let j = 0; j < logits.length; j++) {
      logs[j] = logits[j] - logits[best];
      scaled[j] = Math.exp(logs[j]);
      if (j !== best) rest += scaled[j];
      if (j !== k) others += scaled[j];
    }
    const log = Math.log1p(rest);
    // where exp underflows, p is too small to be the denominator of that fraction
    this.#log = -Math.log1p(others / scaled[k]);
    if (this.#log === -Infinity) this.#log = logs[k] - log;
    this.#complement = others / (1 + rest);
    for (let j = 0; j < logits.length; j++) {
      logs[j] -= log;
      scaled[j] /= 1 + rest;
    }
    this.p = scaled[k];
    this.#rival = rival;
  }

  /** @param {number} least */
  #takeScope(least) {
    const scope = this.#scope;
    const k = this.#k;
    scope.l = Math.min(Math.max(this.#log, least), -1e-300);
    for (let j = 0, place = 0; j < this.#logs.length; j++)
      if (j !== k) scope.others[place++] = Math.max(this.#logs[j], least);
  }

  /** @type {() => number} The derivatives by the log-probabilities, and their sum. */
  #takeSlopes() {
    const scope = this.#scope;
    const k = this.#k;
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
    this.#others = 0;
    for (let j = 0; j < this.#slopes.length; j++) if (j !== k) this.#others += this.#slopes[j];
    return this.#slopes[k] + this.#others;
  }

  /**
   * Through the softmax.
   * @param {number} total
   */
  #takeGradient(total) {
    const k = this.#k;
    const slopes = this.#slopes;
    const gradient = this.byLogits;
    const rival = this.#rival;
    gradient[k] = this.#complement * slopes[k] - this.p * this.#others;
    let rest = gradient[k];
    for (let j = 0; j < gradient.length; j++) {
      if (j === k) continue;
      gradient[j] = slopes[j] - this.#probabilities[j] * total;
      if (j !== rival) rest += gradient[j];
    }
    // a rival with nearly all of 1 − p: its entry is the difference of nearly equal terms
    if (Number.isFinite(rest)) gradient[rival] = -rest;
  }
}
