// The way of a prediction that follows the negative gradient: dz/dτ or dp/dτ = −gradient. τ is learning rate × steps.

import { AT_ZERO, descentByLogits, descentByP } from "../shared/loss_evaluation.js";
import { sumOf } from "../shared/vectors.js";

export const SPACES = {
  logits: {
    begin: (p) => p.map(Math.log),
    probabilities: (z) => {
      const most = Math.max(...z),
        scaled = z.map((value) => Math.exp(value - most)),
        total = sumOf(scaled);
      return scaled.map((value) => value / total);
    },
    logs: (z) => {
      const most = Math.max(...z),
        total = most + Math.log(sumOf(z.map((value) => Math.exp(value - most))));
      return z.map((value) => value - total);
    },
    descent: descentByLogits,
    allows: () => true,
    settle: (z) => z,
  },
  p: {
    begin: (p) => [...p],
    probabilities: (p) => p,
    logs: (p) => p.map((value) => Math.log(Math.max(value, 1e-12))),
    descent: descentByP,
    allows: (p) => Math.min(...p) > -1e-6, // what is further outside was too long a step
    settle: (p) => {
      const kept = p.map((value) => (value < AT_ZERO ? 0 : value)),
        total = sumOf(kept);
      return kept.map((value) => value / total);
    },
  },
};

// Dormand and Prince's pair of orders 5 and 4 (1980): how each stage is made of the earlier ones, and the difference of the two orders.
const STAGES = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
const DOUBT = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];
export const FIRST_TIME = 0.01,
  LAST_TIME = 1000; // of τ, as the race shows it
const STANDSTILL = 1e-5; // a rate that comes to no more than 0.01 by LAST_TIME
const RECENT = 200,
  MOST_TRIES = 10000;
// Along a kink, such as the hinge's, every step is too long for its error. When its patience is at an end, a loss that may have one goes on to and fro
// over it, as training does: by steps of at most this share of the time and this length. It stands still where it does not get far by them.
const ROUGH = 0.02,
  ROUGH_LENGTH = 0.01,
  FAR_ENOUGH = 2 * ROUGH_LENGTH;

const sizeOf = (vector) => Math.max(...vector.map(Math.abs));
const less = (a, b) => a.map((value, j) => value - b[j]);
const blend = (y, h, rates, weights) =>
  y.map((value, j) => value + h * sumOf(weights.map((weight, i) => weight * rates[i][j])));

// Whether it still gets anywhere; where the steps must be small, by what it has done lately, as its rate then trembles.
const moves = (way, rough) => {
  const { time, y, rate } = way.at(-1),
    before = way.at(-RECENT);
  const gone = before ? sizeOf(less(y, before.y)) : Infinity;
  if (before && (gone < STANDSTILL * (time - before.time) || (rough > RECENT && gone < FAR_ENOUGH)))
    return false;
  return sizeOf(rate) > STANDSTILL;
};

// The way from a prediction p, as [{ time, y, rate }], y in the space's own terms: until LAST_TIME, or until it stands still, which way.stands says,
// or until it has tried too often.
export const follow = (field, { space, start, truth, tolerance = 1e-6 }) => {
  const { begin, logs, descent, allows, settle } = SPACES[space];
  const rateAt = (y) => descent(field, logs(y), truth);
  let time = 0,
    y = begin(start),
    rate = rateAt(y),
    h = 1e-3 / Math.max(1, sizeOf(rate)),
    rough = 0,
    shorter = 1;
  const way = [{ time, y, rate }];
  let tries = 0;
  for (; time < LAST_TIME && tries < MOST_TRIES && h > 1e-12 && moves(way, rough); tries++) {
    const leap =
      way.length > field.patience
        ? Math.min(ROUGH * (time + 0.1), ROUGH_LENGTH / sizeOf(rate)) / shorter
        : 0;
    const step = Math.min(Math.max(h, leap), LAST_TIME - time),
      rates = [rate];
    for (const weights of STAGES) rates.push(rateAt(blend(y, step, rates, weights)));
    const next = blend(y, step, rates, STAGES.at(-1));
    const doubt = Math.hypot(
      ...blend(
        y.map(() => 0),
        step,
        rates,
        DOUBT,
      ).map((value, j) => value / (tolerance * (1 + Math.abs(y[j])))),
    );
    const allowed = allows(next),
      exact = allowed && doubt <= 1,
      bold = allowed && leap > h && sizeOf(less(next, y)) <= 2 * ROUGH_LENGTH;
    if (exact || bold) {
      time += step;
      y = settle(next);
      rate = y === next ? rates.at(-1) : rateAt(y);
      way.push({ time, y, rate });
      rough += !exact;
    }
    shorter = exact || bold ? 1 : 2 * shorter;
    h =
      step *
      (doubt < Infinity
        ? Math.min(allowed ? 5 : 0.5, Math.max(0.2, 0.9 * (doubt || 1e-9) ** -0.2))
        : 0.2);
  }
  return Object.assign(way, { stands: time < LAST_TIME && tries < MOST_TRIES });
};

// The prediction at a time: Hermite's cubic between two steps; where the way has ended, its end.
export const placeAt = (way, space, time) => {
  const { probabilities } = SPACES[space],
    last = way.at(-1);
  if (time >= last.time) return probabilities(last.y);
  let [low, high] = [0, way.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (way[middle].time <= time) low = middle;
    else high = middle;
  }
  const [a, b] = [way[low], way[high]],
    h = b.time - a.time,
    s = (time - a.time) / h;
  return probabilities(
    a.y.map(
      (value, j) =>
        value +
        s *
          (s * (3 - 2 * s) * (b.y[j] - value) +
            h * (1 - s) * ((1 - s) * a.rate[j] - s * b.rate[j])),
    ),
  );
};

// How far a prediction is from the truth: the class that is furthest off.
export const offBy = (p, truth) => Math.max(...p.map((value, j) => Math.abs(value - truth[j])));

// When the way comes this near to the truth for good; Infinity if never.
export const ARRIVED = 0.05;
export const arrival = (way, space, truth) => {
  const far = (y) => offBy(SPACES[space].probabilities(y), truth) > ARRIVED;
  const last = way.findLastIndex(({ y }) => far(y));
  if (last < 0) return 0;
  if (last === way.length - 1) return Infinity;
  let [low, high] = [way[last].time, way[last + 1].time];
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (offBy(placeAt(way, space, middle), truth) > ARRIVED) low = middle;
    else high = middle;
  }
  return high;
};
