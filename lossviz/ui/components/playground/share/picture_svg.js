// A picture as the text of an SVG file that needs nothing else: maps are images within it, points and
// letters are vectors. It is light on any page, as it leaves it.

import { CELLS, EXTENT } from "../engine/decision_map.js";
import { boundaryLines } from "../view/maps/boundary.js";
import { classColor } from "../view/maps/class_colors.js";
import { MARKS, markPath, REACHES } from "../view/points/marks.js";
import { areaOf, areasOn } from "../view/points/point_areas.js";
import { mapImage } from "./map_image.js";
import { element, escapeText } from "./xml.js";

/** @typedef {import("../engine/decision_map.js").DecisionMap} DecisionMap */
/** @typedef {import("./picture.js").Mark} Mark */
/** @typedef {import("./picture.js").NetworkPicture} NetworkPicture */
/** @typedef {import("./picture.js").Picture} Picture */

/** @typedef {{ text: string, width: number, height: number }} Drawing */

const MARGIN = 24;
const GAP = 20;
const HEAD = 34; // title
const NAME = 26; // above a map
const LINE = 18;
const MOST_LINES = 3; // below a map; room for all of them, so that a run's pictures are of one size
const PAPER = "#ffffff";
const INK = "#1f2328";
const QUIET = "#57606a";
const FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";
const BOLD_LETTER = 0.62;
const LETTER = 0.54; // of the font size: the mean width of a letter, rather too wide

/** @type {(x: number, y: number, size: number, text: string, more?: Record<string, string | number>) => string} */
const letters = (x, y, size, text, more = {}) =>
  element("text", { x, y, "font-size": size, fill: INK, ...more }, escapeText(text));

/** @type {(text: string, size: number, width: number) => string[]} */
const wrap = (text, size, width) => {
  const most = Math.floor(width / (LETTER * size));
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && longer.length <= most) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
};

/** @type {(text: string, width: number) => number} The font size of a name, smaller where it is long. */
const nameSize = (text, width) =>
  Math.max(9, Math.min(15, Math.floor(width / (BOLD_LETTER * text.length))));

/** @type {(text: string, size: number, width: number) => string} */
const cut = (text, size, width) => {
  const most = Math.floor(width / (LETTER * size));
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
};

/**
 * A point, with a ring in the colour of its true class where its label is wrong.
 * @type {(mark: Mark, count: number, side: number) => string}
 */
const point = ({ x, y, label, truth, times }, count, side) => {
  const scale = side / (2 * EXTENT);
  const area = areaOf(areasOn(side, count), times);
  const look = { d: markPath(label, area), fill: classColor(label), stroke: PAPER };
  const mark = element("path", {
    ...look,
    "stroke-width": 2,
    "paint-order": "stroke",
    class: "mark",
  });
  const r = (REACHES[label] * Math.sqrt(area) + 2.25).toFixed(2);
  const ring = { r, fill: "none", stroke: classColor(truth), "stroke-width": 1.5, class: "wrong" };
  const place = `translate(${((x + EXTENT) * scale).toFixed(1)} ${((EXTENT - y) * scale).toFixed(1)})`;
  return element(
    "g",
    { transform: place },
    mark + (label === truth ? "" : element("circle", ring)),
  );
};

/** @type {(map: DecisionMap, side: number) => string} */
const boundary = (map, side) => {
  const lines = boundaryLines(map).map((value) => ((value * side) / CELLS).toFixed(1));
  let d = "";
  for (let i = 0; i < lines.length; i += 4)
    d += `M${lines[i]},${lines[i + 1]}L${lines[i + 2]},${lines[i + 3]}`;
  const look = { fill: "none", stroke: INK, "stroke-width": 1.5, "stroke-linecap": "round" };
  return d ? element("path", { d, ...look, class: "boundary" }) : "";
};

/** @type {(network: NetworkPicture, classes: number, x: number, y: number, side: number) => string} */
const card = ({ name, color, dash, map, marks, lines }, classes, x, y, side) => {
  const size = nameSize(name, side - 30);
  const swatch = { x1: 0, y1: 13, x2: 22, y2: 13, stroke: color, "stroke-width": 3 };
  const place = { x: 0, y: NAME, width: side, height: side };
  const points = marks.map((mark) => point(mark, marks.length, side)).join("");
  const href = mapImage(map, PAPER, classes);
  return element(
    "g",
    { transform: `translate(${x} ${y})`, class: "network" },
    element("line", dash ? { ...swatch, "stroke-dasharray": dash } : swatch) +
      letters(30, 18, size, cut(name, size, side - 30), { "font-weight": 600 }) +
      element("image", { ...place, href, preserveAspectRatio: "none" }) +
      element(
        "svg",
        { ...place, viewBox: `0 0 ${side} ${side}` },
        boundary(map, side) + element("g", { class: "points" }, points),
      ) +
      element("rect", { ...place, fill: "none", stroke: QUIET, "stroke-width": 0.5 }) +
      lines
        .map((line, i) => letters(0, NAME + side + LINE * (i + 1), 13, cut(line, 13, side)))
        .join(""),
  );
};

/** @type {(classes: number, x: number, y: number) => string} */
const legend = (classes, x, y) => {
  const step = 76;
  const marks = MARKS.slice(0, classes).map((_, k) => {
    const look = { d: markPath(k, 70), fill: classColor(k), class: "key" };
    const place = `translate(${x + step * k + 6} ${y - 4})`;
    return (
      element("path", { ...look, transform: place }) +
      letters(x + step * k + 17, y, 12, `class ${k + 1}`)
    );
  });
  return element("g", { class: "legend" }, marks.join(""));
};

const EXPLANATION =
  "The area of a training point is its share of the gradient, between a smallest and a largest area.";
const RINGS = "A ring: a wrong label, in the colour of the true class.";

/** @type {(networks: NetworkPicture[]) => string} */
const explanation = (networks) =>
  networks[0].marks.some(({ label, truth }) => label !== truth)
    ? `${EXPLANATION} ${RINGS}`
    : EXPLANATION;

/** @type {(picture: Picture) => Drawing} */
export const pictureSvg = ({ title, settings, classes, networks }) => {
  const side = networks.length === 1 ? 560 : 300;
  const inner = networks.length * (side + GAP) - GAP;
  const width = inner + 2 * MARGIN;
  const foot = MARGIN + HEAD + NAME + side + LINE * (MOST_LINES + 1);
  const said = [explanation(networks), settings].flatMap((text) => wrap(text, 12, inner));
  const height = foot + LINE * (said.length + 1) + MARGIN - LINE;
  const text = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "font-family": FONT,
    },
    element("title", {}, escapeText(`lossviz playground: ${title}`)) +
      element("rect", { width, height, fill: PAPER }) +
      letters(MARGIN, MARGIN + 14, 17, title, { "font-weight": 600, class: "step" }) +
      letters(width - MARGIN, MARGIN + 14, 13, "lossviz playground", {
        "text-anchor": "end",
        fill: QUIET,
      }) +
      networks
        .map((network, i) => card(network, classes, MARGIN + i * (side + GAP), MARGIN + HEAD, side))
        .join("") +
      legend(classes, MARGIN, foot) +
      said
        .map((line, i) => letters(MARGIN, foot + LINE * (i + 1) + 2, 12, line, { fill: QUIET }))
        .join(""),
  );
  return { text, width, height };
};
