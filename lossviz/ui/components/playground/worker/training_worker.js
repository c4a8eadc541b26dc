// Trains in a thread of its own, so that the page never waits. It sends a frame when the page has
// drawn the one before.

import { makeProblem } from "../data/problem.js";
import { decisionMap } from "../engine/decision_map.js";
import { evaluate } from "../engine/evaluation.js";
import { Run } from "../engine/run.js";
import { takeSlowStep } from "../engine/slow_step.js";

/** @typedef {import("./messages.js").Request} Request */
/** @typedef {import("./messages.js").Frame} Frame */

class Training {
  /** @type {Run | null} */
  #run = null;
  /** @type {import("../engine/slow_step.js").SlowStep | undefined} That the page has not got yet. */
  #slowStep = undefined;
  #runs = 0;
  #playing = false;
  #stepsLeft = 0;
  #pageIsReady = true;
  #changed = false;
  #waits = false;

  /** @param {Request} request */
  receive(request) {
    HANDLERS[request.kind](this, /** @type {any} */ (request));
    this.#goOn();
  }

  /** @type {(state: any, losses: any) => void} */
  begin(state, losses) {
    this.#run = new Run(makeProblem(state), state, losses);
    this.#runs++;
    this.#playing = false;
    this.#changed = true;
    for (let i = 0; i < state.at; i++) this.#run.step();
  }

  /** @type {(state: any, losses: any) => void} */
  change(state, losses) {
    if (!this.#run) return;
    this.#run.change(state, losses);
    this.#changed = true;
  }

  /** @param {import("../data/problem.js").Problem} problem */
  setProblem(problem) {
    if (!this.#run) return;
    this.#run.setProblem(problem);
    this.#changed = true;
  }

  /** @type {(playing: boolean, steps?: number) => void} */
  play(playing, steps = Number.POSITIVE_INFINITY) {
    this.#playing = playing;
    this.#stepsLeft = playing ? steps : 0;
    this.#changed = true;
  }

  playEpoch() {
    this.play(true, this.#run?.batches.left(this.#run.state.batch) ?? 0);
  }

  takeSlowStep() {
    if (!this.#run) return;
    this.play(false);
    this.#slowStep = takeSlowStep(this.#run);
  }

  pageIsReady() {
    this.#pageIsReady = true;
  }

  /** Steps and frames follow in a task of their own, so that requests come in between. */
  #goOn() {
    if (this.#waits || !this.#pageIsReady || !(this.#changed || this.#playing)) return;
    this.#waits = true;
    setTimeout(() => {
      this.#waits = false;
      this.#advance();
    });
  }

  #advance() {
    const run = this.#run;
    if (!run) return;
    const steps = this.#playing ? Math.min(run.state.speed, this.#stepsLeft) : 0;
    for (let i = 0; i < steps; i++) run.step();
    this.#stepsLeft -= steps;
    if (this.#stepsLeft <= 0) this.#playing = false;
    this.#changed = false;
    this.#pageIsReady = false;
    postMessage(this.#frame(run));
    this.#slowStep = undefined;
  }

  /** @type {(run: Run) => Frame} */
  #frame(run) {
    const { train, test } = run.problem;
    return {
      kind: "frame",
      run: this.#runs,
      steps: run.steps,
      epoch: run.batches.epoch,
      playing: this.#playing,
      slowStep: this.#slowStep,
      networks: run.trainers.map((trainer) => ({
        map: decisionMap(trainer.network),
        train: evaluate(trainer, train),
        test: evaluate(trainer, test),
        stop: trainer.stop,
      })),
    };
  }
}

/** @type {Record<Request["kind"], (training: Training, request: any) => void>} */
const HANDLERS = {
  begin: (training, { state, losses }) => training.begin(state, losses),
  change: (training, { state, losses }) => training.change(state, losses),
  points: (training, { problem }) => training.setProblem(problem),
  play: (training) => training.play(true),
  pause: (training) => training.play(false),
  steps: (training, { count }) => training.play(true, count),
  epoch: (training) => training.playEpoch(),
  "slow step": (training) => training.takeSlowStep(),
  drawn: (training) => training.pageIsReady(),
};

const training = new Training();
addEventListener("message", ({ data }) => training.receive(data));
