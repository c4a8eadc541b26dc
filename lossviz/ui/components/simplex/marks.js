// Paths of SVG on a map: the way of a loss, and the star of the best answer.

import { pointAt } from "./gradient_flow.js";

/** @typedef {import("./gradient_flow.js").Path} Path */
/** @typedef {import("./gradient_flow.js").SpaceName} SpaceName */
/** @typedef {import("./map.js").SimplexMap} SimplexMap */

/** @type {(map: SimplexMap, path: Path, space: SpaceName) => string} */
export const trailPath = (map, path, space) => {
  // some points between every two steps, as the steps are long where nothing bends
  const times = path.steps.flatMap(({ time }, i) => {
    if (!i) return [time];
    const before = path.steps[i - 1].time;
    return [0.25, 0.5, 0.75, 1].map((share) => before + share * (time - before));
  });
  let trail = "";
  /** @type {number[] | null} */
  let before = null;
  for (const time of times) {
    const [x, y] = map.at(pointAt(path, space, time));
    if (before && Math.hypot(x - before[0], y - before[1]) < 1) continue;
    before = [x, y];
    trail += `${trail ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`;
  }
  return trail;
};

/** @type {(point: number[]) => string} */
export const starPath = ([x, y]) => {
  const corners = Array.from({ length: 10 }, (_, i) => {
    const radius = i % 2 ? 4 : 9;
    const angle = (i * Math.PI) / 5 - Math.PI / 2;
    return `${(x + radius * Math.cos(angle)).toFixed(1)},${(y + radius * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${corners.join("L")}Z`;
};
