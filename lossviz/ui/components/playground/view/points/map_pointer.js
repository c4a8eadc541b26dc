// A map under mouse and finger: points are pointed at, dragged, drawn and erased.
//
// A mouse drags what it presses on. A finger first taps a point and then drags it, so that a page can
// still be scrolled by a map; while drawing or erasing, a finger on a map never scrolls.

import { EXTENT } from "../../engine/decision_map.js";
import { nearestPoint, placeOf } from "./nearest_point.js";

/** @typedef {import("../../model.js").Model} Model */
/** @typedef {import("./hand.js").Hand} Hand */
/** @typedef {import("./hand.js").PointName} PointName */
/** @typedef {import("./nearest_point.js").Place} Place */

const REACH = { mouse: 10, touch: 22, pen: 14 }; // pixels around a pointer
const SPACING = 14; // pixels between points that one stroke draws

/** @typedef {"drag" | "draw" | "erase"} Stroke */

export class MapPointer {
  #node;
  #model;
  #hand;
  /** @type {Stroke | null} */
  #stroke = null;
  /** @type {Place} From the pointer to the point that it drags. */
  #offset = [0, 0];
  /** @type {Place} Where the stroke has drawn last. */
  #last = [0, 0];

  /**
   * @param {HTMLElement} node
   * @param {Model} model
   * @param {Hand} hand
   */
  constructor(node, model, hand) {
    this.#node = node;
    this.#model = model;
    this.#hand = hand;
    node.addEventListener("pointerdown", (event) => this.#press(event));
    node.addEventListener("pointermove", (event) => this.#move(event));
    node.addEventListener("pointerup", (event) => this.#tap(event));
    node.addEventListener("lostpointercapture", () => this.#end());
    node.addEventListener("pointerleave", () => this.#stroke || hand.hover(null));
    // a stroke is no scroll; Chromium asks here, after pointerdown
    node.addEventListener("touchstart", (event) => this.#stroke && event.preventDefault(), {
      passive: false,
    });
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0 || this.#stroke) return;
    const stroke = this.#strokeOf(event);
    if (event.pointerType !== "touch") this.#node.focus({ preventScroll: true });
    if (!stroke) {
      if (event.pointerType !== "touch") this.#hand.choose(this.#pointAt(event));
      return;
    }
    event.preventDefault();
    this.#node.setPointerCapture(event.pointerId);
    this.#node.classList.add("held");
    this.#stroke = stroke;
    STROKES[stroke].begin(this, this.#placeOf(event));
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const place = this.#placeOf(event);
    if (this.#stroke) STROKES[this.#stroke].move(this, place);
    else if (event.pointerType !== "touch" && this.#hand.tool !== "draw")
      this.#hand.hover(this.#pointAt(event));
  }

  /** @param {PointerEvent} event A finger that has not scrolled: then there is no pointerup. */
  #tap(event) {
    if (event.pointerType === "touch" && !this.#stroke) this.#hand.choose(this.#pointAt(event));
  }

  #end() {
    this.#stroke = null;
    this.#node.classList.remove("held");
  }

  /** @type {(event: PointerEvent) => Stroke | null} What a press begins. */
  #strokeOf(event) {
    const { tool } = this.#hand;
    if (tool !== "move") return tool;
    const { problem } = this.#model;
    const chosen = this.#hand.chosen(problem);
    const i = nearestPoint(problem.train, this.#placeOf(event), this.#reach(event));
    if (event.pointerType === "touch") return chosen && this.#isNear(chosen, event) ? "drag" : null;
    if (i < 0) return null;
    this.#hand.choose({ part: "train", i });
    return "drag";
  }

  /** @type {(name: PointName, event: PointerEvent) => boolean} */
  #isNear({ part, i }, event) {
    const [x, y] = this.#placeOf(event);
    const [px, py] = placeOf(this.#model.problem.train, i);
    return part === "train" && Math.hypot(px - x, py - y) <= this.#reach(event);
  }

  /** @type {(event: PointerEvent) => PointName | null} Training points before test points. */
  #pointAt(event) {
    const { train, test } = this.#model.problem;
    const place = this.#placeOf(event);
    const i = nearestPoint(train, place, this.#reach(event));
    if (i >= 0) return { part: "train", i };
    const j = this.#hand.showsTest ? nearestPoint(test, place, this.#reach(event)) : -1;
    return j >= 0 ? { part: "test", i: j } : null;
  }

  /** @type {(event: PointerEvent) => Place} */
  #placeOf(event) {
    const { left, top, width, height } = this.#node.getBoundingClientRect();
    return [
      (2 * EXTENT * (event.clientX - left)) / width - EXTENT,
      EXTENT - (2 * EXTENT * (event.clientY - top)) / height,
    ];
  }

  /** @type {(event: PointerEvent) => number} In the plane. */
  #reach({ pointerType }) {
    return this.#toPlane(REACH[/** @type {keyof typeof REACH} */ (pointerType)] ?? REACH.mouse);
  }

  /** @type {(pixels: number) => number} */
  #toPlane(pixels) {
    return (2 * EXTENT * pixels) / this.#node.clientWidth;
  }

  /** @param {Place} place */
  beginDrag([x, y]) {
    const [px, py] = this.#hand.chosenPlace(this.#model.problem) ?? [x, y];
    this.#offset = [px - x, py - y];
  }

  /** @param {Place} place */
  drag([x, y]) {
    const name = this.#hand.chosen(this.#model.problem);
    const [dx, dy] = this.#offset;
    if (name) this.#model.movePoint(name.i, x + dx, y + dy);
  }

  /** @param {Place} place */
  drawAt(place) {
    this.#last = place;
    this.#model.addPoint(place[0], place[1], this.#hand.k);
  }

  /** @param {Place} place */
  drawOn([x, y]) {
    const [lastX, lastY] = this.#last;
    if (Math.hypot(x - lastX, y - lastY) >= this.#toPlane(SPACING)) this.drawAt([x, y]);
  }

  /** @param {Place} place */
  eraseAt(place) {
    this.#hand.choose(null);
    const i = nearestPoint(this.#model.problem.train, place, this.#toPlane(REACH.mouse));
    if (i >= 0) this.#model.removePoint(i);
  }
}

/** @type {Record<Stroke, Record<"begin" | "move", (map: MapPointer, place: Place) => void>>} */
const STROKES = {
  drag: { begin: (map, place) => map.beginDrag(place), move: (map, place) => map.drag(place) },
  draw: { begin: (map, place) => map.drawAt(place), move: (map, place) => map.drawOn(place) },
  erase: { begin: (map, place) => map.eraseAt(place), move: (map, place) => map.eraseAt(place) },
};
