// Trains in a thread of its own, so that the page never waits.
//
// Steps are taken in slices of a few milliseconds, as many as the speed allows; requests are handled
// in between. A frame is sent after something has changed, at most 25 times a second, less often where
// frames would take more time than steps, and only when the page has drawn the one before. A page
// that draws nothing, as a hidden tab, soon stops the steps as well: nobody misses a part of the run.

import { makeProblem } from "../data/problem.js";
import { Run } from "../engine/run.js";
import { takeSlowStep } from "../engine/slow_step.js";
import { buffersIn, networkFrames } from "./frames.js";
import { Pace } from "./pace.js";

/** @typedef {import("./messages.js").Request} Request */
/** @typedef {import("./messages.js").Frame} Frame */

const SLICE_MS = 6;
const FRAME_EVERY_MS = 40;
const MOST_AHEAD_MS = 500; // that steps go on while a frame is not drawn

class Training {
  /** @type {Run | null} */
  #run = null;
  /** @type {import("../engine/slow_step.js").SlowStep | undefined} That the page has not got yet. */
  #slowStep = undefined;
  #runNumber = 0;
  /** Infinity while it plays on. */
  #stepsLeft = 0;
  #pace = new Pace();
  #changed = false;
  #pageIsReady = true;
  #sentAt = -Infinity;
  #nextFrameAt = -Infinity;
  #timer = 0;
  #posted = false;
  /** For a task of its own at once; a timer would wait 4 ms. */
  #channel = new MessageChannel();

  constructor() {
    this.#channel.port1.onmessage = () => {
      this.#posted = false;
      this.#advance();
    };
  }

  /** @param {Request} request */
  receive(request) {
    HANDLERS[request.kind](this, /** @type {any} */ (request));
    this.#goOn();
  }

  /** @param {import("./messages.js").Begin} request */
  begin({ run, state, losses }) {
    this.#run = new Run(makeProblem(state), state, losses);
    this.#runNumber = run;
    this.#stepsLeft = state.at;
    this.#changed = true;
  }

  /** @param {import("./messages.js").Change} request */
  change({ state, losses }) {
    this.#run?.change(state, losses);
    this.#changed = true;
  }

  /** @param {import("../data/problem.js").Problem} problem */
  setProblem(problem) {
    this.#run?.setProblem(problem);
    this.#changed = true;
  }

  play() {
    if (this.#stepsLeft !== Infinity) this.#pace.start(performance.now());
    this.#stepsLeft = Infinity;
    this.#changed = true;
  }

  pause() {
    this.#stepsLeft = 0;
    this.#changed = true;
  }

  /** @param {number} count Taken as fast as it can, after those that were asked for before. */
  takeSteps(count) {
    this.#stepsLeft = count + (this.#stepsLeft === Infinity ? 0 : this.#stepsLeft);
  }

  takeEpoch() {
    this.#stepsLeft = this.#run?.stepsToEpoch ?? 0;
  }

  takeSlowStep() {
    if (!this.#run) return;
    this.pause();
    this.#slowStep = takeSlowStep(this.#run);
  }

  pageIsReady() {
    this.#pageIsReady = true;
  }

  #advance() {
    const run = this.#run;
    if (!run) return;
    if (this.#maySteps()) this.#step(run);
    if (this.#frameIn() <= 0) this.#sendFrame(run);
    this.#goOn();
  }

  /** @param {Run} run */
  #step(run) {
    const end = performance.now() + SLICE_MS;
    let now = performance.now();
    while (this.#stepsLeft > 0 && now < end && this.#pace.due(now, this.#speed) >= 1) {
      if (!run.step()) return this.pause();
      this.#pace.take();
      this.#stepsLeft--;
      this.#changed = true;
      now = performance.now();
    }
  }

  get #speed() {
    return this.#stepsLeft === Infinity && this.#run ? this.#run.state.speed : Infinity;
  }

  #maySteps() {
    const isAhead = !this.#pageIsReady && performance.now() > this.#sentAt + MOST_AHEAD_MS;
    return this.#stepsLeft > 0 && !isAhead;
  }

  /** In how many ms a step is due; Infinity where none is. */
  #stepIn() {
    if (!this.#maySteps()) return Infinity;
    const due = this.#pace.due(performance.now(), this.#speed);
    return due >= 1 ? 0 : (1000 * (1 - due)) / this.#speed;
  }

  /** In how many ms a frame is due; Infinity where none is. */
  #frameIn() {
    if (!this.#changed || !this.#pageIsReady) return Infinity;
    return this.#nextFrameAt - performance.now();
  }

  /** Sees to it that steps and frames follow, in a task of their own. */
  #goOn() {
    clearTimeout(this.#timer);
    if (!this.#run || this.#posted) return;
    const wait = Math.min(this.#stepIn(), this.#frameIn());
    if (wait === Infinity) return;
    this.#posted = wait <= 0;
    if (this.#posted) this.#channel.port2.postMessage(null);
    else this.#timer = setTimeout(() => this.#advance(), wait);
  }

  /** @param {Run} run */
  #sendFrame(run) {
    const begun = performance.now();
    this.#changed = false;
    this.#pageIsReady = false;
    /** @type {Frame} */
    const frame = {
      kind: "frame",
      run: this.#runNumber,
      steps: run.steps,
      epoch: run.batches.epoch,
      playing: this.#stepsLeft > 0,
      left: this.#stepsLeft === Infinity ? 0 : this.#stepsLeft,
      slowStep: this.#slowStep,
      networks: networkFrames(run),
    };
    this.#slowStep = undefined;
    postMessage(frame, { transfer: buffersIn(frame) });
    this.#sentAt = performance.now();
    this.#nextFrameAt = Math.max(begun + FRAME_EVERY_MS, 2 * this.#sentAt - begun);
  }
}

/** @type {Record<Request["kind"], (training: Training, request: any) => void>} */
const HANDLERS = {
  begin: (training, request) => training.begin(request),
  change: (training, request) => training.change(request),
  points: (training, { problem }) => training.setProblem(problem),
  play: (training) => training.play(),
  pause: (training) => training.pause(),
  steps: (training, { count }) => training.takeSteps(count),
  epoch: (training) => training.takeEpoch(),
  "slow step": (training) => training.takeSlowStep(),
  drawn: (training) => training.pageIsReady(),
};

const training = new Training();
addEventListener("message", ({ data }) => training.receive(data));
