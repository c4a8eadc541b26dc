// A curve as points on the screen, closer together where it bends: straight lines between them are
// the curve to a fraction of a pixel, at every zoom.

const STEP = 6; // pixels: what is narrower, and begins and ends between two points, is not seen
const TOLERANCE = 0.15; // pixels between a line and the curve
const FAR_STEP = 40; // beyond the plot's sides, where a hand may move it to
const FAR_TOLERANCE = 1;
const DEEPEST = 12; // halvings of a step

/** @typedef {[x: number, y: number]} Point */

/**
 * @typedef {object} Extent What is drawn, in pixels from the plot's left upper corner.
 * @property {number} width Of the plot.
 * @property {number} height Of the plot.
 * @property {number} from Where the curve begins, Infinity allowed.
 * @property {number} to Where it ends.
 */

/**
 * The points of a curve, from left to right. It is followed as far as one plot beyond each side of
 * the plot; heights further away are drawn there. A height that is not finite interrupts it.
 * @type {(heightAt: (x: number) => number, extent: Extent) => Point[]}
 */
export const sampleCurve = (heightAt, { width, height, from, to }) => {
  const [top, bottom] = [-height, 2 * height];
  /** @type {(x: number) => number} */
  const at = (x) => {
    const y = heightAt(x);
    return Number.isFinite(y) ? Math.max(top, Math.min(bottom, y)) : NaN;
  };
  /** @type {Point[]} */
  const points = [];
  /** @type {(x0: number, y0: number, x1: number, y1: number, tolerance: number, depth: number) => void} */
  const follow = (x0, y0, x1, y1, tolerance, depth) => {
    const x = (x0 + x1) / 2;
    const y = at(x);
    if (depth === 0 || isStraight(y0, y, y1, x1 - x0, tolerance)) {
      points.push([x, y], [x1, y1]);
      return;
    }
    follow(x0, y0, x, y, tolerance, depth - 1);
    follow(x, y, x1, y1, tolerance, depth - 1);
  };
  let x = Math.max(from, -width);
  const end = Math.min(to, 2 * width);
  let y = at(x);
  points.push([x, y]);
  while (x < end) {
    const isSeen = x >= 0 && x < width;
    const stop = x < 0 ? 0 : x < width ? width : Infinity;
    const next = Math.min(x + (isSeen ? STEP : FAR_STEP), stop, end);
    const nextY = at(next);
    follow(x, y, next, nextY, isSeen ? TOLERANCE : FAR_TOLERANCE, DEEPEST);
    [x, y] = [next, nextY];
  }
  return points;
};

/** @type {(y0: number, y: number, y1: number, width: number, tolerance: number) => boolean} */
const isStraight = (y0, y, y1, width, tolerance) => {
  if (y0 === y && y === y1) return true;
  const gaps = Number(Number.isNaN(y0)) + Number(Number.isNaN(y)) + Number(Number.isNaN(y1));
  if (gaps) return gaps === 3;
  return Math.abs(y - (y0 + y1) / 2) <= tolerance * Math.hypot(1, (y1 - y0) / width);
};
