// The gradients of a batch's points as arrows on a map.

import { placeOf } from "../points/nearest_point.js";
import { toPixels } from "../points/point_layer.js";

/** @typedef {import("../../data/problem.js").Points} Points */
/** @typedef {import("../../engine/slow_step.js").SlowNetwork} SlowNetwork */
/** @typedef {import("../../engine/slow_step.js").SlowStep} SlowStep */
/** @typedef {import("../../../shared/plot_theme.js").Theme} Theme */
/** @typedef {import("../points/point_layer.js").Sheet} Sheet */

// pixels of CSS
const LONGEST = 36; // of a map's arrows
const HEAD = 4.5;

/**
 * @typedef {object} Arrows
 * @property {SlowStep} step
 * @property {SlowNetwork} network
 * @property {Points} points
 * @property {number} size Of their full length, 0 to 1.
 */

/** @type {(sheet: Sheet, theme: Theme, arrows: Arrows) => void} */
export const drawArrows = (sheet, theme, { step, network, points, size }) => {
  const { context, ratio } = sheet;
  const { arrows } = network;
  let most = 0;
  for (let b = 0; b < arrows.length; b += 2) {
    const length = Math.hypot(arrows[b], arrows[b + 1]);
    if (Number.isFinite(length)) most = Math.max(most, length);
  }
  if (most === 0) return;
  context.beginPath();
  step.batch.forEach((i, b) => {
    const length = Math.hypot(arrows[2 * b], arrows[2 * b + 1]);
    const pixels = (LONGEST * ratio * size * length) / most;
    if (!Number.isFinite(length) || pixels < 1) return;
    const [x, y] = toPixels(sheet, placeOf(points, i));
    traceArrow(
      context,
      [x, y],
      [arrows[2 * b] / length, -arrows[2 * b + 1] / length],
      pixels,
      ratio,
    );
  });
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const [width, color] of /** @type {const} */ ([
    [4.5, theme.background],
    [1.8, theme.text],
  ])) {
    context.lineWidth = width * ratio;
    context.strokeStyle = color;
    context.stroke();
  }
};

/**
 * @param {import("../points/marks.js").Context} context
 * @param {[number, number]} from
 * @param {[number, number]} direction Of length 1.
 * @param {number} length In pixels of the context.
 * @param {number} ratio
 */
const traceArrow = (context, [x, y], [dx, dy], length, ratio) => {
  const [endX, endY] = [x + length * dx, y + length * dy];
  const head = Math.min(HEAD * ratio, length / 2);
  context.moveTo(x, y);
  context.lineTo(endX, endY);
  context.moveTo(endX - head * (dx + 0.7 * dy), endY - head * (dy - 0.7 * dx));
  context.lineTo(endX, endY);
  context.lineTo(endX - head * (dx - 0.7 * dy), endY - head * (dy + 0.7 * dx));
};
