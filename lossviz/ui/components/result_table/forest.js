// The difference of a loss to the baseline: its interval, its mean, and a dot for every seed.

import { fixed } from "../shared/number_text.js";
import { svgElement } from "../shared/svg.js";

/**
 * The scale that all rows share.
 * @typedef {object} Axis
 * @property {number} least
 * @property {number} greatest
 * @property {number} margin Differences within plus and minus this count as the same.
 * @property {string} unit
 */

/**
 * What a row draws, in the axis's unit.
 * @typedef {object} Forest
 * @property {number | null} mean
 * @property {[number, number] | null} interval Null where none is known or it has no end.
 * @property {[number, number][]} dots Pairs of a seed and its difference.
 */

const EDGE = 2.5; // percent of the width that stays free on either side
const LANES = 3; // seeds with the same difference do not hide each other
const HEIGHT = 36;
const DOT = 3.6;

/** @type {(value: number) => string} */
const signed = (value) => {
  const text = fixed(value, Number.isInteger(value) ? 0 : 1);
  return value > 0 ? `+${text}` : text;
};

/** @type {(axis: Axis, value: number) => number} Where it is, in percent of the width. */
const placeOf = ({ least, greatest }, value) =>
  EDGE + ((100 - 2 * EDGE) * (value - least)) / (greatest - least);

/** @type {(axis: Axis, value: number) => number} The same, never outside. */
const within = (axis, value) => placeOf(axis, Math.max(axis.least, Math.min(axis.greatest, value)));

/** @type {(x1: number, y1: number, x2: number, y2: number, name: string) => SVGElement} */
const line = (x1, y1, x2, y2, name) =>
  svgElement("line", { x1: `${x1}%`, y1, x2: `${x2}%`, y2, class: name });

/** @type {(axis: Axis, height: number) => SVGElement[]} The band of the margin, and zero. */
const ground = (axis, height) => {
  const [low, high] = [within(axis, -axis.margin), within(axis, axis.margin)];
  const zero = placeOf(axis, 0);
  return [
    svgElement("rect", {
      x: `${low}%`,
      y: 0,
      width: `${high - low}%`,
      height,
      class: "margin",
    }),
    line(zero, 0, zero, height, "zero"),
  ];
};

/** @type {(axis: Axis, interval: [number, number]) => SVGElement[]} An arrow where it goes on. */
const bar = (axis, [low, high]) => {
  const [from, to] = [within(axis, low), within(axis, high)];
  const middle = HEIGHT / 2;
  const nodes = [line(from, middle, to, middle, "bar")];
  for (const [place, cut, direction] of /** @type {[number, boolean, string][]} */ ([
    [from, low < axis.least, "‹"],
    [to, high > axis.greatest, "›"],
  ])) {
    if (!cut) {
      nodes.push(line(place, middle - 5, place, middle + 5, "bar"));
      continue;
    }
    const arrow = svgElement("text", { x: `${place}%`, y: middle, class: "onwards" });
    arrow.textContent = direction;
    nodes.push(arrow);
  }
  return nodes;
};

/** @type {(axis: Axis, forest: Forest, label: string) => string} The drawing in words. */
const inWords = ({ unit }, { dots, interval }, label) => {
  const seeds = dots.map(([seed, value]) => `seed ${seed}: ${signed(value)}`).join(", ");
  const ends = interval ? `; interval ${signed(interval[0])} to ${signed(interval[1])}` : "";
  return `differences of ${label} in ${unit}: ${seeds}${ends}`;
};

/**
 * @param {Axis} axis
 * @param {Forest} forest
 * @param {string} label The loss's.
 * @param {boolean} supported Whether the verdict tells the loss from the baseline.
 */
export const forestPlot = (axis, forest, label, supported) => {
  const svg = svgElement("svg", {
    class: supported ? "forest supported" : "forest",
    width: "100%",
    height: HEIGHT,
    ...(forest.dots.length
      ? { role: "img", "aria-label": inWords(axis, forest, label) }
      : { "aria-hidden": "true" }),
  });
  svg.append(...ground(axis, HEIGHT));
  if (forest.interval) svg.append(...bar(axis, forest.interval));
  for (const [seed, difference] of forest.dots) {
    const dot = svgElement("circle", {
      cx: `${placeOf(axis, difference)}%`,
      cy: HEIGHT / 2 + ((seed % LANES) - (LANES - 1) / 2) * 2 * DOT,
      r: DOT,
      class: "dot",
    });
    const title = svgElement("title");
    title.textContent = `seed ${seed}: ${signed(difference)} ${axis.unit}`;
    dot.append(title);
    svg.append(dot);
  }
  if (forest.mean !== null) {
    const place = placeOf(axis, forest.mean);
    svg.append(line(place, 4, place, HEIGHT - 4, "mean"));
  }
  return svg;
};

/** @type {(axis: Axis) => HTMLElement} The scale above the rows: its ends and its zero. */
export const axisLabels = (axis) => {
  const node = document.createElement("span");
  node.className = "axis";
  for (const [value, name] of /** @type {[number, string][]} */ ([
    [axis.least, "least"],
    [0, "nought"],
    [axis.greatest, "greatest"],
  ])) {
    const label = document.createElement("span");
    label.className = name;
    label.style.left = `${placeOf(axis, value)}%`;
    label.textContent = signed(value);
    node.append(label);
  }
  return node;
};
