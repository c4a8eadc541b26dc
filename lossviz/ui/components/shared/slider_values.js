// What the page's sliders move, for a drawing that follows them before Python has answered.

import { parameterChanges } from "./channel.js";
import { PendingValue } from "./pending_value.js";

/** @typedef {import("./channel.js").ParameterChange} ParameterChange */

export class SliderValues {
  /** @type {Map<string, PendingValue<number>>} */
  #values = new Map();
  #follow;

  /**
   * @param {object} options
   * @param {(id: string, name: string) => boolean} options.accepts Whether the drawing shows it.
   * @param {(change: ParameterChange) => void} options.changed Called after each movement.
   */
  constructor({ accepts, changed }) {
    /** @param {ParameterChange} change */
    this.#follow = (change) => {
      const { id, name, value, phase } = change;
      if (!accepts(id, name)) return;
      const pending = this.#at(id, name);
      if (phase === "restored") pending.revert();
      else {
        if (phase === "moving") pending.hold();
        pending.set(value);
        if (phase === "released") pending.release();
      }
      changed(change);
    };
  }

  open() {
    parameterChanges.add(this.#follow);
  }

  close() {
    parameterChanges.remove(this.#follow);
  }

  /**
   * The value that counts, given what Python has just sent.
   * @param {string} id
   * @param {string} name
   * @param {number} sent
   * @param {number} refusals How many values of sliders Python has refused.
   */
  receive(id, name, sent, refusals) {
    const pending = this.#at(id, name);
    pending.receive(sent, refusals);
    return pending.value;
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  #at(id, name) {
    const key = JSON.stringify([id, name]);
    const pending = this.#values.get(key) ?? new PendingValue(NaN);
    this.#values.set(key, pending);
    return pending;
  }
}
