// Replaying a comparison: a slider over the seconds since its launch, and a button that moves it.

import { find } from "../shared/svg.js";

const SPEEDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096];
const WANTED_S = 12; // of a whole replay, at the speed that is offered first
const FRAME_MS = 100; // a frame costs a redraw of the chart
const AT_END = 1 - 1e-6; // a slider rounds the last digits of its value
const STILL_MS = 1000; // where the reader wants no motion

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * A span of time, as a clock shows it.
 * @param {number} seconds
 */
export const clock = (seconds) => {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  const left = String(Math.floor(seconds % 60)).padStart(2, "0");
  return `${minutes}:${left} min`;
};

export class Replay {
  #group;
  #play;
  #slider;
  #output;
  #speed;
  #draw;
  #timer = 0;
  #span_s = 0;

  /**
   * @param {Element} root
   * @param {(time_s: number | null) => void} draw Called with seconds since the launch, or null for
   *     the end.
   */
  constructor(root, draw) {
    this.#draw = draw;
    this.#group = find(root, ".race-replay");
    this.#play = /** @type {HTMLButtonElement} */ (find(root, ".race-play"));
    this.#slider = /** @type {HTMLInputElement} */ (find(root, ".race-time"));
    this.#output = find(root, ".race-clock");
    this.#speed = /** @type {HTMLSelectElement} */ (find(root, ".race-speed"));
    this.#play.addEventListener("click", () => this.#toggle());
    this.#slider.addEventListener("input", () => {
      this.#pause();
      this.#show();
    });
    this.#speed.append(...SPEEDS.map((speed) => new Option(`${speed}×`, String(speed))));
    this.#label();
  }

  /**
   * @param {number | null} span_s Seconds from the launch to the last row; null while there is
   *     nothing to replay.
   * @param {string} note
   */
  offer(span_s, note) {
    this.#group.hidden = span_s === null;
    find(this.#group, ".race-note").textContent = note;
    if (span_s === null || span_s === this.#span_s) return;
    this.#pause();
    this.#span_s = span_s;
    this.#slider.max = String(span_s);
    this.#slider.value = this.#slider.max;
    const wanted = span_s / WANTED_S;
    this.#speed.value = String(SPEEDS.findLast((speed) => speed <= wanted) ?? 1);
    this.#say();
  }

  /** Seconds since the launch; null at the end, which is how the chart stands without a replay. */
  get time_s() {
    const value = Number(this.#slider.value);
    return this.#group.hidden || value >= this.#span_s * AT_END ? null : value;
  }

  #toggle() {
    if (this.#timer) return this.#pause();
    if (this.time_s === null) this.#slider.value = "0";
    let before = performance.now();
    const every = reducedMotion.matches ? STILL_MS : FRAME_MS;
    this.#timer = window.setInterval(() => {
      if (!this.#group.isConnected) return this.#pause();
      const now = performance.now();
      const moved = ((now - before) / 1000) * Number(this.#speed.value);
      before = now;
      this.#slider.value = String(Number(this.#slider.value) + moved);
      if (this.time_s === null) this.#pause();
      this.#show();
    }, every);
    this.#label();
    this.#show();
  }

  #pause() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#label();
  }

  #label() {
    this.#play.textContent = this.#timer ? "Pause" : "Play";
  }

  #show() {
    this.#say();
    this.#draw(this.time_s);
  }

  #say() {
    const text = `${clock(Number(this.#slider.value))} of ${clock(this.#span_s)}`;
    this.#output.textContent = text;
    this.#slider.setAttribute("aria-valuetext", text);
  }
}
