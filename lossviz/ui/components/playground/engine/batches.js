// In which order the training points come: every point once in an epoch, the last batch may be short.

/** @type {(indices: Uint32Array, uniform: () => number) => void} In place. */
const shuffle = (indices, uniform) => {
  for (let i = indices.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [indices[i], indices[j]] = [indices[j], indices[i]];
  }
};

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
    this.#order = Uint32Array.from({ length: count }, (_, i) => i);
    this.#uniform = uniform;
    shuffle(this.#order, uniform);
  }

  /** @type {(size: number) => number} How many batches the epoch still has. */
  left(size) {
    return Math.ceil((this.#order.length - this.#place) / size);
  }

  /** @type {(size: number) => Uint32Array} The next batch, a view of at most this size. */
  next(size) {
    const batch = this.#order.slice(this.#place, this.#place + size);
    this.#place += size;
    if (this.#place >= this.#order.length) {
      this.#place = 0;
      this.epoch++;
      shuffle(this.#order, this.#uniform);
    }
    return batch;
  }
}
