// What a run is set to, in words.

import { SHAPES } from "../data/shapes.js";
import { ACTIVATION_NAMES } from "../engine/network.js";
import { OPTIMIZER_NAMES } from "../engine/optimizers.js";
import { percentText } from "../view/points/point_text.js";

/** @typedef {import("../state/properties.js").PlaygroundState} PlaygroundState */

/** @type {Record<string, string>} */
const activations = ACTIVATION_NAMES;
/** @type {Record<string, string>} */
const optimizers = OPTIMIZER_NAMES;

/** @type {(count: number, one: string) => string} */
const counted = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

/** @type {(state: PlaygroundState) => string[]} */
const dataParts = ({ data, drawn, moved, classes, points, imbalance, noise, flips, outliers }) => {
  const { idle } = SHAPES[data];
  /** @type {[keyof PlaygroundState, boolean, string][]} */
  const parts = [
    ["points", true, `${points} training points`],
    ["imbalance", imbalance > 1, `imbalance ${imbalance}:1`],
    [
      "noise",
      noise > 0,
      `${percentText(noise)} wrong labels${flips === "pair" ? " (next class)" : ""}`,
    ],
    ["outliers", outliers > 0, counted(outliers, "outlier")],
    ["drawn", drawn !== "" && data !== "drawn", "some points drawn by hand"],
    ["moved", moved !== "", "some points changed by hand"],
  ];
  return [
    `${SHAPES[data].name}, ${classes} classes`,
    ...parts.filter(([name, said]) => said && !idle.includes(name)).map(([, , text]) => text),
  ];
};

/** @type {(state: PlaygroundState) => string[]} */
const networkParts = ({ layers, activation }) => [
  layers.length
    ? `${counted(layers.length, "hidden layer")} of ${layers.join(", ")} ${activations[activation]} units`
    : "no hidden layer",
];

/** @type {(state: PlaygroundState) => string[]} */
const trainingParts = ({ optimizer, rate, rates, batch, decay, seed }) => [
  optimizers[optimizer],
  rates.length ? `learning rates ${rates.join(", ")}` : `learning rate ${rate}`,
  `batches of ${batch}`,
  ...(decay > 0 ? [`weight decay ${decay}`] : []),
  `seed ${seed}`,
];

/**
 * One line that says how a run can be made again.
 * @type {(state: PlaygroundState) => string}
 */
export const settingsText = (state) =>
  [dataParts, networkParts, trainingParts].map((parts) => parts(state).join(", ")).join("; ");
