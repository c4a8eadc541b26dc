// What the playground is set to, what it has trained, and who draws that.

import { changePoint, drawPoint } from "./data/hand.js";
import { changedByHand, generate } from "./data/problem.js";
import { START } from "./state/codec.js";
import { FormulaReader } from "./state/formula_reader.js";
import { Offer } from "./state/offer.js";
import { LIVE, OUTSIDE_THE_RUN } from "./state/properties.js";

/** @typedef {import("./state/offer.js").OfferedLoss} OfferedLoss */
/** @typedef {import("../shared/plot_theme.js").Theme} Theme */
/** @typedef {import("./data/problem.js").Problem} Problem */
/** @typedef {import("./engine/slow_step.js").SlowStep} SlowStep */
/** @typedef {import("./state/properties.js").PlaygroundState} PlaygroundState */
/** @typedef {import("./worker/messages.js").Frame} Frame */
/** @typedef {import("./worker/messages.js").Request} Request */

/** Properties that decide which generated point a change by hand is of. */
const COUNTING = new Set(["data", "classes", "points", "imbalance"]);

/**
 * A part of the page. `draw` is called at most once a frame, after anything has changed.
 * @typedef {{ draw: (model: Model) => void, close?: () => void }} View
 */

export class Model {
  /** @type {PlaygroundState} */
  state = START;
  /** @type {OfferedLoss[]} One for each network, at most MOST_LOSSES. */
  losses = [];
  #generated = generate(START);
  /** @type {Problem} */
  problem = changedByHand(this.#generated, START);
  /** @type {string[]} What could not be done as a link or a hand asked for, as sentences. */
  problems = [];
  /** @type {Frame | null} The last that the worker has sent; null before the first of a run. It has
   * numbers of as many training points as the problem has. */
  frame = null;
  /** @type {SlowStep | null} The last step, if it was to be watched, until the run goes on. */
  slowStep = null;
  /** Whether settings, losses or points have changed since the run began: then a link cannot lead to
   * where it stands. */
  altered = false;
  #begun = false;
  #runs = 0;
  #isToDraw = false;
  /** @type {Theme} */
  theme = { text: "", background: "", border: "" };
  /** The losses that there are to choose from. */
  offer = new Offer();
  /** Reads what is typed. */
  formulas = new FormulaReader();
  /** @type {Set<string>} Parts that the page leaves out, by their names in hideable.py. */
  hidden = new Set();
  #worker;
  #changed;

  /** @param {() => void} changed Called after each change of anything above. */
  constructor(changed) {
    this.#changed = changed;
    this.#worker = new Worker(new URL("./worker/training_worker.js", import.meta.url), {
      type: "module",
    });
    this.#worker.addEventListener("message", ({ data }) => this.#receive(data));
  }

  /** How many steps the run has taken, as far as is known. */
  get steps() {
    return this.frame?.steps ?? this.state.at;
  }

  get playing() {
    return this.frame?.playing ?? false;
  }

  close() {
    this.formulas.close();
    this.#worker.terminate();
  }

  /** Says that the last frame is drawn, so that the worker makes the next. */
  frameIsDrawn() {
    if (this.#isToDraw) this.#send({ kind: "drawn" });
    this.#isToDraw = false;
  }

  /**
   * Takes over what an address says; the run begins at the step that it names.
   * @type {(state: PlaygroundState, losses: OfferedLoss[], problems?: string[]) => void}
   *   `problems` are sentences on what could not be read.
   */
  open(state, losses, problems = []) {
    this.state = state;
    this.losses = losses;
    this.problems = problems;
    this.#begin();
  }

  /**
   * Sets properties of the state. What is not LIVE begins the run anew.
   * @param {Partial<PlaygroundState>} values
   */
  set(values) {
    const names = Object.keys(values);
    const forgets = names.some((name) => COUNTING.has(name)) ? { moved: "" } : {};
    this.state = { ...this.state, ...forgets, ...values };
    this.problems = [];
    if (!names.every((name) => LIVE.has(name))) return this.reset();
    this.altered ||= this.#begun && !names.every((name) => OUTSIDE_THE_RUN.has(name));
    this.#send({ kind: "change", state: this.state, losses: this.losses });
    this.#changed();
  }

  /**
   * Other losses, or other parameters of theirs. The run goes on where their number stays. Rates that
   * each had of its own are no other loss's.
   * @param {OfferedLoss[]} losses
   */
  setLosses(losses) {
    const areOthers = losses.map(({ id }) => id).join() !== this.losses.map(({ id }) => id).join();
    if (areOthers) this.state = { ...this.state, rates: [] };
    const goesOn = losses.length === this.losses.length && this.frame !== null;
    this.losses = losses;
    if (!goesOn) return this.reset();
    this.altered = this.#begun;
    this.#send({ kind: "change", state: this.state, losses });
    this.#changed();
  }

  /** Begins the run anew: the same data, initial weights and batches. */
  reset() {
    this.state = { ...this.state, at: 0 };
    this.#begin();
  }

  /**
   * Adds a training point; the run goes on.
   * @param {number} x
   * @param {number} y
   * @param {number} k Its class.
   * @returns {boolean} Whether there was room for it; else `problems` says what to do.
   */
  addPoint(x, y, k) {
    return this.#apply(drawPoint(this.state, { x, y, k }));
  }

  /**
   * Moves a training point; the run goes on.
   * @type {(index: number, x: number, y: number) => boolean} As addPoint.
   */
  movePoint(index, x, y) {
    return this.#apply(changePoint(this.state, this.problem, index, { place: [x, y] }));
  }

  /**
   * Gives a training point another label; the run goes on. The class that a generated point has in
   * truth stays.
   * @type {(index: number, k: number) => boolean} As addPoint.
   */
  setLabel(index, k) {
    return this.#apply(changePoint(this.state, this.problem, index, { k }));
  }

  /**
   * Removes a training point; the run goes on, and the points after it have an index less by one.
   * @type {(index: number) => boolean} As addPoint.
   */
  removePoint(index) {
    return this.#apply(changePoint(this.state, this.problem, index, { removed: true }), index);
  }

  /** Takes back all that a hand did to points; the run goes on. */
  clearHand() {
    this.#apply({ values: { drawn: "", moved: "" } });
  }

  play() {
    this.#goOn();
    this.#send({ kind: "play" });
  }

  pause() {
    this.#send({ kind: "pause" });
  }

  /** @param {number} count */
  step(count = 1) {
    this.#goOn();
    this.#send({ kind: "steps", count });
  }

  epoch() {
    this.#goOn();
    this.#send({ kind: "epoch" });
  }

  /** Pauses, and takes a step that can be watched: `slowStep` has it as soon as it is taken. */
  takeSlowStep() {
    this.#goOn();
    this.#send({ kind: "slow step" });
  }

  #goOn() {
    this.#begun = true;
    this.slowStep = null;
  }

  #begin() {
    this.#generated = generate(this.state);
    this.problem = changedByHand(this.#generated, this.state);
    this.frame = null;
    this.slowStep = null;
    this.altered = false;
    this.#begun = this.state.at > 0;
    this.#runs++;
    this.#send({ kind: "begin", run: this.#runs, state: this.state, losses: this.losses });
    this.#changed();
  }

  /**
   * @param {import("./data/hand.js").Outcome} outcome
   * @param {number} [removed] Index of a point that is no more.
   */
  #apply(outcome, removed) {
    if ("refusal" in outcome) {
      this.problems = [outcome.refusal];
      this.#changed();
      return false;
    }
    this.problems = [];
    this.slowStep = null;
    this.state = { ...this.state, ...outcome.values };
    if (this.state.data === "drawn") this.#generated = generate(this.state); // its test points
    this.problem = changedByHand(this.#generated, this.state);
    this.#fitFrame(removed);
    this.altered = this.#begun;
    this.#send({ kind: "points", problem: this.problem });
    this.#changed();
    return true;
  }

  /**
   * Gives the last frame numbers for the points that there are now; the next one brings better ones.
   * @param {number} [removed]
   */
  #fitFrame(removed) {
    const count = this.problem.train.labels.length;
    /** @type {(values: Float64Array) => Float64Array} */
    const fit = (values) =>
      Float64Array.from({ length: count }, (_, i) =>
        removed !== undefined && i >= removed ? values[i + 1] : (values[i] ?? 0),
      );
    for (const { train } of this.frame?.networks ?? [])
      if (train.p.length !== count)
        Object.assign(train, {
          p: fit(train.p),
          penalties: fit(train.penalties),
          weights: fit(train.weights),
          pulls: fit(train.pulls),
        });
  }

  /**
   * A frame, unless it is of an earlier run or of other points: what is drawn always fits together.
   * @param {Frame} frame
   */
  #receive(frame) {
    const points = frame.networks[0]?.train.p.length ?? this.problem.train.labels.length;
    if (frame.run !== this.#runs || points !== this.problem.train.labels.length)
      return this.#send({ kind: "drawn" });
    this.frame = frame;
    this.#isToDraw = true;
    if (frame.slowStep) this.slowStep = frame.slowStep;
    this.#changed();
  }

  /** @param {Request} request */
  #send(request) {
    this.#worker.postMessage(request);
  }
}
