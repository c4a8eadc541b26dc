// What page and worker say to each other.

/** @typedef {import("../../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("../engine/decision_map.js").DecisionMap} DecisionMap */
/** @typedef {import("../engine/evaluation.js").Evaluation} Evaluation */
/** @typedef {import("../engine/slow_step.js").SlowStep} SlowStep */
/** @typedef {import("../engine/trainer.js").Stop} Stop */
/** @typedef {import("../data/problem.js").Problem} Problem */
/** @typedef {import("../state/properties.js").PlaygroundState} PlaygroundState */

/**
 * From the page.
 * @typedef {{ kind: "begin", run: number, state: PlaygroundState, losses: LossData[] }} Begin A
 *   new run, which the page numbers. It takes `at` steps at once.
 * @typedef {{ kind: "change", state: PlaygroundState, losses: LossData[] }} Change While it goes on:
 *   losses, their parameters, learning rate, weight decay, batch size, speed.
 * @typedef {{ kind: "points", problem: Problem }} NewPoints While it goes on: points were moved or drawn.
 * @typedef {{ kind: "play" } | { kind: "pause" }} Playing
 * @typedef {{ kind: "steps", count: number }} Steps Takes so many as fast as it can, then pauses.
 * @typedef {{ kind: "epoch" }} Epoch The same to the end of the epoch.
 * @typedef {{ kind: "slow step" }} Slow Pauses, and takes a step that can be watched.
 * @typedef {{ kind: "drawn" }} Drawn The page has drawn the last frame, and can take another one.
 *
 * @typedef {Begin | Change | NewPoints | Playing | Steps | Epoch | Slow | Drawn} Request
 */

/**
 * One network as it is.
 * @typedef {object} NetworkFrame
 * @property {DecisionMap} map
 * @property {Evaluation} train
 * @property {Evaluation} test
 * @property {Stop | null} stop
 */

/**
 * To the page: all that it draws.
 * @typedef {object} Frame
 * @property {"frame"} kind
 * @property {number} run The page's number of it.
 * @property {number} steps
 * @property {number} epoch
 * @property {boolean} playing Whether steps follow.
 * @property {number} left How many of the steps that were asked for; 0 where it plays on.
 * @property {NetworkFrame[]} networks
 * @property {SlowStep} [slowStep] The last step, where it was asked for.
 */

export {};
