// Numbers as text, with a real minus sign.

/** @typedef {(value: number) => string} WriteNumber */

/** @type {(text: string) => string} */
const withMinus = (text) => text.replace("-", "−");

/** @type {WriteNumber} */
const infinityText = (value) => (value > 0 ? "∞" : "−∞");

/** @type {WriteNumber} */
const exponential = (value) => withMinus(value.toExponential(1).replace("e+", "e"));

/** @type {WriteNumber} With three digits. */
export const numberText = (value) => {
  if (Number.isNaN(value)) return "none";
  if (!Number.isFinite(value)) return infinityText(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return exponential(value);
  return withMinus(String(Number(value.toPrecision(3))));
};

/** @type {(value: number, digits: number) => string} */
export const fixed = (value, digits) =>
  Math.abs(value) < 0.5 / 10 ** digits ? (0).toFixed(digits) : withMinus(value.toFixed(digits));

/** @type {WriteNumber} */
export const two = (value) => fixed(value, 2);

/** @type {WriteNumber} */
export const three = (value) => fixed(value, 3);

/** @type {WriteNumber} At most three decimals: 0.3, 0.027. */
export const trimmed = (value) => withMinus(String(Number(value.toFixed(3))));

/** @type {WriteNumber} The 0 and 1 of a target without decimals. */
export const short = (value) => (Number.isInteger(value) ? String(value) : two(value));

/** @type {WriteNumber} More digits near 1: arccos 1.000 would not be 0.6°. */
export const cosineText = (value) => fixed(value, value > 0.999 && value < 1 ? 5 : 3);

/** @type {(values: number[], write?: WriteNumber) => string} */
export const vectorText = (values, write = two) => `[${values.map(write).join(", ")}]`;

/** @type {WriteNumber} What a loss charges. */
export const penaltyText = (value) => {
  if (Number.isNaN(value)) return "none";
  if (!Number.isFinite(value)) return infinityText(value);
  return Math.abs(value) >= 1000 ? exponential(value) : three(value);
};
