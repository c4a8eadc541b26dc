// All that the playground's part of an address can say, as one table of typed properties.

import {
  MOST_CHANGES,
  MOST_CLASSES,
  MOST_DRAWN,
  parseChanges,
  parsePoints,
} from "../data/points_text.js";
import { SHAPES } from "../data/shapes.js";
import { ACTIVATIONS } from "../engine/network.js";
import { OPTIMIZERS } from "../engine/optimizers.js";

/**
 * What the playground is set to; the losses stand apart, as all pages share them.
 * @typedef {object} PlaygroundState
 * @property {string} data A key of SHAPES.
 * @property {number} classes
 * @property {number} points For training; there are as many test points, rounded up to as many of each
 *   class.
 * @property {number} spread How far points scatter around the shape, 0 to 1.
 * @property {number} imbalance How many points the first class has for one of the last, 1 to 50.
 * @property {number} noise Share of the training labels that are wrong, 0 to 0.6; outliers and points
 *   drawn by hand have right ones.
 * @property {string} flips Which wrong label a point gets, "symmetric" or "pair".
 * @property {number} outliers Training points far on the wrong side, beside `points`.
 * @property {number[]} layers Units of each hidden layer.
 * @property {string} activation A key of ACTIVATIONS.
 * @property {string} optimizer A key of OPTIMIZERS.
 * @property {number} rate The learning rate.
 * @property {number[]} rates Of each loss where each has its own; else empty.
 * @property {number} batch Points of a step.
 * @property {number} decay Weight decay.
 * @property {number} seed
 * @property {number} speed Steps a second, one of SPEEDS.
 * @property {string} drawn Points drawn by hand, as points_text.js writes them.
 * @property {string} moved What a hand did to generated points, the same.
 * @property {number} at Steps that a link's run takes at once.
 * @property {number} steps How long each training over several seeds takes.
 * @property {number} story The step of the story that is open, 0 for none.
 */

/**
 * @template T
 * @typedef {object} Kind
 * @property {(text: string) => T | undefined} parse Undefined where a text is no value.
 * @property {(value: T) => string} print
 * @property {string} limits Which values there are, in words that complete "it should be …".
 * @property {number} [least] Of a number.
 * @property {number} [most]
 * @property {string[]} [keys] Of a choice.
 */

/**
 * @template T
 * @typedef {Kind<T> & { label: string, start: T }} Property
 *   `label` names it for readers, in the midst of a sentence; `start` is what it is unless an address
 *   says otherwise.
 */

/** @type {(least: number, most: number) => Kind<number>} */
const whole = (least, most) => ({
  parse: (text) => {
    const value = Number(text);
    return /^\d{1,9}$/.test(text) && value >= least && value <= most ? value : undefined;
  },
  print: String,
  limits: `a whole number from ${least} to ${most}`,
  least,
  most,
});

/** @type {(least: number, most: number) => Kind<number>} */
const number = (least, most) => ({
  parse: (text) => {
    const value = Number(text);
    return /^[\d.e-]{1,24}$/.test(text) && value >= least && value <= most ? value : undefined;
  },
  print: String,
  limits: `a number from ${least} to ${most}`,
  least,
  most,
});

/** @type {(keys: string[]) => Kind<string>} */
const oneOf = (keys) => ({
  parse: (text) => (keys.includes(text) ? text : undefined),
  print: String,
  limits: `one of ${keys.join(", ")}`,
  keys,
});

/** @type {(values: Map<number, string>) => Kind<number>} Numbers, with what an address calls each. */
const oneOfNumbers = (values) => ({
  parse: (text) => [...values.keys()].find((value) => values.get(value) === text),
  print: (value) => values.get(value) ?? String(value),
  limits: `one of ${[...values.values()].join(", ")}`,
  keys: [...values.values()],
});

/** @type {(one: Kind<number>, most: number) => Kind<number[]>} */
const several = (one, most) => ({
  parse: (text) => {
    const values = text === "" ? [] : text.split("_").map(one.parse);
    const known = values.filter((value) => value !== undefined);
    return known.length === values.length && known.length <= most ? known : undefined;
  },
  print: (values) => values.map(one.print).join("_"),
  limits: `at most ${most} values with _ between them, each ${one.limits}`,
});

/** @type {(parse: (text: string) => unknown[] | undefined, most: number) => Kind<string>} */
const points = (parse, most) => ({
  parse: (text) => {
    const read = parse(text);
    return read && read.length <= most ? text : undefined;
  },
  print: String,
  limits: `at most ${most} points, as the playground writes them`,
});

export const MOST_LOSSES = 4;
export const MOST_STEPS = 100_000; // that a link takes at once
/** Steps a second that can be chosen, and what an address calls them. */
export const SPEEDS = new Map([1, 5, 20, 60, 240].map((speed) => [speed, `${speed}`]));
SPEEDS.set(Infinity, "fastest");
export const FLIPS = { symmetric: "any other class", pair: "the next class" };

/** What may change while a run goes on; all else begins it anew. */
export const LIVE = new Set(["rate", "rates", "batch", "decay", "speed", "steps", "story"]);

/** Those of them that change nothing of what is computed. */
export const OUTSIDE_THE_RUN = new Set(["speed", "steps", "story"]);

/** @type {(label: string, start: any, kind: Kind<any>) => Property<any>} */
const property = (label, start, kind) => ({ label, start, ...kind });

/** @type {Record<keyof PlaygroundState, Property<any>>} */
export const PROPERTIES = {
  data: property("data", "blobs", oneOf(Object.keys(SHAPES))),
  classes: property("number of classes", 3, whole(2, MOST_CLASSES)),
  points: property("number of training points", 200, whole(10, 1000)),
  spread: property("spread", 0.3, number(0, 1)),
  imbalance: property("imbalance", 1, number(1, 50)),
  noise: property("share of wrong labels", 0, number(0, 0.6)),
  flips: property("kind of wrong labels", "symmetric", oneOf(Object.keys(FLIPS))),
  outliers: property("number of outliers", 0, whole(0, 20)),
  layers: property("hidden layers", [8, 8], several(whole(1, 16), 3)),
  activation: property("activation", "tanh", oneOf(Object.keys(ACTIVATIONS))),
  optimizer: property("optimiser", "sgd", oneOf(Object.keys(OPTIMIZERS))),
  rate: property("learning rate", 0.1, number(1e-5, 10)),
  rates: property("learning rates of the losses", [], several(number(1e-5, 100), MOST_LOSSES)),
  batch: property("batch size", 20, whole(1, 1000)),
  decay: property("weight decay", 0, number(0, 1)),
  seed: property("seed", 0, whole(0, 999_999)),
  speed: property("speed", 60, oneOfNumbers(SPEEDS)),
  drawn: property("points drawn by hand", "", points(parsePoints, MOST_DRAWN)),
  moved: property("points changed by hand", "", points(parseChanges, MOST_CHANGES)),
  at: property("number of steps", 0, whole(0, MOST_STEPS)),
  steps: property("steps of each training over seeds", 500, whole(10, 5000)),
  story: property("step of the story", 0, whole(0, 6)),
};
