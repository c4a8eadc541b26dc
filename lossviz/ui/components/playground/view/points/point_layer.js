// The points of a problem on a map: training points as large as their share of the gradient, test
// points small and hollow beneath them.

import { isOutlier } from "../../data/problem.js";
import { EXTENT } from "../../engine/decision_map.js";
import { REACHES } from "./marks.js";
import { placeOf } from "./nearest_point.js";
import { areaOf, areasOn } from "./point_areas.js";

/** @typedef {import("../../data/problem.js").Points} Points */
/** @typedef {import("../../data/problem.js").Problem} Problem */
/** @typedef {import("../../../shared/plot_theme.js").Theme} Theme */
/** @typedef {import("./hand.js").PointName} PointName */
/** @typedef {import("./marks.js").Context} Context */
/** @typedef {import("./nearest_point.js").Place} Place */
/** @typedef {import("./point_areas.js").Areas} Areas */
/** @typedef {import("./point_sprites.js").PointSprites} PointSprites */
/** @typedef {import("./point_sprites.js").Role} Role */

/** @type {Role} */
const TEST = "test";
const TEST_AREA = 11; // square pixels of CSS
const LARGE = 3; // times the mean area: drawn first, so that they hide no others

/**
 * Where points are drawn.
 * @typedef {object} Sheet
 * @property {Context} context
 * @property {number} size Of the map, in pixels of CSS.
 * @property {number} ratio Pixels of the context for one of CSS.
 * @property {PointSprites} sprites
 */

/** @type {(sheet: Sheet, place: Place) => Place} In pixels of the context. */
export const toPixels = ({ size, ratio }, [x, y]) => {
  const scale = (size * ratio) / (2 * EXTENT);
  return [(x + EXTENT) * scale, (EXTENT - y) * scale];
};

/** @type {(sheet: Sheet, points: Points) => void} */
export const drawTestPoints = (sheet, points) => {
  for (let i = 0; i < points.labels.length; i++) {
    const [x, y] = toPixels(sheet, placeOf(points, i));
    const look = { label: points.labels[i], truth: points.truths[i], role: TEST };
    sheet.sprites.draw(sheet.context, look, TEST_AREA, x, y);
  }
};

/**
 * Each training point's area, in square pixels of CSS. A point that is so new that it has no share
 * yet gets the mean.
 * @type {(size: number, points: Points, shares: Float64Array) => Float64Array}
 */
export const trainingAreas = (size, { labels }, shares) => {
  const count = labels.length;
  const areas = areasOn(size, count);
  return Float64Array.from(labels, (_, i) => areaOf(areas, (shares[i] ?? 1 / count) * count));
};

/** @type {(sheet: Sheet, problem: Problem, areas: Float64Array) => void} */
export const drawTrainingPoints = (sheet, problem, areas) => {
  const { labels, truths } = problem.train;
  const bound = LARGE * areasOn(sheet.size, labels.length).mean;
  for (const large of [true, false])
    for (let i = 0; i < labels.length; i++) {
      if (areas[i] > bound !== large) continue;
      const [x, y] = toPixels(sheet, placeOf(problem.train, i));
      /** @type {Role} */
      const role = isOutlier(problem, i) ? "outlier" : "train";
      const look = { label: labels[i], truth: truths[i], role };
      sheet.sprites.draw(sheet.context, look, areas[i], x, y);
    }
};

/** @type {(sheet: Sheet, theme: Theme, problem: Problem, areas: Float64Array, name: PointName) => void} */
export const drawFrameAround = (sheet, theme, problem, areas, { part, i }) => {
  const { context, ratio } = sheet;
  const points = problem[part];
  const area = part === "train" ? areas[i] : TEST_AREA;
  const [x, y] = toPixels(sheet, placeOf(points, i));
  const radius = ratio * (REACHES[points.labels[i]] * Math.sqrt(area) + 5.5);
  for (const [width, color] of /** @type {const} */ ([
    [5, theme.background],
    [2, theme.text],
  ])) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.lineWidth = width * ratio;
    context.strokeStyle = color;
    context.stroke();
  }
};
