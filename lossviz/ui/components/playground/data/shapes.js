// Where the points of each class lie, before labels go wrong and before a hand moves them.

import { DIGITS } from "./digits.js";
import { parsePoints } from "./points_text.js";
import { normal, permutation, stream } from "./random.js";

/** @typedef {import("../state/properties.js").PlaygroundState} PlaygroundState */
/** @typedef {[number, number]} Place x and y, in the plane from -6 to 6. */
/** @typedef {"training" | "test"} Part Of the data. */

/**
 * @typedef {object} Shape
 * @property {string} name As a reader sees it.
 * @property {string} about One sentence on where the points come from.
 * @property {(keyof PlaygroundState)[]} idle The properties of data that do nothing here.
 * @property {number} mostOfClass How many training points of one class there are.
 * @property {(k: number, state: PlaygroundState, part: Part) => (() => Place) | null} sampler
 *   Gives the points of a class one by one; null where the class has none.
 */

/**
 * A place of class k. It takes as many random numbers whatever the settings are, so that points move
 * smoothly as a setting changes.
 * @typedef {(k: number, classes: number, spread: number, uniform: () => number) => Place} Draw
 */

const REACH = 4.8; // how far the shapes go from the middle; the rest is for the spread

/** @type {(x: number, y: number, width: number, uniform: () => number) => Place} */
const scattered = (x, y, width, uniform) => [
  x + width * normal(uniform),
  y + width * normal(uniform),
];

const BLOBS_RADIUS = 3.2; // of the circle on which their centres lie

/** @type {Draw} */
const blob = (k, classes, spread, uniform) => {
  const angle = (2 * Math.PI * k) / classes + Math.PI / 4;
  const [x, y] = [BLOBS_RADIUS * Math.cos(angle), BLOBS_RADIUS * Math.sin(angle)];
  return scattered(x, y, 0.4 + 2 * spread, uniform);
};

/**
 * Half circles in a row, up and down in turn, each end within the next one.
 * @type {Draw}
 */
const moon = (k, classes, spread, uniform) => {
  const shift = 1.2; // from one to the next, in radii
  const radius = Math.min(2.6, (2 * REACH) / ((classes - 1) * shift + 2));
  const up = k % 2 === 0 ? 1 : -1;
  const angle = Math.PI * uniform();
  const x = radius * ((k - (classes - 1) / 2) * shift + Math.cos(angle));
  const y = radius * up * (Math.sin(angle) - 0.25);
  return scattered(x, y, spread * radius * 0.5, uniform);
};

/**
 * Rings around the middle, the first class innermost, with gaps as wide as the rings.
 * @type {Draw}
 */
const circle = (k, classes, spread, uniform) => {
  const distance = REACH / classes; // from ring to ring
  const radius = distance * (k + 0.25 + 0.5 * uniform());
  const angle = 2 * Math.PI * uniform();
  const [x, y] = [radius * Math.cos(angle), radius * Math.sin(angle)];
  return scattered(x, y, spread * distance * 0.5, uniform);
};

/**
 * Arms that wind outwards, with fewer turns the more of them there are.
 * @type {Draw}
 */
const spiral = (k, classes, spread, uniform) => {
  const turns = 0.5 + 1.5 / classes;
  const along = Math.sqrt(0.02 + 0.98 * uniform()); // as many points everywhere along the arm
  const angle = 2 * Math.PI * (k / classes + turns * along);
  const [x, y] = [REACH * along * Math.cos(angle), REACH * along * Math.sin(angle)];
  return scattered(x, y, (spread * 0.5 * REACH) / (turns * classes), uniform);
};

/**
 * A board of squares whose class is row plus column modulo the number of classes; with two, XOR.
 * @type {Draw}
 */
const square = (k, classes, spread, uniform) => {
  const side = (2 * REACH) / classes;
  const row = Math.floor(classes * uniform());
  const column = (k - row + classes) % classes;
  const margin = 0.1; // of a side, that stays empty all around
  const within = () => margin + (1 - 2 * margin) * uniform();
  const [x, y] = [side * (column + within()) - REACH, REACH - side * (row + within())];
  return scattered(x, y, spread * side * 0.5, uniform);
};

/** @type {(draw: Draw) => Pick<Shape, "sampler" | "mostOfClass" | "idle">} */
const drawnBy = (draw) => ({
  idle: [],
  mostOfClass: Number.POSITIVE_INFINITY,
  sampler: (k, { classes, spread, seed }, part) => {
    const uniform = stream(seed, `${part} points of class ${k}`);
    return () => draw(k, classes, spread, uniform);
  },
});

/** Half of the images of the rarest digit: the other half is for testing. */
const DIGITS_OF_CLASS = Math.floor(
  Math.min(...DIGITS.map((text) => parsePoints(text)?.length ?? 0)) / 2,
);

/**
 * Images of one digit in an order that the seed decides; training takes them from its beginning, testing
 * from its end.
 * @type {Shape["sampler"]}
 */
const digit = (k, { seed }, part) => {
  const images = parsePoints(DIGITS[k]) ?? [];
  const order = permutation(images.length, stream(seed, `images of class ${k}`));
  if (part === "test") order.reverse();
  let next = 0;
  return () => {
    const { x, y } = images[order[next++]];
    return [x, y];
  };
};

/**
 * The test points around those that a hand has drawn.
 * @type {Shape["sampler"]}
 */
const aroundDrawn = (k, { drawn, spread, seed }, part) => {
  const centres = (parsePoints(drawn) ?? []).filter((point) => point.k === k);
  if (part === "training" || centres.length === 0) return null;
  const uniform = stream(seed, `test points of class ${k}`);
  return () => {
    const { x, y } = centres[Math.floor(centres.length * uniform())];
    return scattered(x, y, 0.1 + spread, uniform);
  };
};

/** @type {Record<string, Shape>} */
export const SHAPES = {
  blobs: {
    name: "Blobs",
    about: "A cloud of points for each class, normally distributed.",
    ...drawnBy(blob),
  },
  moons: {
    name: "Moons",
    about: "Half circles, each of which reaches into the next one.",
    ...drawnBy(moon),
  },
  circles: {
    name: "Circles",
    about: "Rings around the middle, the first class innermost.",
    ...drawnBy(circle),
  },
  spirals: {
    name: "Spirals",
    about: "An arm for each class, wound around the middle.",
    ...drawnBy(spiral),
  },
  xor: {
    name: "XOR",
    about: "Squares whose class is the sum of row and column, modulo the number of classes.",
    ...drawnBy(square),
  },
  digits: {
    name: "Handwritten digits",
    about:
      "Images of the digits 1 to 5 from scikit-learn, class by class, each at its first two principal components.",
    idle: ["spread"],
    mostOfClass: DIGITS_OF_CLASS,
    sampler: digit,
  },
  drawn: {
    name: "Drawn by hand",
    about: "The training points that you draw; the test points are scattered around them.",
    idle: ["points", "imbalance", "noise", "flips", "outliers"],
    mostOfClass: 0,
    sampler: aroundDrawn,
  },
};
