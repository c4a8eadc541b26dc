// A handle that mouse, finger and keys move. It is reported to Python once, on release.

/** @typedef {import("./pending_value.js").PendingValue<any>} AnyPendingValue */

/**
 * A handle's element, for a drawing's markup: a circle to see and a wider one to touch.
 * @type {(name: string, label: string, more?: string) => string}
 */
export const handleMarkup = (name, label, more = "") => `
  <g class="handle ${name}-handle" role="slider" tabindex="0" aria-label="${label}"
    aria-valuemin="0" aria-valuemax="1" ${more}>
    <circle class="touch" r="24"/><circle class="grip" r="15"/>
  </g>`;

/**
 * @typedef {object} HandleOptions
 * @property {AnyPendingValue} position What it moves.
 * @property {() => number[]} read Where it stands, in the terms of `locate`.
 * @property {(event: PointerEvent) => number[]} locate The pointer's place.
 * @property {(place: number[]) => void} move Sets the position at the place, or as near as it may.
 * @property {(event: KeyboardEvent) => number[] | null | undefined} placeOfKey
 *   Where a key moves it to, if anywhere.
 * @property {(moved: boolean) => void} released The hand is off it, and may have moved it.
 */

export class DragHandle {
  #dragging = false;
  /** @type {number[]} From the pointer to where the handle stands. */
  #offset = [];
  #node;
  #options;

  /**
   * @param {SVGGraphicsElement} node
   * @param {HandleOptions} options
   */
  constructor(node, options) {
    this.#node = node;
    this.#options = options;
    node.addEventListener("pointerdown", (event) => this.start(event, { jumps: false }));
    // Chromium ignores touch-action on a part of an SVG: it scrolls, and cancels the drag at its
    // second move.
    node.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    node.addEventListener("pointermove", (event) => this.#dragging && this.#drag(event));
    node.addEventListener("lostpointercapture", () => this.#end());
    node.addEventListener("keydown", (event) => this.#press(event));
    node.addEventListener("keyup", () => this.#dragging || this.#end());
    node.addEventListener("blur", () => this.#dragging || this.#end());
  }

  /**
   * @param {PointerEvent} event
   * @param {{ jumps: boolean }} options Whether it goes to the pointer, or keeps its distance.
   */
  start(event, { jumps }) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.#node.focus({ preventScroll: true });
    this.#node.setPointerCapture(event.pointerId);
    const place = this.#options.locate(event);
    const stands = jumps ? place : this.#options.read();
    this.#offset = stands.map((value, i) => value - place[i]);
    this.#dragging = true;
    this.#options.position.hold();
    this.#node.ownerSVGElement?.classList.add("held");
    if (jumps) this.#drag(event);
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    const place = this.#options.locate(event);
    this.#options.move(place.map((value, i) => value + this.#offset[i]));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's own, such as Back
    const place = this.#options.placeOfKey(event);
    if (!place) return;
    event.preventDefault();
    this.#options.position.hold();
    this.#options.move(place);
  }

  #end() {
    this.#dragging = false;
    this.#node.ownerSVGElement?.classList.remove("held");
    this.#options.released(this.#options.position.release());
  }
}
