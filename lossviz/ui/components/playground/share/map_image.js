// A decision map as a small image of its own.

import { CELLS } from "../engine/decision_map.js";
import { CellColors, fillImage } from "../view/maps/map_picture.js";

/** @typedef {import("../engine/decision_map.js").DecisionMap} DecisionMap */

const colors = new CellColors();

/** @type {(map: DecisionMap, background: string, classes: number) => string} The address of a PNG,
 *   one pixel a cell. */
export const mapImage = (map, background, classes) => {
  const image = new ImageData(CELLS, CELLS);
  fillImage(image, map, colors.get(background, classes));
  const canvas = document.createElement("canvas");
  canvas.width = CELLS;
  canvas.height = CELLS;
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas.toDataURL();
};
