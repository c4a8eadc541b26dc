// Which point is meant: by a pointer near it, or by an arrow key towards it.

/** @typedef {import("../../data/problem.js").Points} Points */
/** @typedef {[x: number, y: number]} Place In the plane from -6 to 6. */

/** @type {(points: Points, i: number) => Place} */
export const placeOf = ({ places }, i) => [places[2 * i], places[2 * i + 1]];

/**
 * The place of the point that lies nearest by a distance, or -1 where none is finite.
 * @type {(points: Points, distance: (place: Place, i: number) => number) => number}
 */
const nearestBy = (points, distance) => {
  let nearest = -1;
  let least = Infinity;
  for (let i = 0; i < points.labels.length; i++) {
    const own = distance(placeOf(points, i), i);
    if (own < least) [nearest, least] = [i, own];
  }
  return nearest;
};

/** @type {(points: Points, place: Place, reach?: number) => number} -1 where none is in reach. */
export const nearestPoint = (points, [x, y], reach = Infinity) =>
  nearestBy(points, ([px, py]) => {
    const distance = Math.hypot(px - x, py - y);
    return distance <= reach ? distance : Infinity;
  });

const ASIDE = 2.5; // how much further a step aside counts than one ahead

/**
 * The next point in a direction, at most 45° to either side; -1 where there is none.
 * @type {(points: Points, from: number, direction: Place) => number}
 */
export const nextPoint = (points, from, [dx, dy]) => {
  const [x, y] = placeOf(points, from);
  return nearestBy(points, ([px, py], i) => {
    const ahead = (px - x) * dx + (py - y) * dy;
    const aside = Math.abs((px - x) * dy - (py - y) * dx);
    return i !== from && ahead > 0 && aside <= ahead ? ahead + ASIDE * aside : Infinity;
  });
};
