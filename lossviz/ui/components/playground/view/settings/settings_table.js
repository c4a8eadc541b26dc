// All settings of data, network and training: how each is called, what it does, when it applies.

import { numberText } from "../../../shared/number_text.js";
import { SHAPES } from "../../data/shapes.js";
import { ACTIVATION_NAMES } from "../../engine/network.js";
import { OPTIMIZER_NAMES } from "../../engine/optimizers.js";
import { FLIPS } from "../../state/properties.js";

/** @typedef {import("../../state/properties.js").PlaygroundState} PlaygroundState */

/**
 * A field of the settings: a menu where it has options, else a slider.
 * @typedef {object} Field
 * @property {string} id
 * @property {string} label
 * @property {string | ((state: PlaygroundState) => string)} help One sentence.
 * @property {(state: PlaygroundState) => string | number} read
 * @property {(value: any, state: PlaygroundState) => Partial<PlaygroundState>} change
 * @property {Record<string, string>} [options] Names by key.
 * @property {number[]} [values] That the slider leads through, in their order.
 * @property {(value: any, state: PlaygroundState) => string} [write] A value with its unit.
 * @property {(state: PlaygroundState) => boolean} [isShown] Always, unless said.
 * @property {(state: PlaygroundState) => string} [off] Why it does not apply; empty where it does.
 */

/** @typedef {{ title: string, note: string, fields: Field[] }} Group */

/** @type {(from: number, to: number, step: number) => number[]} */
const evenly = (from, to, step) =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) =>
    Number((from + i * step).toPrecision(6)),
  );

/** @type {(from: number, to: number, digits: number[]) => number[]} From power of ten to power. */
const logarithmic = (from, to, digits) =>
  evenly(from, to - 1, 1)
    .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
    .concat(10 ** to);

/** @type {(one: string, many: string) => (count: number) => string} */
const counted = (one, many) => (count) =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** @type {(table: Record<string, { name: string }>) => Record<string, string>} */
const namesOf = (table) =>
  Object.fromEntries(Object.entries(table).map(([key, { name }]) => [key, name]));

/**
 * A field of one property of the state.
 * @type {(name: keyof PlaygroundState, rest: Omit<Field, "id" | "read" | "change">) => Field}
 */
const property = (name, rest) => ({
  id: name,
  read: (state) => /** @type {string | number} */ (state[name]),
  change: (value) => ({ [name]: value }),
  ...rest,
});

/**
 * A property of the data, which some shapes leave idle.
 * @type {typeof property}
 */
const ofData = (name, { off, ...rest }) =>
  property(name, {
    ...rest,
    off: (state) =>
      SHAPES[state.data].idle.includes(name) ? "No effect on this shape." : (off?.(state) ?? ""),
  });

const USUAL_UNITS = 8; // of a layer that is added

/** @type {Field} */
const layerCount = {
  id: "layer-count",
  label: "Hidden layers",
  help: "Without one the network is linear: its boundaries are straight lines.",
  read: ({ layers }) => layers.length,
  change: (count, { layers }) => ({
    layers: Array.from({ length: count }, (_, place) => layers[place] ?? USUAL_UNITS),
  }),
  values: [0, 1, 2, 3],
  write: String,
};

/** @type {(layer: number) => Field} The units of a hidden layer, counted from 0. */
const unitCount = (layer) => ({
  id: `units-of-layer-${layer + 1}`,
  label: `Layer ${layer + 1}`,
  help: "Its units: each computes one number from all those of the layer before.",
  read: ({ layers }) => layers[layer] ?? USUAL_UNITS,
  change: (count, { layers }) => ({
    layers: layers.map((units, place) => (place === layer ? count : units)),
  }),
  values: evenly(1, 16, 1),
  write: counted("unit", "units"),
  isShown: ({ layers }) => layer < layers.length,
});

/** @type {Group[]} */
export const GROUPS = [
  {
    title: "Data",
    note: "A change begins the run anew.",
    fields: [
      property("data", {
        label: "Shape",
        help: ({ data }) => SHAPES[data].about,
        options: namesOf(SHAPES),
      }),
      property("classes", {
        label: "Classes",
        help: "How many kinds of points there are, each with a colour of its own.",
        values: evenly(2, 5, 1),
        write: String,
      }),
      ofData("points", {
        label: "Size",
        help: "Training points, outliers not counted; there are about as many test points.",
        values: [10, 20, 30, 50, 100, 150, 200, 300, 400, 500, 700, 1000],
        write: counted("point", "points"),
      }),
      ofData("spread", {
        label: "Spread",
        help: "How far points scatter around the shape: 0 least, 1 most.",
        values: evenly(0, 1, 0.05),
        write: numberText,
      }),
      ofData("imbalance", {
        label: "Imbalance",
        help: "Training points of the first class for one of the last; test points are balanced.",
        values: [1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50],
        write: (ratio) => `${numberText(ratio)} : 1`,
      }),
      ofData("outliers", {
        label: "Outliers",
        help: "More training points, which lie far on the wrong side.",
        values: evenly(0, 20, 1),
        write: counted("point", "points"),
      }),
      ofData("noise", {
        label: "Wrong labels",
        help: "Share of training points with a wrong label; test points have right ones.",
        values: evenly(0, 0.6, 0.05),
        write: (share) => `${Math.round(100 * share)}%`,
      }),
      ofData("flips", {
        label: "A wrong label is",
        help: "Which class a wrong label names.",
        options: FLIPS,
        off: ({ noise, classes }) => {
          if (noise === 0) return "No label is wrong.";
          return classes === 2 ? "There is one other class." : "";
        },
      }),
    ],
  },
  {
    title: "Network",
    note: "A change begins the run anew.",
    fields: [
      layerCount,
      property("activation", {
        label: "Activation",
        help: "What a hidden unit makes of its weighted sum.",
        options: ACTIVATION_NAMES,
        off: ({ layers }) => (layers.length ? "" : "No hidden unit."),
      }),
      unitCount(0),
      unitCount(1),
      unitCount(2),
    ],
  },
  {
    title: "Training",
    note: "These change while it trains; only another optimiser begins anew.",
    fields: [
      property("optimizer", {
        label: "Optimiser",
        help: "How a step follows from the gradient; another one begins the run anew.",
        options: OPTIMIZER_NAMES,
      }),
      property("rate", {
        label: "Learning rate",
        help: "How far a step goes for a gradient of a given size.",
        values: logarithmic(-5, 1, [1, 1.5, 2, 3, 5, 7]),
        write: numberText,
        off: ({ rates }) => (rates.length ? "Each loss has its own." : ""),
      }),
      property("batch", {
        label: "Batch",
        help: "Training points whose mean gradient makes a step.",
        values: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
        write: (size, { points }) =>
          size < points ? counted("point", "points")(size) : "all points",
      }),
      property("decay", {
        label: "Weight decay",
        help: "How strongly each step pulls the weights towards 0.",
        values: [0, ...logarithmic(-5, 0, [1, 3])],
        write: numberText,
      }),
    ],
  },
];
