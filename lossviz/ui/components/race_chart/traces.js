// A race as plotly's traces: for each loss its seeds, faint and all in one trace, their mean, and
// the band around it. Pure: rows in, traces out.

import { bestSoFar, meanLine, smooth, stepAt } from "./mean.js";
import { lastAttempts } from "./series.js";

/** @typedef {import("./series.js").Race} Race */
/** @typedef {import("./series.js").Trial} Trial */
/** @typedef {import("./mean.js").Line} Line */

/**
 * @typedef {object} Loss
 * @property {string} spec
 * @property {string} label
 * @property {string} color Hex.
 * @property {string} dash Plotly's name.
 * @property {number | null} lowest The lowest value of it; null where it has none.
 */

/**
 * What is drawn over what.
 * @typedef {object} View
 * @property {string[]} kinds Where the measure stands; the first kind of which a trial has any.
 * @property {string} column
 * @property {boolean} relative Whether each loss has a scale of its own, 1 at its start and 0 at
 *     its lowest value.
 * @property {"at" | "seconds"} over
 * @property {number} scale What an epoch, or a second, is on the axis.
 * @property {boolean} fromBest Whether the best mean so far is subtracted.
 * @property {number} smoothing Weight of what was before, 0 to below 1.
 * @property {number} factor Of what was recorded: 100 for a share that is read in percent.
 * @property {number | null} digits Behind the point of a value; null for three that count.
 * @property {string} suffix Behind a value, such as a percent sign.
 * @property {boolean} together Whether one line stands for all losses, as theirs coincide.
 */

/** @typedef {{ trial: Trial, line: Line }} Seed */

/**
 * A loss as it is drawn.
 * @typedef {object} Runner
 * @property {number} place
 * @property {Loss} loss
 * @property {Seed[]} seeds All that have a point.
 * @property {import("./mean.js").MeanLine} average Of one seed, that seed itself.
 * @property {number} averaged Over how many seeds.
 * @property {boolean} finished Whether it is over the finished ones.
 */

const LOST = ["diverged", "failed", "cancelled", "lost"];
const FAINT = "59"; // alpha, in hex; plotly's own opacity is taken by what stands out

/**
 * @param {Race} race
 * @param {Loss[]} losses
 * @param {View} view
 * @returns {Runner[]} One a loss, in their order.
 */
export const runnersOf = (race, losses, view) => {
  const trials = lastAttempts(race);
  const runners = losses.map((loss, place) => {
    const all = trials
      .filter((trial) => view.together || trial.loss === place)
      .map((trial) => ({ trial, line: lineOf(race, trial, loss, view) }))
      .filter(({ line }) => line.x.length > 0);
    const seeds = view.together ? longestOf(all) : all;
    return { place, loss, seeds, ...averageOf(seeds) };
  });
  return view.fromBest
    ? runners.map(relativeTo(bestSoFar(runners.map((r) => r.average))))
    : runners;
};

/** @type {(seeds: Seed[]) => Seed[]} The one that has got furthest, if there is any. */
const longestOf = (seeds) => {
  /** @type {(seed: Seed) => number} */
  const end = ({ line }) => line.x.at(-1) ?? 0;
  return seeds.toSorted((one, other) => end(other) - end(one)).slice(0, 1);
};

/**
 * @param {Race} race
 * @param {Trial} trial
 * @param {Loss} loss
 * @param {View} view
 * @returns {Line} Without what is not finite.
 */
const lineOf = (race, trial, loss, view) => {
  const kind = view.kinds.find((name) =>
    race.rows.get(name)?.get(trial.key)?.values[view.column]?.some(Number.isFinite),
  );
  const series = kind && race.rows.get(kind)?.get(trial.key);
  if (!series) return { x: [], y: [] };
  const places = series[view.over].map((place) => place * view.scale);
  const values = series.values[view.column];
  const kept = places
    .map((_, row) => row)
    .filter((row) => Number.isFinite(places[row]) && Number.isFinite(values[row]));
  const line = {
    x: kept.map((row) => places[row]),
    y: kept.map((row) => values[row] * view.factor),
  };
  if (!view.relative) return { x: line.x, y: smooth(line.y, view.smoothing) };
  const { lowest } = loss;
  if (lowest === null || line.y.length === 0 || line.y[0] <= lowest) return { x: [], y: [] };
  const shares = line.y.map((value) => (value - lowest) / (line.y[0] - lowest));
  return { x: line.x, y: smooth(shares, view.smoothing) };
};

/**
 * The mean of the finished seeds; before two have finished, of all that are on their way.
 * @param {Seed[]} seeds
 */
const averageOf = (seeds) => {
  const finished = seeds.filter(({ trial }) => trial.state === "finished");
  const settled = finished.length >= 2;
  const counted = settled ? finished : seeds.filter(({ trial }) => !LOST.includes(trial.state));
  return {
    average: meanLine(counted.map(({ line }) => line)),
    averaged: counted.length,
    finished: settled,
  };
};

/**
 * @param {Line} best
 * @returns {(runner: Runner) => Runner}
 */
const relativeTo = (best) => (runner) => {
  /** @type {(x: number[], y: number[]) => number[]} */
  const above = (x, y) => x.map((place, row) => y[row] - stepAt(best, place));
  return {
    ...runner,
    seeds: runner.seeds.map(({ trial, line }) => ({
      trial,
      line: { x: line.x, y: above(line.x, line.y) },
    })),
    average: { ...runner.average, mean: above(runner.average.x, runner.average.mean) },
  };
};

/**
 * @param {Runner[]} runners
 * @param {ReadonlySet<string>} hidden Specs of the losses that the reader has hidden.
 * @param {View} view
 * @returns {object[]} Plotly's traces: bands, then seeds, then means, then single points.
 */
export const tracesOf = (runners, hidden, view) => {
  const drawn = runners.filter(({ loss, seeds }) => seeds.length > 0 && !hidden.has(loss.spec));
  return [
    ...drawn.filter(hasMean).map(bandOf),
    ...drawn.map((runner) => seedsOf(runner, view)),
    ...drawn.filter(hasMean).map((runner) => meanOf(runner, view)),
    ...marksOf(drawn, view),
  ];
};

/** @param {Runner} runner */
export const hasMean = ({ average, averaged }) => averaged >= 2 && average.x.length > 0;

/**
 * The part of a chart that a trace is: CSS selectors are made of it.
 * @param {Runner} runner
 * @param {string} part
 */
const uidOf = ({ place }, part) => `loss${place}${part}`;

/** @param {Runner} runner */
const bandOf = (runner) => {
  const { x, mean, spread } = runner.average;
  return {
    uid: uidOf(runner, "band"),
    x: [...x, ...x.toReversed()],
    y: [
      ...mean.map((value, row) => value + spread[row]),
      ...mean.map((value, row) => value - spread[row]).toReversed(),
    ],
    mode: "lines",
    fill: "toself",
    fillcolor: `${runner.loss.color}2e`,
    line: { width: 0 },
    hoverinfo: "skip",
  };
};

/** @type {(name: string, view: View) => string} A value as plotly writes it, without its suffix. */
const hoverValue = (name, { digits }) => `%{${name}:${digits === null ? ".3~r" : `.${digits}f`}}`;

/** @type {(runner: Runner, view: View) => object} */
const seedsOf = (runner, view) => {
  /** @type {(number | null)[]} */
  const x = [];
  /** @type {(number | null)[]} */
  const y = [];
  /** @type {number[]} */
  const seedNumbers = [];
  for (const { trial, line } of runner.seeds) {
    for (let row = 0; row < line.x.length; row++) {
      x.push(line.x[row]);
      y.push(line.y[row]);
      seedNumbers.push(trial.seed);
    }
    x.push(null);
    y.push(null);
    seedNumbers.push(trial.seed);
  }
  const faint = hasMean(runner);
  return {
    uid: uidOf(runner, "seeds"),
    x,
    y,
    customdata: seedNumbers,
    mode: "lines",
    line: {
      color: runner.loss.color + (faint ? FAINT : ""),
      dash: runner.loss.dash,
      width: faint ? 1 : 2,
    },
    connectgaps: false,
    hovertemplate:
      `${view.together ? "" : "seed %{customdata}: "}${hoverValue("y", view)}${view.suffix}` +
      `<extra>${escapeHtml(runner.loss.label)}</extra>`,
  };
};

/** @type {(runner: Runner, view: View) => object} */
const meanOf = (runner, view) => {
  const { loss, average, averaged } = runner;
  const single = average.x.length === 1;
  return {
    uid: uidOf(runner, "mean"),
    x: average.x,
    y: average.mean,
    customdata: average.spread,
    mode: single ? "markers" : "lines",
    marker: { color: loss.color, size: 10 },
    error_y: { type: "data", array: average.spread, visible: single, color: loss.color },
    line: { color: loss.color, dash: loss.dash, width: 3 },
    hovertemplate:
      `mean of ${averaged} seeds: ${hoverValue("y", view)} ± ${hoverValue("customdata", view)}` +
      view.suffix +
      `<extra>${escapeHtml(loss.label)}</extra>`,
  };
};

/**
 * A point for what has no line: a seed's only measurement, and the cross where one has diverged.
 * @param {Runner[]} drawn
 * @param {View} view
 */
const marksOf = (drawn, view) => {
  const marks = drawn.flatMap(({ loss, seeds }) =>
    seeds
      .map(({ trial, line }) => ({ loss, trial, line, cross: trial.state === "diverged" }))
      .filter(({ line, cross }) => cross || line.x.length === 1),
  );
  if (marks.length === 0) return [];
  return [
    {
      uid: "marks",
      x: marks.map(({ line }) => line.x.at(-1)),
      y: marks.map(({ line }) => line.y.at(-1)),
      customdata: marks.map(({ loss, trial, cross }) =>
        escapeHtml(`${loss.label}, seed ${trial.seed}${cross ? ", diverged here" : ""}`),
      ),
      mode: "markers",
      marker: {
        color: marks.map(({ loss }) => loss.color),
        symbol: marks.map(({ cross }) => (cross ? "x" : "circle")),
        size: marks.map(({ cross }) => (cross ? 9 : 6)),
      },
      hovertemplate: `%{customdata}: ${hoverValue("y", view)}${view.suffix}<extra></extra>`,
    },
  ];
};

/** @param {string} text Plotly reads some HTML. */
const escapeHtml = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * Which loss a trace belongs to.
 * @param {string} uid
 * @param {Loss[]} losses
 * @returns {string | null} Its spec; null for what belongs to several.
 */
export const lossOfTrace = (uid, losses) => {
  const place = /^loss(\d+)/.exec(uid)?.[1];
  return place === undefined ? null : (losses[Number(place)]?.spec ?? null);
};

/**
 * The layout of a chart that has no line yet: without the numbers that plotly would make up, and
 * without marks that would cross the text.
 * @param {any} layout
 * @param {string} text Why there is none.
 */
export const waitingLayout = (layout, text) => ({
  ...layout,
  yaxis: { ...layout.yaxis, showticklabels: false },
  shapes: [],
  annotations: [{ text, x: 0.5, y: 0.5, xref: "paper", yref: "paper", showarrow: false }],
});
