// All that the playground's part of an address can say, as one table of typed properties.

import { SHAPES } from "../data/shapes.js";
import { ACTIVATIONS } from "../engine/network.js";
import { OPTIMIZERS } from "../engine/optimizers.js";

/**
 * What the playground is set to; the losses stand apart, as all pages share them.
 * @typedef {object} PlaygroundState
 * @property {string} data A key of SHAPES.
 * @property {number} classes
 * @property {number} points For training; there are as many test points.
 * @property {number} spread How far the classes reach into each other, 0 to 1.
 * @property {number} imbalance How many points the first class has for one of the last, 1 to 50.
 * @property {number} noise Share of the training labels that are wrong, 0 to 0.6.
 * @property {string} flips Which wrong label a point gets, "symmetric" or "pair".
 * @property {number} outliers Training points far on the wrong side.
 * @property {number[]} layers Units of each hidden layer.
 * @property {string} activation A key of ACTIVATIONS.
 * @property {string} optimizer A key of OPTIMIZERS.
 * @property {number} rate The learning rate.
 * @property {number[]} rates Of each loss where each has its own; else empty.
 * @property {number} batch Points of a step.
 * @property {number} decay Weight decay.
 * @property {number} seed
 * @property {number} speed Steps a frame at most.
 * @property {string} drawn Points drawn by hand, as points_text.js writes them.
 * @property {string} moved Points moved by hand, the same.
 * @property {number} at Steps that a link's run takes at once.
 * @property {number} story The step of the story that is open, 0 for none.
 */

/**
 * @template T
 * @typedef {object} Property
 * @property {T} start What it is unless an address says otherwise.
 * @property {(text: string) => T | undefined} parse Undefined where a text is no value.
 * @property {(value: T) => string} print
 * @property {string} limits Which values there are, in words that complete "it should be …".
 */

/** @type {(start: number, least: number, most: number) => Property<number>} */
const whole = (start, least, most) => ({
  start,
  parse: (text) => {
    const value = Number(text);
    return /^\d{1,9}$/.test(text) && value >= least && value <= most ? value : undefined;
  },
  print: String,
  limits: `a whole number from ${least} to ${most}`,
});

/** @type {(start: number, least: number, most: number) => Property<number>} */
const number = (start, least, most) => ({
  start,
  parse: (text) => {
    const value = Number(text);
    return /^[\d.e-]{1,24}$/.test(text) && value >= least && value <= most ? value : undefined;
  },
  print: String,
  limits: `a number from ${least} to ${most}`,
});

/** @type {(start: string, keys: string[]) => Property<string>} */
const oneOf = (start, keys) => ({
  start,
  parse: (text) => (keys.includes(text) ? text : undefined),
  print: String,
  limits: `one of ${keys.join(", ")}`,
});

/** @type {(start: number[], one: Property<number>, most: number) => Property<number[]>} */
const several = (start, one, most) => ({
  start,
  parse: (text) => {
    const values = text === "" ? [] : text.split("_").map(one.parse);
    const known = values.filter((value) => value !== undefined);
    return known.length === values.length && known.length <= most ? known : undefined;
  },
  print: (values) => values.map(one.print).join("_"),
  limits: `at most ${most} values with _ between them, each ${one.limits}`,
});

/** @type {(most: number) => Property<string>} */
const points = (most) => ({
  start: "",
  parse: (text) => (text.length <= most && /^[\w-]*$/.test(text) ? text : undefined),
  print: String,
  limits: `points as the playground writes them, at most ${most} characters`,
});

export const MOST_LOSSES = 4;
export const FLIPS = { symmetric: "any other class", pair: "the next class" };

/** What may change while a run goes on; all else begins it anew. */
export const LIVE = new Set(["rate", "rates", "batch", "decay", "speed", "story"]);

/** @type {Record<keyof PlaygroundState, Property<any>>} */
export const PROPERTIES = {
  data: oneOf("blobs", Object.keys(SHAPES)),
  classes: whole(3, 2, 5),
  points: whole(200, 10, 1000),
  spread: number(0.3, 0, 1),
  imbalance: number(1, 1, 50),
  noise: number(0, 0, 0.6),
  flips: oneOf("symmetric", Object.keys(FLIPS)),
  outliers: whole(0, 0, 20),
  layers: several([8, 8], whole(8, 1, 16), 3),
  activation: oneOf("tanh", Object.keys(ACTIVATIONS)),
  optimizer: oneOf("sgd", Object.keys(OPTIMIZERS)),
  rate: number(0.1, 1e-5, 10),
  rates: several([], number(0.1, 1e-5, 100), MOST_LOSSES),
  batch: whole(20, 1, 1000),
  decay: number(0, 0, 1),
  seed: whole(0, 0, 999_999),
  speed: whole(1, 1, 100),
  drawn: points(3000),
  moved: points(1500),
  at: whole(0, 0, 100_000),
  story: whole(0, 0, 6),
};
