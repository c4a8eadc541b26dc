// How large a point is drawn: its area is its share of the gradient, between two bounds, so that the
// smallest is still seen and the largest hides nothing much.

const COVERED = 0.07; // of the map, by all points together where all have the same share
const LEAST_MEAN = 12; // square pixels, of a point of mean share
const MOST_MEAN = 45;
const LEAST = 6;
const MOST = 420;

/**
 * @typedef {object} Areas In square pixels of CSS.
 * @property {number} mean Of a point of mean share.
 * @property {number} least
 * @property {number} most
 */

/** @type {(size: number, count: number) => Areas} For so many points on a map of that width. */
export const areasOn = (size, count) => {
  const mean = Math.min(MOST_MEAN, Math.max(LEAST_MEAN, (COVERED * size ** 2) / count));
  return { mean, least: LEAST, most: MOST };
};

/** @type {(areas: Areas, times: number) => number} The area for a share, in times of the mean. */
export const areaOf = ({ mean, least, most }, times) =>
  Math.min(most, Math.max(least, mean * times));
