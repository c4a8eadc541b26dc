// A loss over whole distributions: its value and its gradient where a class, or a distribution over the classes, is the truth.
// lossviz/losses/evaluation.py is the same in Python; a browser test holds this to torch's objectives.

import { hub } from "./plotly.js";
import { compileTree } from "./tree.js";
import { sumOf } from "./vectors.js";

const LEAST_LOG = -700; // a probability of 1e-304: the limit is read off there where 0 itself gives no number

// A loss as it comes from Python, ready to be evaluated.
export const readField = (field) => ({
  ...field,
  values: { ...field.values },
  scope: {}, // what its trees see: the values, and the class in hand
  penalty: compileTree(field.penalty),
  own: compileTree(field.own),
  patience: patienceWith(field.penalty),
  parts: field.parts.map(([outer, inner]) => [compileTree(outer), compileTree(inner)]),
});

// Hears the page's sliders: what they move counts at once, then moved(name, value) is called. It goes on counting until Python sends that value, or
// has refused one: an answer to an earlier movement must not take back the ones since.
export const hearSliders = (fieldsOf, moved) => {
  const awaited = new Map();
  let refusals = 0;
  const hear = ({ detail: { id, name, value } }) => {
    const field = fieldsOf().find((one) => one.id === id);
    if (field && !(name in field.values)) return;
    awaited.set(JSON.stringify([id, name]), value);
    if (field) field.values[name] = value;
    moved(name, value);
  };
  return {
    open: () => hub.addEventListener("parameter", hear),
    close: () => hub.removeEventListener("parameter", hear),
    // The value that counts, given what Python has just sent.
    newest: (id, name, sent) => {
      const key = JSON.stringify([id, name]),
        value = awaited.get(key) ?? sent;
      if (value === sent) awaited.delete(key);
      return value;
    },
    heed: (count) => {
      if (count !== refusals) awaited.clear();
      refusals = count;
    },
  };
};

// The losses as Python sends them, with what the sliders have moved since.
export const readFields = (data, sliders) => {
  sliders.heed(data.refusals);
  const fields = data.fields.map(readField);
  for (const { id, values } of fields)
    for (const name of Object.keys(values)) values[name] = sliders.newest(id, name, values[name]);
  return fields;
};

export const logsOf = (p) => p.map(Math.log);

// Whether one of the operations stands in a tree.
const holds = (tree, operations) =>
  Array.isArray(tree) &&
  (operations.includes(tree[0]) || tree.some((branch) => holds(branch, operations)));

// After how many steps a solver for smooth functions must think that it is at a kink. Rivals for the largest probability meet in one soon.
const patienceWith = (tree) =>
  holds(tree, ["largest_other"]) ? 400 : holds(tree, ["abs", "min", "max"]) ? 3000 : Infinity;

// Lets the trees see class k as the true one.
const look = ({ scope, values }, logs, k) =>
  Object.assign(scope, values, {
    K: logs.length,
    l: Math.min(logs[k], -1e-300),
    others: logs.filter((_, j) => j !== k),
  });

const withoutZeros = (logs) => logs.map((log) => Math.max(log, LEAST_LOG));

// The loss of a prediction, given as log-probabilities, where class k is the right answer.
export const lossAt = (field, logs, k) => {
  const value = field.penalty(look(field, logs, k));
  return Number.isNaN(value) ? field.penalty(look(field, withoutZeros(logs), k)) : value;
};

// The expected loss where the right answer is drawn from the distribution t; what never happens costs nothing.
export const expectedLoss = (field, logs, t) =>
  sumOf(t.map((share, k) => (share > 0 ? share * lossAt(field, logs, k) : 0)));

// The derivatives of the expected loss by each log-probability.
const byLogs = (field, logs, t) => {
  const slopes = slopesAt(field, logs, t);
  return slopes.some(Number.isNaN) ? slopesAt(field, withoutZeros(logs), t) : slopes;
};

const slopesAt = (field, logs, t) => {
  const total = logs.map(() => 0);
  t.forEach((share, k) => {
    if (!(share > 0)) return;
    const scope = look(field, logs, k);
    total[k] += share * field.own(scope);
    for (const [outer, inner] of field.parts) {
      const weight = share * outer(scope);
      logs.forEach((lj, j) => {
        if (j === k) return;
        scope.lj = lj;
        total[j] += weight * inner(scope);
      });
    }
  });
  return total;
};

// Steepest descent in the logits: how training moves them, dz/dτ = −dS/dz.
export const descentByLogits = (field, logs, t) => {
  const slopes = byLogs(field, logs, t),
    total = sumOf(slopes);
  return slopes.map((slope, j) => Math.exp(logs[j]) * total - slope);
};

// The same as the prediction sees it: dp/dτ for these dz/dτ.
export const throughSoftmax = (p, dz) => {
  const mean = sumOf(dz.map((value, j) => value * p[j]));
  return dz.map((value, j) => p[j] * (value - mean));
};

// Steepest descent in the probabilities themselves, along p1 + ... + pK = 1. A class at 0 that would fall further stays there.
export const AT_ZERO = 1e-9;
export const descentByP = (field, logs, t) => {
  const slopes = byLogs(field, logs, t),
    p = logs.map(Math.exp);
  const down = slopes.map((slope, j) => (slope === 0 ? 0 : -slope / p[j]));
  const free = down.map(() => true);
  for (;;) {
    const mean = sumOf(down.filter((_, j) => free[j])) / free.filter(Boolean).length;
    const stuck = down.findIndex((value, j) => free[j] && p[j] <= AT_ZERO && value < mean);
    if (stuck < 0) return down.map((value, j) => (free[j] ? value - mean : 0));
    free[stuck] = false;
  }
};
