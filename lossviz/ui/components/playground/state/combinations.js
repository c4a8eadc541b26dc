// What single settings allow, but not all of them together: a sentence for each.

import { testCount, trainingCounts } from "../data/class_counts.js";
import { parseChanges, parsePoints } from "../data/points_text.js";
import { SHAPES } from "../data/shapes.js";

/** @typedef {import("../data/problem.js").Problem} Problem */
/** @typedef {import("./properties.js").PlaygroundState} PlaygroundState */

/** @type {((state: PlaygroundState, problem: Problem) => string | false)[]} */
const RULES = [
  ({ data }, { train }) =>
    data === "drawn" &&
    train.labels.length === 0 &&
    "There are no training points yet: draw some on a map.",

  ({ data, points, classes, imbalance }) => {
    const { mostOfClass, name } = SHAPES[data];
    if (mostOfClass === 0 || testCount(points, classes, mostOfClass) * classes >= points)
      return false;
    const all = trainingCounts(points, classes, imbalance, mostOfClass).reduce((a, b) => a + b);
    return (
      `${name}: there are ${mostOfClass} images of each class to train with, so there are ${all}` +
      ` training points instead of ${points}.`
    );
  },

  ({ data, points, classes, imbalance }) => {
    const { mostOfClass } = SHAPES[data];
    const counts = trainingCounts(points, classes, imbalance, mostOfClass);
    const last = counts[classes - 1];
    const ratio = counts[0] / last;
    if (mostOfClass === 0 || last > 1 || ratio > 0.9 * imbalance) return false;
    return (
      `With ${points} training points the classes cannot be ${imbalance} to 1: the last class has one` +
      ` point, the first ${counts[0]}.`
    );
  },

  ({ drawn, classes }) => {
    const lost = (parsePoints(drawn) ?? []).filter(({ k }) => k >= classes).length;
    return (
      lost > 0 &&
      `${pointsAre(lost, "drawn by hand")} left out: there are only ${classes} classes now.`
    );
  },

  ({ moved }, { generated }) => {
    const lost = (parseChanges(moved) ?? []).filter(({ index }) => index >= generated).length;
    return (
      lost > 0 &&
      `${pointsAre(lost, "changed by hand")} left out: there are only ${generated} generated points.`
    );
  },
];

/** @type {(count: number, how: string) => string} */
const pointsAre = (count, how) =>
  count === 1 ? `One point ${how} is` : `${count} points ${how} are`;

/** @type {(state: PlaygroundState, problem: Problem) => string[]} */
export const combinationProblems = (state, problem) =>
  RULES.map((rule) => rule(state, problem)).filter((sentence) => sentence !== false);
