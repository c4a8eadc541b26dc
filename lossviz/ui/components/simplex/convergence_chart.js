// How far each loss still is from the truth, over the time that its descent has had; and the clock.

import { lossStyle } from "../shared/measure_charts.js";
import { Animation } from "../shared/motion.js";
import { plainText } from "../shared/number_text.js";
import { find, Parts } from "../shared/svg.js";
import { ARRIVED, FIRST_TIME, LAST_TIME } from "./gradient_flow.js";

/** @typedef {import("../shared/loss_evaluation.js").Loss} Loss */
/** @typedef {{ loss: Loss, errorAt: (time: number) => number }} Convergence */

/** @typedef {"equal" | "raw"} Scaling Whether first steps are made as long as cross-entropy's. */

/** @type {Record<Scaling, string>} */
const TIME_TITLES = {
  equal: "τ = learning rate × steps, first steps equal",
  raw: "τ = learning rate × steps, as written",
};

const INSET = { left: 44, right: 14, top: 8, bottom: 40 }; // pixels
const DURATION_MS = 6000; // from the first moment to the last
const WRITTEN_TIMES = [0.01, 0.1, 1, 10, 100, 1000];
const SAMPLES = 100;

const CHART = `
  <h2>Convergence</h2>
  <svg class="convergence-chart" aria-hidden="true">
    <path class="near"/><path class="axis"/><g class="numbers"></g>
    <text class="title x-title"></text>
    <text class="title y-title">largest error in any class</text>
    <text class="near-name">reached: ${ARRIVED} or less</text><text class="now-name"></text>
    <g class="curves"></g><path class="now"/><g class="dots"></g>
  </svg>
  <div class="clock">
    <button type="button" class="run"></button><span>τ = <b class="time"></b></span>
    <input class="lossviz-range" type="range" min="0" max="1" step="any"
      aria-label="Time τ">
  </div>`;

/** @type {(share: number) => number} Times are laid out by their logarithm. */
const timeAt = (share) => FIRST_TIME * (LAST_TIME / FIRST_TIME) ** share;

export class ConvergenceChart {
  #share = 0.4; // of the clock's range
  #from = 0; // where the animation began
  #drawn = "";
  #svg;
  #parts;
  #slider;
  #button;
  #moved;
  #animation = new Animation((share) => this.#move(this.#from + share * (1 - this.#from)));

  /**
   * @param {HTMLElement} node
   * @param {() => void} moved Called when the clock shows another time.
   */
  constructor(node, moved) {
    node.innerHTML = CHART;
    this.#moved = moved;
    this.#svg = find(node, "svg");
    this.#parts = new Parts(node);
    this.#slider = /** @type {HTMLInputElement} */ (find(node, "input"));
    this.#button = find(node, ".run");
    this.#slider.addEventListener("input", () => {
      this.#animation.stop();
      this.#move(Number(this.#slider.value));
    });
    this.#button.addEventListener("click", () => {
      if (this.#animation.runs) this.stop();
      else this.#run();
    });
    this.#show();
  }

  get time() {
    return timeAt(this.#share);
  }

  #show() {
    const { runs } = this.#animation;
    this.#slider.value = String(this.#share);
    this.#slider.style.setProperty("--filled", `${100 * this.#share}%`);
    this.#slider.setAttribute("aria-valuetext", `τ = ${plainText(this.time)}`);
    this.#parts.write(".time", plainText(this.time));
    this.#button.textContent = runs ? "❚❚" : "▶";
    this.#button.setAttribute("aria-label", runs ? "Stop" : "Follow the paths");
  }

  /** @param {number} share */
  #move(share) {
    this.#share = share;
    this.#moved();
  }

  #run() {
    this.#from = this.#share > 0.98 ? 0 : this.#share;
    this.#animation.start((1 - this.#from) * DURATION_MS);
    this.#show();
  }

  stop() {
    this.#animation.stop();
    this.#show();
  }

  /**
   * @param {Convergence[]} convergences One a loss.
   * @param {string} key Changes when a curve does.
   * @param {Scaling} scaling
   */
  draw(convergences, key, scaling) {
    const width = this.#svg.clientWidth;
    if (!width) return;
    const left = INSET.left;
    const right = width - INSET.right;
    const top = INSET.top;
    const bottom = this.#svg.clientHeight - INSET.bottom;
    /** @type {(share: number) => number} */
    const x = (share) => left + share * (right - left);
    /** @type {(error: number) => number} */
    const y = (error) => bottom - error * (bottom - top);
    if (this.#drawn !== `${key} ${width}`) {
      this.#drawn = `${key} ${width}`;
      this.#drawFrame({ left, right, top, bottom });
      this.#parts.write(".x-title", TIME_TITLES[scaling]);
      const shares = Array.from({ length: SAMPLES + 1 }, (_, i) => i / SAMPLES);
      this.#parts.get(".curves").innerHTML = convergences
        .map(({ loss, errorAt }) => {
          const points = shares.map(
            (share) => `${x(share).toFixed(1)},${y(errorAt(timeAt(share))).toFixed(1)}`,
          );
          return `<path style="${lossStyle(loss)}" d="M${points.join("L")}"/>`;
        })
        .join("");
    }
    const now = x(this.#share).toFixed(1);
    this.#parts.set(".now", { d: `M${now} ${top}V${bottom}` });
    const late = this.#share > 0.75;
    this.#parts.set(".now-name", {
      x: Number(now) + (late ? -6 : 6),
      y: top + 9,
      "text-anchor": late ? "end" : "start",
    });
    this.#parts.write(".now-name", `τ = ${plainText(this.time)}`);
    this.#parts.get(".dots").innerHTML = convergences
      .map(({ loss, errorAt }) => {
        const height = y(errorAt(this.time)).toFixed(1);
        return `<circle r="5" cx="${now}" cy="${height}" style="${lossStyle(loss)}"/>`;
      })
      .join("");
    this.#show();
  }

  /** @param {{ left: number, right: number, top: number, bottom: number }} box */
  #drawFrame({ left, right, top, bottom }) {
    const parts = this.#parts;
    /** @type {(error: number) => number} */
    const y = (error) => bottom - error * (bottom - top);
    parts.set(".axis", { d: `M${left} ${top}V${bottom}H${right}` });
    parts.set(".near", { d: `M${left} ${y(ARRIVED)}H${right}` });
    parts.set(".near-name", { x: left + 5, y: y(ARRIVED) - 5 });
    const errors = [0, 0.5, 1].map(
      (value) => `<text x="${left - 7}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
    );
    const times = WRITTEN_TIMES.map((time, i) => {
      const x = left + (i / (WRITTEN_TIMES.length - 1)) * (right - left);
      return `<text x="${x}" y="${bottom + 17}" text-anchor="middle">${plainText(time)}</text>`;
    });
    parts.get(".numbers").innerHTML = [...errors, ...times].join("");
    parts.set(".x-title", { x: (left + right) / 2, y: bottom + INSET.bottom - 6 });
    parts.set(".y-title", { transform: `translate(12 ${(top + bottom) / 2}) rotate(-90)` });
  }
}
