// What a hand does to training points, as a state that says it. A state has room for so many drawn and
// so many changed points, so that a link stays short enough to be sent.

import {
  MOST_CHANGES,
  MOST_DRAWN,
  parseChanges,
  parsePoints,
  printChanges,
  printPoints,
} from "./points_text.js";
import { toGrid } from "./problem.js";

/** @typedef {import("../state/properties.js").PlaygroundState} PlaygroundState */
/** @typedef {import("./points_text.js").Change} Change */
/** @typedef {import("./points_text.js").DrawnPoint} DrawnPoint */
/** @typedef {import("./problem.js").Problem} Problem */

/**
 * What of the state becomes other, or why it cannot.
 * @typedef {{ values: Partial<PlaygroundState> } | { refusal: string }} Outcome
 */

/**
 * What is to be done with a point; what is not named stays as it is.
 * @typedef {{ place?: [number, number], k?: number, removed?: boolean }} Deed
 */

const TOO_MANY_DRAWN = `At most ${MOST_DRAWN} points can be drawn by hand. Remove one to draw another.`;
const TOO_MANY_CHANGED =
  `At most ${MOST_CHANGES} of the generated points can be moved, relabelled or removed by hand.` +
  " Draw a new point instead.";

/** @type {(state: PlaygroundState, point: DrawnPoint) => Outcome} */
export const drawPoint = ({ drawn }, { x, y, k }) => {
  const points = parsePoints(drawn) ?? [];
  if (points.length >= MOST_DRAWN) return { refusal: TOO_MANY_DRAWN };
  return { values: { drawn: drawn + printPoints([{ x: toGrid(x), y: toGrid(y), k }]) } };
};

/**
 * @param {PlaygroundState} state
 * @param {Problem} problem That the state makes.
 * @param {number} index Of the problem's training points.
 * @param {Deed} deed
 * @returns {Outcome}
 */
export const changePoint = (state, { origins, generated }, index, deed) => {
  const origin = origins[index];
  const [x, y] = deed.place ?? [];
  const place = x === undefined || y === undefined ? null : at(x, y);
  return origin < generated
    ? changeGenerated(state, origin, { ...deed, place })
    : { values: { drawn: changeDrawn(state.drawn, origin - generated, { ...deed, place }) } };
};

/** @type {(x: number, y: number) => [number, number]} */
const at = (x, y) => [toGrid(x), toGrid(y)];

/** @typedef {{ place: [number, number] | null, k?: number, removed?: boolean }} GridDeed */

/** @type {(state: PlaygroundState, origin: number, deed: GridDeed) => Outcome} */
const changeGenerated = ({ moved }, origin, { place, k, removed = false }) => {
  const changes = parseChanges(moved) ?? [];
  const earlier = changes.find(({ index }) => index === origin);
  if (!earlier && changes.length >= MOST_CHANGES) return { refusal: TOO_MANY_CHANGED };
  /** @type {Change} */
  const change = {
    index: origin,
    place: place ?? earlier?.place ?? null,
    k: k ?? earlier?.k ?? null,
    removed,
  };
  const others = changes.filter((other) => other !== earlier);
  return { values: { moved: printChanges([...others, change]) } };
};

/** @type {(drawn: string, number: number, deed: GridDeed) => string} */
const changeDrawn = (drawn, number, { place, k, removed }) =>
  printPoints(
    (parsePoints(drawn) ?? []).flatMap((point, d) => {
      if (d !== number) return [point];
      if (removed) return [];
      return [{ x: place?.[0] ?? point.x, y: place?.[1] ?? point.y, k: k ?? point.k }];
    }),
  );
