// How the components of a page speak to each other: modules are loaded once, so they share these.

/**
 * Sends values to whoever listens.
 * @template T
 */
class Channel {
  /** @type {Set<(value: T) => void>} */
  #listeners = new Set();

  /** @param {(value: T) => void} listener Added once, however often this is called. */
  add(listener) {
    this.#listeners.add(listener);
  }

  /** @param {(value: T) => void} listener */
  remove(listener) {
    this.#listeners.delete(listener);
  }

  /** @param {T} value */
  send(value) {
    for (const listener of [...this.#listeners]) listener(value);
  }
}

/**
 * A slider's value: "moving" under a hand or in a sweep, "released" where it stays and is reported
 * to Python, or "restored" where a sweep has ended and nothing is reported.
 * @typedef {object} ParameterChange
 * @property {string} id The loss's, or "" for the number of classes.
 * @property {string} name The parameter's, or "K".
 * @property {number} value
 * @property {"moving" | "released" | "restored"} phase
 */

/** @type {Channel<ParameterChange>} */
export const parameterChanges = new Channel();

/** @type {Channel<null>} Says that the formula being typed has changed. */
export const previewChanges = new Channel();
