// A decision map as a small picture that is stretched, with the lines between its regions.

import { rgbOf } from "../../../shared/rgb.js";
import { CELLS } from "../../engine/decision_map.js";
import { boundaryLines } from "./boundary.js";
import { CLASS_COLORS } from "./class_colors.js";

/** @typedef {import("../../engine/decision_map.js").DecisionMap} DecisionMap */
/** @typedef {import("../../../shared/plot_theme.js").Theme} Theme */
/** @typedef {import("../points/marks.js").Context} Context */

const PALEST = 0.08; // of a class's colour, where it is no more probable than the others
const STRONGEST = 0.46; // where its probability is 1; more would hide the points

/**
 * The colours of cells, by class and confidence, as pixels of an image have them.
 * @type {(background: string, classes: number) => Uint32Array}
 */
const cellColors = (background, classes) => {
  const ground = rgbOf(background);
  const bytes = new Uint8ClampedArray(4 * 256 * classes);
  for (let k = 0; k < classes; k++)
    for (let confidence = 0; confidence < 256; confidence++) {
      const certainty = Math.max(0, (confidence / 255 - 1 / classes) / (1 - 1 / classes));
      const share = PALEST + (STRONGEST - PALEST) * certainty;
      const place = 4 * (256 * k + confidence);
      for (let c = 0; c < 3; c++)
        bytes[place + c] = ground[c] + share * (CLASS_COLORS[k][c] - ground[c]);
      bytes[place + 3] = 255;
    }
  return new Uint32Array(bytes.buffer);
};

/** The colours of cells on a background, made once. */
export class CellColors {
  /** @type {Uint32Array} */
  #colors = new Uint32Array();
  #key = "";

  /** @type {(background: string, classes: number) => Uint32Array} */
  get(background, classes) {
    const key = `${background} ${classes}`;
    if (key !== this.#key) this.#colors = cellColors(background, classes);
    this.#key = key;
    return this.#colors;
  }
}

/** @type {(image: ImageData, map: DecisionMap, colors: Uint32Array) => void} */
export const fillImage = ({ data }, { classes, confidence }, colors) => {
  const pixels = new Uint32Array(data.buffer);
  for (let cell = 0; cell < pixels.length; cell++)
    pixels[cell] = colors[256 * classes[cell] + confidence[cell]];
};

/** @type {WeakMap<DecisionMap, Path2D>} */
const paths = new WeakMap();

/** @type {(map: DecisionMap) => Path2D} In cells, from the upper left corner; made once a map. */
export const boundaryPath = (map) => {
  const known = paths.get(map);
  if (known) return known;
  const lines = boundaryLines(map);
  const path = new Path2D();
  for (let i = 0; i < lines.length; i += 4) {
    path.moveTo(lines[i], lines[i + 1]);
    path.lineTo(lines[i + 2], lines[i + 3]);
  }
  paths.set(map, path);
  return path;
};

/**
 * @param {Context} context
 * @param {Path2D} path
 * @param {object} look
 * @param {number} look.size Of the map, in pixels of the context.
 * @param {number} look.width In the same pixels.
 * @param {string} look.color
 */
export const strokeBoundary = (context, path, { size, width, color }) => {
  const scale = size / CELLS;
  context.save();
  context.scale(scale, scale);
  context.lineWidth = width / scale;
  context.lineCap = "round";
  context.strokeStyle = color;
  context.stroke(path);
  context.restore();
};
