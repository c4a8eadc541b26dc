// What a reader points at and holds, on all maps at once.

import { placeOf } from "./nearest_point.js";

/** @typedef {import("../../data/problem.js").Problem} Problem */
/** @typedef {import("./nearest_point.js").Place} Place */

/**
 * A point of a problem.
 * @typedef {object} PointName
 * @property {"train" | "test"} part
 * @property {number} i
 */

/** @typedef {"move" | "draw" | "erase"} Tool */

/** @type {(problem: Problem, name: PointName | null) => PointName | null} Null where it is gone. */
const existing = (problem, name) =>
  name && name.i < problem[name.part].labels.length ? name : null;

export class Hand {
  /** @type {Tool} */
  tool = "move";
  /** The class that is drawn. */
  k = 0;
  showsTest = true;
  /** @type {PointName | null} Under the pointer. */
  #hovered = null;
  /** @type {PointName | null} Clicked, tapped, or chosen by a key. */
  #chosen = null;
  #changed;

  /** @param {() => void} changed Called after each change of anything above. */
  constructor(changed) {
    this.#changed = changed;
  }

  /** @param {{ tool?: Tool, k?: number, showsTest?: boolean }} values */
  set(values) {
    Object.assign(this, values);
    if (values.tool) this.#hovered = this.#chosen = null;
    this.#changed();
  }

  /** @param {PointName | null} name */
  hover(name) {
    if (name?.i === this.#hovered?.i && name?.part === this.#hovered?.part) return;
    this.#hovered = name;
    this.#changed();
  }

  /** @param {PointName | null} name */
  choose(name) {
    this.#hovered = null;
    this.#chosen = name;
    this.#changed();
  }

  /** @type {(problem: Problem) => PointName | null} */
  chosen(problem) {
    return existing(problem, this.#chosen);
  }

  /** @type {(problem: Problem) => PointName | null} The one whose numbers are shown. */
  shown(problem) {
    return existing(problem, this.#hovered) ?? this.chosen(problem);
  }

  /** @type {(problem: Problem) => Place | null} Of the chosen point. */
  chosenPlace(problem) {
    const name = this.chosen(problem);
    return name && placeOf(problem[name.part], name.i);
  }
}
