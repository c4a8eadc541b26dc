// Training points that lie far from all others of their class, on the side of another one.

import { stream } from "./random.js";

/** @typedef {import("./shapes.js").Place} Place */

const REACH = 5.6; // how far from the middle they lie at most, in x and in y
const TRIES = 16; // of which the farthest is taken: always the farthest of all would be one corner

/**
 * The squared distances to the nearest point of class k and to the nearest of another class.
 * @type {(place: Place, places: Float64Array, truths: Uint8Array, k: number) => [number, number]}
 */
const nearest = ([x, y], places, truths, k) => {
  let own = Number.POSITIVE_INFINITY;
  let other = Number.POSITIVE_INFINITY;
  for (let i = 0; i < truths.length; i++) {
    const distance = (places[2 * i] - x) ** 2 + (places[2 * i + 1] - y) ** 2;
    if (truths[i] === k) own = Math.min(own, distance);
    else other = Math.min(other, distance);
  }
  return [own, other];
};

/**
 * The places of outliers, of class 0, 1, … in turn. More outliers leave the first where they are.
 * @param {{ places: Float64Array, truths: Uint8Array }} points Those that they lie among.
 * @param {{ classes: number, outliers: number, seed: number }} state
 * @returns {Place[]} None where there are no points.
 */
export const outlierPlaces = ({ places, truths }, { classes, outliers, seed }) => {
  if (truths.length === 0) return [];
  const uniform = stream(seed, "outliers");
  return Array.from({ length: outliers }, (_, number) => {
    const k = number % classes;
    const others = [...truths.keys()].filter((i) => truths[i] !== k);
    /** @type {Place} */
    let best = [0, 0];
    let farthest = 0;
    for (let t = 0; t < TRIES; t++) {
      // a place anywhere, and one where another class is for certain
      const i = others[Math.floor(others.length * uniform())];
      /** @type {Place[]} */
      const candidates = [
        [REACH * (2 * uniform() - 1), REACH * (2 * uniform() - 1)],
        [places[2 * i], places[2 * i + 1]],
      ];
      for (const candidate of candidates) {
        const [away, other] = nearest(candidate, places, truths, k);
        if (away <= farthest || other >= away) continue;
        best = candidate;
        farthest = away;
      }
    }
    return best;
  });
};
