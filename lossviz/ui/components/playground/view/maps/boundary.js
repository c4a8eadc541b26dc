// Lines between the regions of a decision map: between any two neighbouring cells of different
// classes a line passes where neither class leads.

import { CELLS } from "../../engine/decision_map.js";

/** @typedef {import("../../engine/decision_map.js").DecisionMap} DecisionMap */

/**
 * The lines as pairs of ends, x1, y1, x2, y2 in the map's cells: 0, 0 is its upper left corner.
 * @type {(map: DecisionMap) => number[]}
 */
export const boundaryLines = ({ classes, leads }) => {
  /** @type {number[]} */
  const lines = [];
  /** @type {number[]} */
  const crossings = [];
  /** @type {(a: number, b: number, x: number, y: number, dx: number, dy: number) => void} */
  const cross = (a, b, x, y, dx, dy) => {
    if (classes[a] === classes[b]) return;
    const share = leads[a] / (leads[a] + leads[b]);
    const way = Number.isNaN(share) ? 0.5 : share; // where both are 0, or overflow
    crossings.push(x + way * dx, y + way * dy);
  };
  for (let row = 0; row < CELLS - 1; row++)
    for (let column = 0; column < CELLS - 1; column++) {
      const a = row * CELLS + column;
      const k = classes[a];
      if (k === classes[a + 1] && k === classes[a + CELLS] && k === classes[a + CELLS + 1])
        continue;
      crossings.length = 0;
      const [x, y] = [column + 0.5, row + 0.5];
      cross(a, a + 1, x, y, 1, 0);
      cross(a, a + CELLS, x, y, 0, 1);
      cross(a + 1, a + CELLS + 1, x + 1, y, 0, 1);
      cross(a + CELLS, a + CELLS + 1, x, y + 1, 1, 0);
      join(crossings, lines);
    }
  return lines;
};

/** @type {(crossings: number[], lines: number[]) => void} Two by a line, more through their middle. */
const join = (crossings, lines) => {
  const count = crossings.length / 2;
  if (count === 2) {
    lines.push(...crossings);
    return;
  }
  let [x, y] = [0, 0];
  for (let i = 0; i < count; i++) {
    x += crossings[2 * i] / count;
    y += crossings[2 * i + 1] / count;
  }
  for (let i = 0; i < count; i++) lines.push(crossings[2 * i], crossings[2 * i + 1], x, y);
};
