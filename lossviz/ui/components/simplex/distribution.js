// Predictions and truths over three classes that the reader can choose.

import { sumOf } from "../shared/vectors.js";

/**
 * The nearest distribution of hundredths that gives each class at least so much; Python's
 * nearest_hundredths is the same, and a browser test holds the two together.
 * @type {(p: number[], least?: number) => number[]}
 */
export const nearestHundredths = (p, least = 0) => {
  const free = 1 - p.length * least;
  const v = p.map((value) => (value - least) / free);
  const falling = [...v].sort((a, b) => b - a);
  let total = 0;
  let tau = 0;
  falling.forEach((value, i) => {
    total += value;
    if (value > (total - 1) / (i + 1)) tau = (total - 1) / (i + 1);
  });
  const hundredths = v.map((value) => Math.round((Math.max(0, value - tau) * free + least) * 100));
  hundredths[hundredths.indexOf(Math.max(...hundredths))] += 100 - sumOf(hundredths);
  return hundredths.map((value) => value / 100);
};

/**
 * How far a prediction is from the truth: the class that is furthest off.
 * @type {(p: number[], truth: number[]) => number}
 */
export const largestError = (p, truth) =>
  Math.max(...p.map((value, j) => Math.abs(value - truth[j])));
