// One step in slow motion: first the gradient of each point of the batch as an arrow, then the map from
// before the step to after it. The arrows stay until training goes on.

import { Animation } from "../../../shared/motion.js";
import { sharesOf } from "../../engine/shares.js";
import { drawArrows } from "./arrows.js";

/** @typedef {import("../../data/problem.js").Points} Points */
/** @typedef {import("../../engine/decision_map.js").DecisionMap} DecisionMap */
/** @typedef {import("../../engine/slow_step.js").SlowNetwork} SlowNetwork */
/** @typedef {import("../../engine/slow_step.js").SlowStep} SlowStep */
/** @typedef {import("../../model.js").Model} Model */
/** @typedef {import("../../../shared/plot_theme.js").Theme} Theme */
/** @typedef {import("../points/point_layer.js").Sheet} Sheet */

const DURATION_MS = 2000;
const GROWN = 0.3; // of the duration: arrows grow
const BEGINS = 0.4; // then the map begins to change
const STILLS = [0, 0.7, 1]; // where the reader wants no motion: arrows, then half of the way, then all

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** Takes a step in slow motion; a run that plays is paused. @param {Model} model */
export const startSlowStep = (model) => model.takeSlowStep();

/** @type {(step: SlowStep) => string} */
export const slowStepText = ({ batch: { length } }) =>
  length === 1
    ? "The arrow points where this step's point would have to go for its penalty to fall fastest;" +
      " but points stay, and the step changes the networks' weights instead."
    : `Each arrow points where one of this step's ${length} points would have to go for its penalty to` +
      " fall fastest, longer where it would fall faster on that map; but points stay, and the step" +
      " changes the networks' weights instead.";

export class SlowMotion {
  /** @type {SlowStep | null} */
  #step = null;
  #share = 1;
  #animation;

  /** @param {() => void} redraw */
  constructor(redraw) {
    this.#animation = new Animation((share) => {
      this.#share = share;
      redraw();
    });
  }

  /**
   * Begins with a new step, and ends where there is none any more.
   * @type {(step: SlowStep | null) => boolean} Whether it begins.
   */
  follow(step) {
    if (step === this.#step) return false;
    this.#step = step;
    this.#animation.stop();
    if (!step) return false;
    this.#share = 0;
    this.#animation.start(DURATION_MS);
    return true;
  }

  /** How much of the time has passed, 0 to 1. */
  get #passed() {
    if (!reducedMotion.matches) return this.#share;
    return STILLS[Math.min(STILLS.length - 1, Math.floor(this.#share * STILLS.length))];
  }

  /** How long the arrows are, 0 to 1. */
  get #arrowSize() {
    return reducedMotion.matches ? 1 : Math.min(1, this.#passed / GROWN);
  }

  /** How much of the step is done, 0 to 1. */
  get #done() {
    const share = Math.max(0, (this.#passed - BEGINS) / (1 - BEGINS));
    return share * share * (3 - 2 * share);
  }

  /** @type {(network: SlowNetwork) => DecisionMap} */
  mapOf({ maps }) {
    return maps[Math.round(this.#done * (maps.length - 1))];
  }

  /** @type {(network: SlowNetwork, after: Float64Array) => Float64Array} Of the gradient. */
  sharesOf({ pulls }, after) {
    const before = sharesOf(pulls);
    const done = this.#done;
    return after.map((share, i) => before[i] + done * (share - before[i]));
  }

  /** @type {(sheet: Sheet, theme: Theme, points: Points, network: SlowNetwork) => void} */
  drawArrows(sheet, theme, points, network) {
    if (this.#step)
      drawArrows(sheet, theme, { step: this.#step, network, points, size: this.#arrowSize });
  }
}
