// A slider for one number. Every movement goes to the charts on the page; it is reported on release,
// on a key press, or when a number is typed.

import { parameterChanges } from "../shared/channel.js";
import { Animation } from "../shared/motion.js";
import { PendingValue } from "../shared/pending_value.js";
import { find } from "../shared/svg.js";

/**
 * What slider_data of component.py says.
 * @typedef {object} SliderData
 * @property {string} id The loss's, or "" for the number of classes.
 * @property {string} name The parameter's, or "K".
 * @property {string} letter How the name is written.
 * @property {string} caption
 * @property {string} label For screen readers.
 * @property {string} meaning
 * @property {number} value
 * @property {number} start What a double-click brings back.
 * @property {number} least Of the track.
 * @property {number} greatest
 * @property {number} minimum Of what can be typed.
 * @property {number} maximum
 * @property {number} step
 * @property {boolean} whole Whether it is a whole number.
 * @property {boolean} logarithmic Whether the track is.
 * @property {boolean} playable Whether it can sweep by itself.
 * @property {[number, string][]} marks Special values and their names.
 * @property {string} color
 * @property {number} refusals How many values of sliders Python has refused.
 */

const SWEEP_MS = 5000; // from where it stands up to the end, down to the other and back
const CHANGE_MS = 100; // the browser's change event has come by then, if it comes

/** @type {(value: number) => string} */
const numberOf = (value) => String(Number(value.toPrecision(6))).replace("-", "−");

export class ParameterSlider {
  /** @type {SliderData} Set before anything is drawn. */
  #data = /** @type {any} */ (null);
  /** @type {(value: number) => void} */
  #report = () => {};
  #value = new PendingValue(NaN);
  #marksDrawn = "";
  #sweepStart = 0; // where the sweep began on the track
  #sweep = new Animation((share) => this.drawSweep(share));

  /** @param {HTMLElement} root */
  constructor(root) {
    this.box = find(root, ".parameter");
    this.slider = /** @type {HTMLInputElement} */ (find(root, "input[type=range]"));
    this.typed = /** @type {HTMLInputElement} */ (find(root, "input[type=number]"));
    this.button = find(root, ".play");
    this.ticks = find(root, ".ticks");
    this.marks = find(root, ".marks");
    this.refusal = find(root, ".refusal");
    this.slider.addEventListener("input", () => this.drag());
    this.slider.addEventListener("change", () => this.settle(this.#value.value));
    for (const name of ["pointerup", "pointercancel"])
      this.slider.addEventListener(name, () => setTimeout(() => this.dropDrag(), CHANGE_MS));
    this.slider.addEventListener("keydown", (event) => this.press(event));
    this.slider.addEventListener("dblclick", () => this.settle(this.#data.start));
    this.typed.addEventListener("change", () => this.type());
    this.typed.addEventListener("keydown", (event) => event.key === "Escape" && this.show());
    this.button.addEventListener("click", () => {
      if (this.#sweep.runs) this.settle(this.#value.value);
      else this.play();
    });
  }

  /**
   * @param {SliderData} data
   * @param {(value: number) => void} report
   */
  receive(data, report) {
    this.#data = data;
    this.#report = report;
    this.#value.receive(data.value, data.refusals);
    find(this.box, ".caption").textContent = data.caption;
    find(this.box, ".name").textContent = data.letter;
    find(this.box, ".least").textContent = numberOf(data.least);
    find(this.box, ".greatest").textContent = numberOf(data.greatest);
    this.slider.setAttribute("aria-label", data.label);
    this.slider.title = `${data.meaning} Double-click: back to the start.`.trim();
    this.slider.min = String(this.placeOf(data.least));
    this.slider.max = String(this.placeOf(data.greatest));
    this.slider.step = data.logarithmic ? "any" : String(data.step);
    this.typed.setAttribute("aria-label", `${data.label}, typed`);
    this.typed.step = String(data.step);
    this.button.hidden = !data.playable;
    this.box.style.setProperty("--color", data.color);
    this.drawMarks();
    this.show();
  }

  /** @type {(value: number) => number} Where a value is on the track. */
  placeOf(value) {
    return this.#data.logarithmic ? Math.log(value) : value;
  }

  /** @type {(place: number) => number} */
  valueAt(place) {
    const value = this.#data.logarithmic ? Math.exp(place) : place;
    return this.#data.whole ? Math.round(value) : value;
  }

  /** @type {(value: number) => number} How far along the track a value is, 0 to 1. */
  shareOf(value) {
    const least = this.placeOf(this.#data.least);
    return (this.placeOf(value) - least) / (this.placeOf(this.#data.greatest) - least);
  }

  /** Special values: a tick on the track, and a button that goes there. */
  drawMarks() {
    const { marks, letter } = this.#data;
    const drawn = JSON.stringify(marks);
    if (this.#marksDrawn === drawn) return;
    this.#marksDrawn = drawn;
    this.ticks.replaceChildren(
      ...marks.map(([value]) => {
        const tick = document.createElement("i");
        tick.style.setProperty("--at", String(this.shareOf(value)));
        return tick;
      }),
    );
    this.marks.replaceChildren(
      ...marks.map(([value, text]) => {
        const mark = document.createElement("button");
        mark.type = "button";
        mark.textContent = text;
        mark.title = `${letter} = ${numberOf(value)}`;
        mark.addEventListener("click", () => this.settle(value));
        return mark;
      }),
    );
  }

  show() {
    const { label, letter, marks } = this.#data;
    const { value } = this.#value;
    this.slider.value = String(this.placeOf(value));
    this.typed.value = String(value);
    this.refusal.textContent = "";
    this.typed.removeAttribute("aria-invalid");
    const special = marks.find(([place]) => place === value);
    const text = `${letter} = ${numberOf(value)}`;
    this.slider.setAttribute("aria-valuetext", special ? `${text}, ${special[1]}` : text);
    marks.forEach(([place], i) => {
      this.marks.children[i].classList.toggle("here", place === value);
    });
    this.slider.style.setProperty("--filled", `${100 * this.shareOf(value)}%`);
    this.button.textContent = this.#sweep.runs ? "❚❚" : "▶";
    this.button.setAttribute("aria-label", `${this.#sweep.runs ? "Stop" : "Play"}: sweep ${label}`);
  }

  /** @param {"moving" | "released" | "restored"} phase */
  tellCharts(phase) {
    const { id, name } = this.#data;
    parameterChanges.send({ id, name, value: this.#value.value, phase });
  }

  /** @param {number} value */
  move(value) {
    this.#value.hold();
    this.#value.set(value);
    this.show();
    this.tellCharts("moving");
  }

  drag() {
    this.#sweep.stop();
    this.move(this.valueAt(Number(this.slider.value)));
  }

  /** Ends a drag that came back to where it began: the browser tells of no change. */
  dropDrag() {
    if (!this.#value.held || this.#sweep.runs) return;
    this.#value.revert();
    this.show();
    this.tellCharts("restored");
  }

  /**
   * It stays here: charts and Python receive it.
   * @param {number} value
   */
  settle(value) {
    this.#sweep.stop();
    this.#value.set(value);
    this.#value.release();
    this.show();
    this.tellCharts("released");
    this.#report(value);
  }

  /**
   * On a logarithmic track the browser's own steps would be of no use.
   * @param {KeyboardEvent} event
   */
  press(event) {
    const { logarithmic, least, greatest, step } = this.#data;
    /** @type {Record<string, number>} */
    const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 };
    if (!logarithmic || !steps[event.key]) return;
    event.preventDefault();
    const value = this.#value.value + steps[event.key] * step;
    this.settle(Math.max(least, Math.min(greatest, value)));
  }

  type() {
    const { letter, minimum, maximum, whole } = this.#data;
    const value = this.typed.valueAsNumber;
    const inside = value >= minimum && value <= maximum;
    if (inside && (!whole || Number.isInteger(value))) {
      this.settle(value);
      return;
    }
    const kind = whole ? "whole number" : "number";
    const range = `from ${numberOf(minimum)} to ${numberOf(maximum)}`;
    const stays = `It is still ${numberOf(this.#value.value)}; Escape brings that back.`;
    this.refusal.textContent = `${letter} must be a ${kind} ${range}. ${stays}`;
    this.typed.setAttribute("aria-invalid", "true");
  }

  play() {
    this.#sweepStart = Number(this.slider.value);
    this.#value.hold();
    this.#sweep.start(SWEEP_MS);
    this.show();
  }

  /** @param {number} share Of the sweep. */
  drawSweep(share) {
    if (!this.#sweep.runs) {
      this.#value.revert(); // nothing new for Python
      this.show();
      this.tellCharts("restored");
      return;
    }
    const least = Number(this.slider.min);
    const span = Number(this.slider.max) - least;
    const along = (this.#sweepStart - least + 2 * span * share) % (2 * span);
    this.slider.value = String(least + (along <= span ? along : 2 * span - along));
    this.move(this.valueAt(Number(this.slider.value)));
  }

  /** Ends a sweep; the slider is gone. */
  stop() {
    this.#sweep.stop();
  }
}
