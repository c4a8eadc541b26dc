// What a picture of the playground shows: a record that is drawn as SVG, as PNG and in a video.

import { numberText } from "../../shared/number_text.js";
import { sharesOf, wrongCount, wrongShare } from "../engine/shares.js";
import { errorText, percentText } from "../view/points/point_text.js";
import { settingsText } from "./settings_text.js";

/** @typedef {import("../data/problem.js").Problem} Problem */
/** @typedef {import("../engine/decision_map.js").DecisionMap} DecisionMap */
/** @typedef {import("../state/offer.js").OfferedLoss} OfferedLoss */
/** @typedef {import("../state/properties.js").PlaygroundState} PlaygroundState */
/** @typedef {import("../worker/messages.js").Frame} Frame */
/** @typedef {import("../worker/messages.js").NetworkFrame} NetworkFrame */

/**
 * A training point.
 * @typedef {object} Mark
 * @property {number} x
 * @property {number} y
 * @property {number} label The class that it is said to have.
 * @property {number} truth The class that it has.
 * @property {number} times Its share of the gradient, in times of the mean.
 */

/**
 * @typedef {object} NetworkPicture
 * @property {string} name Of the loss, with its parameters.
 * @property {string} color
 * @property {string} dash
 * @property {DecisionMap} map
 * @property {Mark[]} marks
 * @property {string[]} lines Its numbers, in words.
 */

/**
 * @typedef {object} Picture
 * @property {string} title
 * @property {string} settings
 * @property {number} classes
 * @property {NetworkPicture[]} networks
 */

/** @type {(problem: Problem, shares: Float64Array) => Mark[]} */
const marksOf = ({ train: { places, labels, truths } }, shares) =>
  Array.from(labels, (label, i) => ({
    x: places[2 * i],
    y: places[2 * i + 1],
    label,
    truth: truths[i],
    times: shares[i] * labels.length,
  }));

/** @type {(problem: Problem, network: NetworkFrame, shares: Float64Array) => string[]} */
const linesOf = (problem, { train, test, stop }, shares) => [
  `Test error ${errorText(test.error)}, training error ${errorText(train.error)}`,
  ...(wrongCount(problem.train) > 0
    ? [`Gradient from wrong labels: ${percentText(wrongShare(problem.train, shares))}`]
    : []),
  ...(stop ? [`Stopped at step ${stop.step.toLocaleString("en")}`] : []),
];

/** @type {(loss: OfferedLoss) => string} */
const nameOf = ({ name, sliders, values }) =>
  [name, ...sliders.map(({ letter, name: key }) => `${letter} = ${numberText(values[key])}`)].join(
    ", ",
  );

/** @type {(loss: OfferedLoss, network: NetworkFrame, problem: Problem) => NetworkPicture} */
const networkPicture = (loss, network, problem) => {
  const shares = sharesOf(network.train.pulls);
  return {
    name: nameOf(loss),
    color: loss.color,
    dash: loss.dash,
    map: network.map,
    marks: marksOf(problem, shares),
    lines: linesOf(problem, network, shares),
  };
};

/** @type {(given: { state: PlaygroundState, losses: OfferedLoss[], problem: Problem, frame: Frame }) => Picture} */
export const pictureOf = ({ state, losses, problem, frame }) => ({
  title: `Step ${frame.steps.toLocaleString("en")}, epoch ${frame.epoch.toLocaleString("en")}`,
  settings: settingsText(state),
  classes: problem.classes,
  networks: frame.networks.map((network, slot) => networkPicture(losses[slot], network, problem)),
});
