// What the race says of itself in words: over which seeds its means are, and where they stand.

import { hasMean } from "./traces.js";

/** @typedef {import("./traces.js").Runner} Runner */
/** @typedef {import("./traces.js").View} View */

/** @type {(value: number, view: View) => string} */
const short = (value, { digits }) =>
  digits === null ? String(Number(value.toPrecision(3))) : value.toFixed(digits);

/** @param {string[]} names */
const listed = (names) =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

/** @param {number[]} counts */
const range = (counts) => {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? `${most}` : `${least} to ${most}`;
};

/**
 * What the thick lines and the bands are.
 * @param {Runner[]} runners
 * @returns {string} Sentences; empty where there is no mean.
 */
export const captionOf = (runners) => {
  const means = runners.filter(hasMean);
  if (means.length === 0) return "";
  const sentences = [
    "Thin lines: seeds. Thick lines: their means. Bands: ± one standard deviation.",
  ];
  const finished = means.filter((runner) => runner.finished);
  const under_way = means.filter((runner) => !runner.finished);
  if (finished.length)
    sentences.push(
      `Each mean is over the ${range(finished.map(({ averaged }) => averaged))} finished seeds of` +
        " its loss.",
    );
  if (under_way.length)
    sentences.push(
      `Until two seeds have finished (${listed(under_way.map(({ loss }) => loss.label))}): over` +
        " all seeds that have begun, as far as the slowest has got.",
    );
  return sentences.join(" ");
};

/**
 * The chart for somebody who does not see it.
 * @param {Runner[]} runners
 * @param {string} measure
 * @param {View} view
 */
export const descriptionOf = (runners, measure, view) => {
  const parts = runners.map((runner) => {
    const { loss, seeds, average, averaged } = runner;
    const last = average.mean.at(-1);
    if (last === undefined) return `${loss.label}: ${seeds.length ? "no mean" : "nothing yet"}`;
    const diverged = seeds.filter(({ trial }) => trial.state === "diverged").length;
    const spread = averaged > 1 ? ` ± ${short(average.spread.at(-1) ?? 0, view)}` : "";
    const seedWord = averaged === 1 ? "seed" : "seeds";
    return (
      `${loss.label}: ${short(last, view)}${spread}${view.suffix} over ${averaged} ${seedWord}` +
      (diverged ? `, ${diverged} diverged` : "")
    );
  });
  return `Where the lines end, ${measure}. ${parts.join("; ")}.`;
};
