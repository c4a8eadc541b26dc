// The link to what the playground shows: its settings, its points and, where it can, how far its run is.

import { writeState } from "./codec.js";
import { MOST_STEPS } from "./properties.js";

/** @typedef {import("../model.js").Model} Model */

/** Parameters that stand after `play` where lossviz/ui/state/page_state.py writes an address. */
const LATER = ["hide", "seed", "at"];

/** @type {(part: string) => string} */
const nameOf = (part) => part.split("=", 1)[0];

/**
 * An address's search part with other settings of the playground, where Python puts them too.
 * @type {(search: string, play: string) => string}
 */
export const withPlay = (search, play) => {
  const others = search
    .replace(/^\?/, "")
    .split("&")
    .filter((part) => part && nameOf(part) !== "play");
  const place = others.findIndex((part) => LATER.includes(nameOf(part)));
  if (play) others.splice(place < 0 ? others.length : place, 0, `play=${play}`);
  return others.length > 0 ? `?${others.join("&")}` : "";
};

export const ALTERED =
  "Losses, settings or points were changed during this run: a link begins at step 0, with what is set now.";

/** @type {(network: import("../worker/messages.js").NetworkFrame) => boolean} */
const isStopped = ({ stop }) => stop !== null;

/** @type {(steps: number) => string} */
const count = (steps) => steps.toLocaleString("en");

/** @type {(model: Model) => number} How many steps a link lets the run take at once. */
export const stepsOfLink = ({ altered, steps, frame }) => {
  const hasStopped = frame !== null && frame.networks.length > 0 && frame.networks.every(isStopped);
  const tried = hasStopped ? steps + 1 : steps; // with the step that no network could take
  return altered || tried > MOST_STEPS ? 0 : tried;
};

/** @type {(model: Model) => string} What a link does with the run. */
const sentence = ({ altered, steps }) => {
  if (altered) return ALTERED;
  if (steps > MOST_STEPS)
    return `A link opens a run at step ${count(MOST_STEPS)} at most: this one begins it at step 0.`;
  return steps > 0
    ? `The link opens this run at step ${count(steps)}.`
    : "The link opens these settings and points.";
};

/**
 * @typedef {object} Link
 * @property {string} address
 * @property {string} sentence What it does with the run.
 */

/** @type {(model: Model) => Link} To what the model shows now; the losses are those of the address. */
export const linkOf = (model) => {
  const play = writeState({ ...model.state, at: stepsOfLink(model) });
  return {
    address: `${location.origin}${location.pathname}${withPlay(location.search, play)}`,
    sentence: sentence(model),
  };
};
