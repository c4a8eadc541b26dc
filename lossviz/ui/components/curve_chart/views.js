// What the chart of curves draws, as functions of log p: the four views, and the scales of the horizontal axis.
// lossviz/charts/views.py and scales.py are the same in Python.

import { hub } from "../shared/plotly.js";
import { compileTree } from "../shared/tree.js";

// A tree's value; where it has none at p = 1, such as 0 * log(0) for the other classes, its limit there, as Python takes it.
const valueOf = (tree, values, l) => {
  values.l = l;
  const value = tree(values);
  if (!Number.isNaN(value) || l !== 0) return value;
  values.l = -1e-300;
  return tree(values);
};

export const VIEWS = {
  penalty: ({ penalty, values }, l) => valueOf(penalty, values, l),
  slope: ({ weight, values }, l) => -valueOf(weight, values, l) * Math.exp(-l),
  weight: ({ weight, values }, l) => valueOf(weight, values, l),
  pull: ({ weight, values }, l) => valueOf(weight, values, l) * -Math.expm1(l),
};

export const SCALES = {
  p: { toLog: Math.log, of: Math.exp },
  odds: { toLog: (odds) => -Math.log1p(1 / odds), of: (l) => Math.exp(l) / -Math.expm1(l) },
  margin: {
    toLog: (margin) => -Math.log1p(Math.exp(-margin)),
    of: (l) => l - Math.log(-Math.expm1(l)),
  },
};

// A curve as it comes from Python, ready to be evaluated.
export const readCurve = (curve, classes) => ({
  ...curve,
  values: { ...curve.values, K: classes },
  names: Object.keys(curve.values),
  penalty: compileTree(curve.penalty),
  weight: compileTree(curve.weight),
});

// Where a plotly axis draws a value, in pixels; NaN where a logarithmic one cannot.
const FAR = 1e5; // pixels: further than any screen, near enough for any renderer
export const pixelOf = (axis, value, sign = 1) => {
  const shown = axis.type === "log" ? Math.log10(sign * value) : value;
  return Number.isFinite(shown) ? Math.max(-FAR, Math.min(FAR, axis.l2p(shown))) : NaN;
};

// How the pull divides among some predictions: shares that add up to 1, or nothing where there is no pull.
export const sharesOf = (curve, predictions) => {
  const pulls = predictions.map((p) => Math.abs(VIEWS.pull(curve, Math.log(p))));
  const heard = pulls.some((pull) => pull === Infinity)
    ? pulls.map((pull) => Number(pull === Infinity))
    : pulls;
  const total = heard.reduce((sum, pull) => sum + pull, 0);
  return total > 0 ? heard.map((pull) => pull / total) : null;
};

// The formula that is being typed, as formula_preview.js tells it; null where there is none.
export const previewCurve = (classes) => {
  if (hub.preview) hub.preview.values.K = classes;
  return hub.preview ?? null;
};
