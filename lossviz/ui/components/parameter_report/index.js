// Reports to Python how a loss's parameters move, at a bounded rate: one report at a time, and the next
// not before it is answered. A value that is released or taken back ends the movement.

import { parameterChanges } from "../shared/channel.js";

/** @typedef {import("../shared/channel.js").ParameterChange} ParameterChange */
/** @typedef {(name: "moved" | "rested", value: unknown) => void} Report */

const PAUSE_MS = 400; // between two reports, and before the first: a click is no movement
const PATIENCE_MS = 3000; // an answer that takes longer is not waited for

/** @type {WeakMap<Element, ParameterReport>} */
const instances = new WeakMap();

class ParameterReport {
  #id = "";
  /** @type {Report} */
  #report = () => {};
  #answered = -1;
  /** @type {[string, number] | null} What moved last, while it moves. */
  #newest = null;
  #reported = false; // whether Python knows of this movement
  #waits = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #follow = (/** @type {ParameterChange} */ change) => this.follow(change);

  /** @type {(data: { id: string, answered: number }, report: Report) => void} */
  receive({ id, answered }, report) {
    this.#id = id;
    this.#report = report;
    if (answered === this.#answered) return;
    this.#answered = answered;
    if (this.#waits) this.#plan(PAUSE_MS);
    this.#waits = false;
  }

  open() {
    parameterChanges.add(this.#follow);
  }

  close() {
    parameterChanges.remove(this.#follow);
    clearTimeout(this.#timer);
  }

  /** @param {ParameterChange} change */
  follow({ id, name, value, phase }) {
    if (id !== this.#id) return;
    if (phase === "moving") {
      const begins = this.#newest === null;
      this.#newest = [name, value];
      if (begins) this.#plan(PAUSE_MS);
      return;
    }
    clearTimeout(this.#timer);
    this.#newest = null;
    this.#waits = false;
    // a release runs the whole page, which says everything anew
    if (this.#reported && phase === "restored") this.#report("rested", true);
    this.#reported = false;
  }

  /** @param {number} delay_ms */
  #plan(delay_ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), delay_ms);
  }

  #send() {
    if (!this.#newest) return;
    this.#reported = this.#waits = true;
    this.#report("moved", this.#newest);
    this.#plan(PATIENCE_MS);
  }
}

/** @param {any} component As Streamlit calls it, again for each change of the data. */
export default function ({ parentElement: root, data, setTriggerValue }) {
  const reporter = instances.get(root) ?? new ParameterReport();
  instances.set(root, reporter);
  reporter.receive(data, setTriggerValue);
  reporter.open();
  // Streamlit also calls this while the component stays, and starts again with the same root
  return () => setTimeout(() => root.isConnected || reporter.close());
}
