// What the playground is set to, what it has trained, and who draws that.

import { makeProblem } from "./data/problem.js";
import { START } from "./state/codec.js";
import { LIVE } from "./state/properties.js";

/** @typedef {import("../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("../shared/plot_theme.js").Theme} Theme */
/** @typedef {import("./data/problem.js").Problem} Problem */
/** @typedef {import("./state/properties.js").PlaygroundState} PlaygroundState */
/** @typedef {import("./worker/messages.js").Frame} Frame */
/** @typedef {import("./worker/messages.js").Request} Request */

/**
 * A part of the page. `draw` is called at most once a frame, after anything has changed.
 * @typedef {{ draw: (model: Model) => void }} View
 */

export class Model {
  /** @type {PlaygroundState} */
  state = START;
  /** @type {LossData[]} One for each network, at most MOST_LOSSES. */
  losses = [];
  /** @type {Problem} */
  problem = makeProblem(START);
  /** @type {Frame | null} The last that the worker has sent; null before the first of a run. */
  frame = null;
  /** Whether settings, losses or points have changed since the run began: then a link cannot lead to
   * where it stands. */
  altered = false;
  /** @type {Theme} */
  theme = { text: "", background: "", border: "" };
  #worker;
  #changed;

  /** @param {() => void} changed Called after each change of anything above. */
  constructor(changed) {
    this.#changed = changed;
    this.#worker = new Worker(new URL("./worker/training_worker.js", import.meta.url), {
      type: "module",
    });
    this.#worker.addEventListener("message", ({ data }) => {
      this.frame = data;
      this.#changed();
    });
  }

  get playing() {
    return this.frame?.playing ?? false;
  }

  close() {
    this.#worker.terminate();
  }

  /** Says that the last frame is drawn, so that the worker makes the next. */
  frameIsDrawn() {
    this.#send({ kind: "drawn" });
  }

  /**
   * Sets properties of the state. What is not LIVE begins the run anew.
   * @param {Partial<PlaygroundState>} values
   */
  set(values) {
    const { altered } = this;
    this.state = { ...this.state, ...values };
    if (Object.keys(values).every((name) => LIVE.has(name))) {
      this.altered = altered || this.#hasBegun;
      this.#send({ kind: "change", state: this.state, losses: this.losses });
      this.#changed();
    } else this.reset();
  }

  /**
   * Other losses, or other parameters of theirs. The run goes on where their number stays.
   * @param {LossData[]} losses
   */
  setLosses(losses) {
    const goesOn = losses.length === this.losses.length && this.frame !== null;
    this.losses = losses;
    if (!goesOn) return this.reset();
    this.altered = this.altered || this.#hasBegun;
    this.#send({ kind: "change", state: this.state, losses });
    this.#changed();
  }

  /** Begins the run anew: the same data, initial weights and batches. */
  reset() {
    this.problem = makeProblem(this.state);
    this.altered = false;
    this.#send({ kind: "begin", state: this.state, losses: this.losses });
    this.#changed();
  }

  play() {
    this.#send({ kind: "play" });
  }

  pause() {
    this.#send({ kind: "pause" });
  }

  /** @param {number} count */
  step(count = 1) {
    this.#send({ kind: "steps", count });
  }

  epoch() {
    this.#send({ kind: "epoch" });
  }

  get #hasBegun() {
    return (this.frame?.steps ?? 0) > 0;
  }

  /** @param {Request} request */
  #send(request) {
    this.#worker.postMessage(request);
  }
}
