// A map under the keyboard: points are chosen, moved, labelled, added and removed.

import { nearestPoint, nextPoint, placeOf } from "./nearest_point.js";

/** @typedef {import("../../model.js").Model} Model */
/** @typedef {import("./hand.js").Hand} Hand */
/** @typedef {import("./nearest_point.js").Place} Place */

export const HELP =
  "Arrow keys choose the next training point in a direction, Page Up and Page Down the one before" +
  " and the next. Shift with an arrow key moves the chosen point. A digit gives it that class," +
  " Delete removes it, N adds a point beside it, Escape lets it go.";

const STEP = 0.1; // of the plane, for one press
const BESIDE = 0.3; // where a new point is put

/** @type {Record<string, Place>} */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** @type {Record<string, number>} */
const TURNS = { PageUp: -1, PageDown: 1 };

/** What keys do to the chosen training point. */
class Keyboard {
  /**
   * @param {Model} model
   * @param {Hand} hand
   */
  constructor(model, hand) {
    this.model = model;
    this.hand = hand;
  }

  /** The chosen training point, or -1. */
  get chosen() {
    const name = this.hand.chosen(this.model.problem);
    return name?.part === "train" ? name.i : -1;
  }

  /** @param {number} i */
  choose(i) {
    if (i >= 0) this.hand.choose({ part: "train", i });
  }

  /** @param {Place} place */
  chooseNear(place) {
    this.choose(nearestPoint(this.model.problem.train, place));
  }

  /** @param {Place} direction */
  go(direction) {
    const { chosen } = this;
    if (chosen < 0) this.chooseNear([0, 0]);
    else this.choose(nextPoint(this.model.problem.train, chosen, direction));
  }

  /** @param {number} by */
  turn(by) {
    const count = this.model.problem.train.labels.length;
    const { chosen } = this;
    if (chosen < 0) this.choose(by > 0 ? 0 : count - 1);
    else this.choose((chosen + by + count) % count);
  }

  /** @param {Place} direction */
  move([dx, dy]) {
    const { chosen, model } = this;
    if (chosen < 0) return;
    const [x, y] = placeOf(model.problem.train, chosen);
    model.movePoint(chosen, x + STEP * dx, y + STEP * dy);
  }

  remove() {
    const { chosen, model } = this;
    if (chosen < 0) return;
    const place = placeOf(model.problem.train, chosen);
    this.hand.choose(null);
    model.removePoint(chosen);
    this.chooseNear(place);
  }

  /** @param {number} k */
  label(k) {
    const { chosen, model } = this;
    if (k < model.problem.classes && chosen >= 0) model.setLabel(chosen, k);
    else if (k < model.problem.classes) this.hand.set({ k });
  }

  add() {
    const [x, y] = this.hand.chosenPlace(this.model.problem) ?? [0, 0];
    this.model.addPoint(x + BESIDE, y, this.hand.k);
    this.choose(this.model.problem.train.labels.length - 1);
  }
}

/** @type {Record<string, (keyboard: Keyboard) => void>} */
const ACTIONS = {
  Delete: (keyboard) => keyboard.remove(),
  Backspace: (keyboard) => keyboard.remove(),
  Escape: (keyboard) => keyboard.hand.choose(null),
  n: (keyboard) => keyboard.add(),
  N: (keyboard) => keyboard.add(),
};

/** @type {(event: KeyboardEvent) => ((keyboard: Keyboard) => void) | undefined} */
const actionOf = ({ key, shiftKey }) => {
  const direction = ARROWS[key];
  if (direction && shiftKey) return (keyboard) => keyboard.move(direction);
  if (direction) return (keyboard) => keyboard.go(direction);
  if (key in TURNS) return (keyboard) => keyboard.turn(TURNS[key]);
  if (/^[1-9]$/.test(key)) return (keyboard) => keyboard.label(Number(key) - 1);
  return ACTIONS[key];
};

/** @type {(node: HTMLElement, model: Model, hand: Hand) => void} */
export const listenToKeys = (node, model, hand) => {
  const keyboard = new Keyboard(model, hand);
  node.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's own, such as Back
    const action = actionOf(event);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action(keyboard);
  });
};
