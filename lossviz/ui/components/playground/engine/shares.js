// How the gradient divides among points.

/** @typedef {import("../data/problem.js").Points} Points */

/**
 * Shares of the gradient, which add up to 1; all 0 where no point pulls. Points that pull without
 * bound have it to themselves.
 * @type {(pulls: Float64Array) => Float64Array}
 */
export const sharesOf = (pulls) => {
  let most = 0;
  for (const pull of pulls) if (pull > most) most = pull;
  // in parts of the largest, as their sum could overflow
  const counted = pulls.map((pull) => (most === Infinity ? Number(pull === most) : pull / most));
  let total = 0;
  for (const pull of counted) if (pull > 0) total += pull;
  return counted.map((pull) => (pull > 0 ? pull / total : 0));
};

/** @type {(points: Points) => number} How many labels are wrong. */
export const wrongCount = ({ labels, truths }) => {
  let count = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] !== truths[i]) count++;
  return count;
};

/** @type {(points: Points, shares: Float64Array) => number} Of the points whose label is wrong. */
export const wrongShare = ({ labels, truths }, shares) => {
  let share = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] !== truths[i]) share += shares[i];
  return share;
};
