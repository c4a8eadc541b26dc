// In which order the training points come: every point once in an epoch, the last batch may be short.

import { permutation, shuffle } from "../data/random.js";

export class Batches {
  epoch = 0;
  #order;
  #place = 0;
  #uniform;

  /**
   * @param {number} count Of the training points.
   * @param {() => number} uniform
   */
  constructor(count, uniform) {
    this.#order = permutation(count, uniform);
    this.#uniform = uniform;
  }

  /** @param {number} count Of the training points from now on: new ones end this epoch. */
  setCount(count) {
    const before = this.#order.length;
    const seen = this.#order.slice(0, this.#place).filter((i) => i < count);
    const ahead = this.#order.slice(this.#place).filter((i) => i < count);
    const added = Array.from({ length: Math.max(0, count - before) }, (_, i) => before + i);
    this.#order = Uint32Array.of(...seen, ...ahead, ...added);
    this.#place = seen.length;
    if (this.#place === count) this.#beginEpoch();
  }

  /** @type {(size: number) => number} How many batches the epoch still has. */
  left(size) {
    return Math.ceil((this.#order.length - this.#place) / size);
  }

  /** @type {(size: number) => Uint32Array} The batch that comes next, of at most this size. */
  peek(size) {
    return this.#order.slice(this.#place, this.#place + size);
  }

  /** @type {(size: number) => Uint32Array} The next batch. */
  next(size) {
    const batch = this.peek(size);
    this.#place += size;
    if (this.#place >= this.#order.length) this.#beginEpoch();
    return batch;
  }

  #beginEpoch() {
    this.#place = 0;
    this.epoch++;
    shuffle(this.#order, this.#uniform);
  }
}
