// Several networks in training side by side: the same initial weights, the same batches, another loss
// each.

import { stream } from "../data/random.js";
import { Batches } from "./batches.js";
import { initialParameters } from "./network.js";
import { Trainer } from "./trainer.js";

/** @typedef {import("../../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("../data/problem.js").Problem} Problem */
/** @typedef {import("../state/properties.js").PlaygroundState} PlaygroundState */

/** @type {(state: PlaygroundState, classes: number) => number[]} The layers' sizes. */
export const sizesOf = (state, classes) => [2, ...state.layers, classes];

export class Run {
  steps = 0;

  /**
   * @param {Problem} problem
   * @param {PlaygroundState} state
   * @param {LossData[]} losses
   */
  constructor(problem, state, losses) {
    this.problem = problem;
    this.state = state;
    const sizes = sizesOf(state, problem.classes);
    const { activation, optimizer } = state;
    const parameters = initialParameters(sizes, stream(state.seed, "weights"));
    this.trainers = losses.map(
      (loss) => new Trainer(loss, { sizes, activation, optimizer, parameters }),
    );
    this.batches = this.#newBatches();
  }

  /**
   * Goes on with other settings and losses; networks, optimisers and batches stay as they are.
   * @type {(state: PlaygroundState, losses: LossData[]) => void}
   */
  change(state, losses) {
    this.state = state;
    this.trainers.forEach((trainer, slot) => trainer.setLoss(losses[slot]));
  }

  /**
   * Goes on with points that were moved, added or removed. Before the first step it is as if the run
   * had begun with them.
   * @param {Problem} problem Of as many classes.
   */
  setProblem(problem) {
    this.problem = problem;
    if (this.steps === 0) this.batches = this.#newBatches();
    else this.batches.setCount(problem.train.labels.length);
  }

  #newBatches() {
    return new Batches(this.problem.train.labels.length, stream(this.state.seed, "batches"));
  }

  /** Whether no network trains any further. */
  get hasStopped() {
    return this.trainers.every(({ stop }) => stop !== null);
  }

  /** How many steps the epoch still has. */
  get stepsToEpoch() {
    return this.batches.left(this.state.batch);
  }

  /**
   * Takes one step with every network that has not stopped.
   * @returns {boolean} Whether one of them took it.
   */
  step() {
    if (this.problem.train.labels.length === 0 || this.hasStopped) return false;
    const batch = this.batches.next(this.state.batch);
    this.trainers.forEach((trainer, slot) => {
      trainer.step(this.problem.train, batch, {
        rate: this.state.rates[slot] ?? this.state.rate,
        decay: this.state.decay,
      });
    });
    if (this.hasStopped) return false;
    this.steps++;
    return true;
  }
}
