// Curves of losses as functions of log p: the four views, and the scales of the horizontal axis.
// lossviz/charts/views.py and scales.py are the same in Python; a browser test holds them together.

import { numberText } from "./number_text.js";
import { compileTree } from "./tree.js";

/** @typedef {import("./tree.js").Tree} Tree */
/** @typedef {import("./tree.js").Evaluate} Evaluate */
/** @typedef {"penalty" | "slope" | "weight" | "pull"} ViewName */
/** @typedef {"p" | "odds" | "margin"} ScaleName */

/**
 * A loss as Python sends it to a chart of curves.
 * @typedef {object} CurveData
 * @property {string} id
 * @property {string} name
 * @property {Record<string, number>} values Of its parameters.
 * @property {Record<string, string>} letters How its parameters' names are written.
 * @property {Tree} penalty
 * @property {Tree} weight
 * @property {string} [uid] Of its curve in plotly's figure; not of a preview.
 * @property {string} [color]
 * @property {string} [text_color] The same for text, in CSS.
 * @property {string} [swatch] HTML: a short line as its curve is drawn.
 */

/**
 * A loss, ready to be evaluated.
 * @typedef {object} Curve
 * @property {string} id
 * @property {string} name
 * @property {Record<string, number>} values Of its parameters, of K and of l = log p.
 * @property {string[]} names Of its parameters.
 * @property {Record<string, string>} letters How they are written.
 * @property {Evaluate} penalty
 * @property {Evaluate} weight
 * @property {string} uid
 * @property {string} color
 * @property {string} text_color
 * @property {string} swatch
 */

/** @type {(data: CurveData, classes: number) => Curve} */
export const readCurve = (data, classes) => ({
  uid: "",
  color: "",
  text_color: "",
  swatch: "",
  ...data,
  values: { ...data.values, K: classes },
  names: Object.keys(data.values),
  penalty: compileTree(data.penalty),
  weight: compileTree(data.weight),
});

/** @type {(curve: Curve) => string} Name and values of parameters: "inverse power, k = 0.2". */
export const curveLabel = ({ name, names, letters, values }) =>
  [name, ...names.map((key) => `${letters[key] ?? key} = ${numberText(values[key])}`)].join(", ");

/**
 * A tree's value; where it has none at p = 1, such as 0 * log(0) for the other classes, its limit
 * there, as Python takes it.
 * @type {(tree: Evaluate, values: Record<string, number>, l: number) => number}
 */
const evaluate = (tree, values, l) => {
  values.l = l;
  const value = tree(values);
  if (!Number.isNaN(value) || l !== 0) return value;
  values.l = -1e-300;
  return tree(values);
};

/** @type {Record<ViewName, (curve: Curve, l: number) => number>} */
export const VIEWS = {
  penalty: ({ penalty, values }, l) => evaluate(penalty, values, l),
  slope: ({ weight, values }, l) => -evaluate(weight, values, l) * Math.exp(-l),
  weight: ({ weight, values }, l) => evaluate(weight, values, l),
  pull: ({ weight, values }, l) => evaluate(weight, values, l) * -Math.expm1(l),
};

/**
 * @typedef {object} Scale
 * @property {(place: number) => number} toLog From a place on the axis to log p.
 * @property {(l: number) => number} of And back.
 * @property {[least: number, most: number]} ends Of the places that there are.
 */

/** @type {Record<ScaleName, Scale>} */
export const SCALES = {
  p: { toLog: Math.log, of: Math.exp, ends: [0, 1] },
  odds: {
    toLog: (odds) => -Math.log1p(1 / odds),
    of: (l) => Math.exp(l) / -Math.expm1(l),
    ends: [0, Infinity],
  },
  margin: {
    toLog: (margin) => -Math.log1p(Math.exp(-margin)),
    of: (l) => l - Math.log(-Math.expm1(l)),
    ends: [-Infinity, Infinity],
  },
};

/**
 * How the pull divides among some predictions: shares whose sizes add up to 1, negative where the
 * true class is pushed down, or null where there is no pull.
 * @type {(curve: Curve, predictions: number[]) => number[] | null}
 */
export const sharesOf = (curve, predictions) => {
  const pulls = predictions.map((p) => VIEWS.pull(curve, Math.log(p)));
  const infinite = pulls.map((pull) => (Math.abs(pull) === Infinity ? Math.sign(pull) : 0));
  const counted = infinite.some(Boolean) ? infinite : pulls;
  const total = counted.reduce((sum, pull) => sum + Math.abs(pull), 0);
  return total > 0 ? counted.map((pull) => pull / total) : null;
};
