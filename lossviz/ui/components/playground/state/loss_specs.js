// A loss as one string, as `Loss.spec` of lossviz/losses/loss.py writes it.

/** @typedef {import("./offer.js").OfferedLoss} OfferedLoss */

/** @type {(value: number) => string} A number as Python writes it: 2.0, 1e-05. */
export const pythonNumber = (value) => {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16))
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  return Number.isInteger(value) ? `${Object.is(value, -0) ? "-0" : value}.0` : String(value);
};

/** @type {(loss: OfferedLoss) => string} */
export const specOf = ({ key, name, text, values }) => {
  const settings = Object.entries(values).map(([parameter, value]) => {
    return `${parameter}=${pythonNumber(value)}`;
  });
  if (key) return settings.length ? `${key}:${settings.join(",")}` : key;
  const formula = [text, ...settings].join("; ");
  return name === text ? formula : `${name} = ${formula}`;
};
