// From values to pixels, and which values are written at an axis.

/**
 * @typedef {object} Scale
 * @property {number} least
 * @property {number} most
 * @property {(value: number) => number} at Where a value lies, 0 at the least and 1 at the most.
 * @property {boolean} isLogarithmic
 */

const DIGITS = [1, 2, 2.5, 5, 10];
const WIDE = 100; // how many times the least the most is where a scale is logarithmic

/** @type {(most: number, count: number) => number} A round step that leads to the most in so many. */
const roundStep = (most, count) => {
  const power = 10 ** Math.floor(Math.log10(most / count));
  return power * (DIGITS.find((digit) => digit * power * count >= most) ?? 10);
};

/** @type {(most: number, count: number) => number[]} Round values from 0; the last is at least the most. */
export const ticksAround = (most, count) => {
  const step = roundStep(most, count);
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) =>
    Number((i * step).toPrecision(9)),
  );
};

/** @type {(least: number, most: number) => Scale} */
export const linear = (least, most) => ({
  least,
  most,
  at: (value) => (value - least) / (most - least || 1),
  isLogarithmic: false,
});

/** @type {(values: number[]) => Scale} That shows all that are finite; logarithmic where they lie far apart. */
export const scaleFor = (values) => {
  const finite = values.filter(Number.isFinite);
  const least = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!(least > 0 && most > WIDE * least)) return linear(least, most);
  const { at } = linear(Math.log(least), Math.log(most));
  return { least, most, at: (value) => at(Math.log(value)), isLogarithmic: true };
};
