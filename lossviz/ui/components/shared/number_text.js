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

const LARGEST = 1e9;
const SMALLEST = 1e-6;

/** @type {WriteNumber} With three digits and never an exponent, as where numbers are compared. */
export const plainText = (value) => {
  if (Number.isNaN(value)) return "none";
  if (!Number.isFinite(value)) return infinityText(value);
  const size = Math.abs(value);
  if (size >= LARGEST) return value > 0 ? "over 1,000,000,000" : "under −1,000,000,000";
  if (size !== 0 && size < SMALLEST) return "≈ 0";
  const rounded = Number(size.toPrecision(3));
  const text = rounded.toLocaleString("en", { maximumFractionDigits: 8 });
  return value < 0 ? `−${text}` : text;
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

/** @type {(value: number, digits: number) => string} A whole number without decimals. */
export const exactly = (value, digits) =>
  Number.isInteger(value) ? withMinus(String(value)) : fixed(value, digits);

const MOST_DIGITS = 9;

/**
 * How many decimals numbers need, at least so many, for a reader who reckons with them as they are
 * written to get what is written.
 * @type {(values: number[], reckon: (values: number[]) => string, least: number) => number}
 */
export const digitsThatCheck = (values, reckon, least) => {
  const result = reckon(values);
  let digits = least;
  const written = () => values.map((value) => Number(value.toFixed(digits)));
  while (digits < MOST_DIGITS && reckon(written()) !== result) digits += 1;
  return digits;
};

/**
 * The numbers of a column, all in one notation: three decimals, or powers of ten where one of them
 * is a million or more.
 * @type {(values: number[]) => string[]}
 */
export const columnTexts = (values) => {
  const large = values.some((value) => Number.isFinite(value) && Math.abs(value) >= 1e6);
  return values.map((value) => {
    if (!Number.isFinite(value)) return penaltyText(value);
    return large ? exponential(value) : three(value);
  });
};

/** @type {WriteNumber} What a loss costs. */
export const penaltyText = (value) => {
  if (Number.isNaN(value)) return "none";
  if (!Number.isFinite(value)) return infinityText(value);
  return Math.abs(value) >= 1000 ? exponential(value) : three(value);
};
