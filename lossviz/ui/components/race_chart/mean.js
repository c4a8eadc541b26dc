// Means over seeds whose measurements do not lie at the same places, and smoothing.

/** @typedef {{ x: number[], y: number[] }} Line Both finite; x ascending. */
/** @typedef {{ x: number[], mean: number[], spread: number[] }} MeanLine */

const MOST_PLACES = 240; // of a mean: a chart has some 1,000 pixels

/**
 * An exponential mean, corrected for its start: the first value is the first one itself.
 * @param {number[]} values
 * @param {number} weight Of what was before, from 0 (no smoothing) to below 1.
 * @returns {number[]}
 */
export const smooth = (values, weight) => {
  if (weight === 0) return values;
  let [sum, left] = [0, 1];
  return values.map((value) => {
    sum = weight * sum + (1 - weight) * value;
    left *= weight;
    return sum / (1 - left);
  });
};

/**
 * The places of all lines between the last of their beginnings and the first of their ends.
 * @param {Line[]} lines
 * @returns {number[]} Ascending, no more than a chart shows.
 */
const commonPlaces = (lines) => {
  const from = Math.max(...lines.map(({ x }) => x[0]));
  const to = Math.min(...lines.map(({ x }) => x[x.length - 1]));
  const places = [...new Set(lines.flatMap(({ x }) => x))]
    .filter((place) => place >= from && place <= to)
    .sort((one, other) => one - other);
  const every = Math.ceil(places.length / MOST_PLACES);
  return places.filter((_, number) => number % every === 0 || number === places.length - 1);
};

/**
 * The values of a line at ascending places within it, on straight lines between its points.
 * @param {Line} line
 * @param {number[]} places
 * @returns {number[]}
 */
export const valuesAt = ({ x, y }, places) => {
  let right = 0;
  return places.map((place) => {
    while (right < x.length - 1 && x[right] < place) right++;
    if (right === 0 || x[right] === place) return y[right];
    const share = (place - x[right - 1]) / (x[right] - x[right - 1]);
    return y[right - 1] + share * (y[right] - y[right - 1]);
  });
};

/**
 * The mean of lines and their standard deviation, as far as all of them reach.
 * @param {Line[]} lines Each with a point at least.
 * @returns {MeanLine} With a spread of 0 where there is one line.
 */
export const meanLine = (lines) => {
  if (lines.length === 0) return { x: [], mean: [], spread: [] };
  const x = commonPlaces(lines);
  const values = lines.map((line) => valuesAt(line, x));
  const mean = x.map((_, place) => average(values.map((line) => line[place])));
  const spread = x.map((_, place) => {
    if (lines.length === 1) return 0;
    const squares = values.map((line) => (line[place] - mean[place]) ** 2);
    return Math.sqrt((average(squares) * lines.length) / (lines.length - 1));
  });
  return { x, mean, spread };
};

/** @param {number[]} values */
const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The lowest mean of any loss until each place.
 * @param {{ x: number[], mean: number[] }[]} means
 * @returns {Line}
 */
export const bestSoFar = (means) => {
  const points = means
    .flatMap(({ x, mean }) => x.map((place, number) => ({ place, value: mean[number] })))
    .sort((one, other) => one.place - other.place);
  /** @type {Line} */
  const best = { x: [], y: [] };
  let lowest = Number.POSITIVE_INFINITY;
  for (const { place, value } of points) {
    lowest = Math.min(lowest, value);
    if (best.x.at(-1) === place) best.y[best.y.length - 1] = lowest;
    else {
      best.x.push(place);
      best.y.push(lowest);
    }
  }
  return best;
};

/**
 * The value of a staircase at a place: that of its last step until there.
 * @param {Line} steps
 * @param {number} place
 * @returns {number} NaN before the first.
 */
export const stepAt = ({ x, y }, place) => {
  let [low, high] = [0, x.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] <= place) low = middle + 1;
    else high = middle;
  }
  return low ? y[low - 1] : Number.NaN;
};
