// What is read off two arrows, in any number of dimensions. lossviz/geometry/vectors.py is the same
// in Python; a browser test holds the two together.

/** @type {(values: number[]) => number} */
export const sumOf = (values) => values.reduce((total, value) => total + value, 0);

/**
 * @typedef {object} Measures
 * @property {number[]} p The prediction.
 * @property {number[]} t The target.
 * @property {number} dot
 * @property {number} length Of the prediction.
 * @property {number} targetLength
 * @property {boolean} directed The zero vector points nowhere: it has no angle and no cosine.
 * @property {number} distance
 * @property {number} projection Of the prediction on the target.
 * @property {number} cosine
 * @property {number} angle In degrees.
 */

/** @type {(p: number[], t: number[]) => Measures} */
export const measure = (p, t) => {
  const dot = sumOf(p.map((value, i) => value * t[i]));
  const length = Math.hypot(...p);
  const targetLength = Math.hypot(...t);
  const u = p.map((value) => value / length);
  const w = t.map((value) => value / targetLength);
  const apart = Math.hypot(...u.map((value, i) => value - w[i]));
  const together = Math.hypot(...u.map((value, i) => value + w[i]));
  return {
    p,
    t,
    dot,
    length,
    targetLength,
    directed: length > 0,
    distance: Math.hypot(...p.map((value, i) => value - t[i])),
    projection: dot / targetLength,
    cosine: Math.min(1, dot / (length * targetLength)),
    // Kahan's: exact near 0°, where the arccos of a rounded cosine is not
    angle: (2 * Math.atan2(apart, together) * 180) / Math.PI,
  };
};
