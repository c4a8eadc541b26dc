// Where the points of each class lie, before labels go wrong.

import { normal } from "./random.js";

/**
 * @typedef {object} Shape
 * @property {string} name As a reader sees it.
 * @property {(k: number, classes: number, spread: number, uniform: () => number) => [number, number]} draw
 *   A point of class k, in the plane from -6 to 6.
 */

const RADIUS = 3.2; // of the circle on which the blobs' centres lie

/** @type {Shape["draw"]} */
const blob = (k, classes, spread, uniform) => {
  const angle = (2 * Math.PI * k) / classes + Math.PI / 4;
  const width = 0.4 + 2 * spread;
  return [
    RADIUS * Math.cos(angle) + width * normal(uniform),
    RADIUS * Math.sin(angle) + width * normal(uniform),
  ];
};

/** @type {Record<string, Shape>} */
export const SHAPES = {
  blobs: { name: "Blobs", draw: blob },
};
