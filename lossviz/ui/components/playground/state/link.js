// Where a link to the playground leads: to the run as it stands, if it can.

import { MOST_STEPS } from "./properties.js";

/** @typedef {import("../model.js").Model} Model */

/** @type {(network: import("../worker/messages.js").NetworkFrame) => boolean} */
const isStopped = ({ stop }) => stop !== null;

/** @type {(model: Model) => number} How many steps a run has tried to take. */
const stepsTried = ({ steps, frame }) => {
  const hasStopped = frame !== null && frame.networks.length > 0 && frame.networks.every(isStopped);
  return hasStopped ? steps + 1 : steps; // with the step that no network could take
};

/** @type {(model: Model) => number} How many steps a link lets the run take at once. */
export const stepsOfLink = (model) => {
  const steps = stepsTried(model);
  return model.altered || steps > MOST_STEPS ? 0 : steps;
};

/** @type {(model: Model) => string} Why a link leads to the run's beginning; empty where it does not. */
export const linkNote = (model) => {
  if (model.altered)
    return "Losses, settings or points were changed during this run: a link begins at step 0, with what is set now.";
  return stepsTried(model) > MOST_STEPS
    ? `A link opens a run at step ${MOST_STEPS.toLocaleString("en")} at most: now it begins at step 0.`
    : "";
};
