// Which losses are chosen: what Python says, and on top of it what the reader has changed since.

/**
 * What is reported to Python: everything that it has not answered yet.
 * @typedef {object} Report
 * @property {number} number Counted up; Python answers with the number of the last that it has read.
 * @property {Record<string, boolean>} chosen Which losses are to be chosen, or no longer, by id.
 * @property {string[]} removed Losses that are to leave the row.
 */

export class Choice {
  /** @type {Set<string>} */
  #sent = new Set();
  /** @type {Map<string, { chosen: boolean, removed: boolean, number: number }>} */
  #unanswered = new Map();
  #number = 0;

  /**
   * Python sends what is chosen; what it has read of the reader's changes is settled, taken over or
   * not.
   * @param {Iterable<string>} chosen
   * @param {number} applied Number of the last report that it has read.
   */
  receive(chosen, applied) {
    this.#sent = new Set(chosen);
    this.#number = Math.max(this.#number, applied);
    for (const [id, { number }] of this.#unanswered)
      if (number <= applied) this.#unanswered.delete(id);
  }

  /** @type {(id: string) => boolean} */
  has(id) {
    return this.#unanswered.get(id)?.chosen ?? this.#sent.has(id);
  }

  /** @type {(id: string) => boolean} Whether it is about to leave the row. */
  isRemoved(id) {
    return this.#unanswered.get(id)?.removed ?? false;
  }

  /** How many are chosen. */
  get size() {
    return this.ids.length;
  }

  /**
   * @param {[string, boolean][]} changes Which losses are to be chosen, or no longer.
   * @param {{ removed?: boolean }} [options]
   * @returns {Report}
   */
  change(changes, { removed = false } = {}) {
    this.#number += 1;
    for (const [id, chosen] of changes)
      this.#unanswered.set(id, { chosen, removed, number: this.#number });
    const all = [...this.#unanswered];
    return {
      number: this.#number,
      chosen: Object.fromEntries(all.map(([id, { chosen }]) => [id, chosen])),
      removed: all.filter(([, change]) => change.removed).map(([id]) => id),
    };
  }

  /** Ids of all that are chosen. */
  get ids() {
    const known = new Set([...this.#sent, ...this.#unanswered.keys()]);
    return [...known].filter((id) => this.has(id));
  }
}
