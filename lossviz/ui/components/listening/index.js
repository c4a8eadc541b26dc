// Which images each loss learned from: a slider through the training, and a drawing for each loss.

import { Animation } from "../shared/motion.js";
import { find, oncePerFrame, setText } from "../shared/svg.js";
import { LossDrawing } from "./loss_drawing.js";

/**
 * What charts/listening.py makes, which says what each part means.
 * @typedef {{ images: number[], gradient: number[], seeds: number, sentence: string }} LossMoment
 * @typedef {{ at: number, sentence: string, losses: Record<string, LossMoment> }} Moment
 * @typedef {object} LossCurve
 * @property {string} loss
 * @property {string} label
 * @property {string} color
 * @property {(number | null)[]} heights
 * @property {number} low
 * @property {number} high
 *
 * @typedef {object} Picture
 * @property {number} end
 * @property {number[]} edges
 * @property {string[]} names
 * @property {[number, string][]} ticks
 * @property {number | null} guessing
 * @property {number} hard
 * @property {string} hard_name
 * @property {number} epochs
 * @property {number} seeds
 * @property {LossCurve[]} curves
 * @property {Moment[]} moments
 */

const STEP_MS = 350; // from one moment to the next while it plays

/** @type {WeakMap<Element, Listening>} */
const instances = new WeakMap();

/** @type {(epochs: number) => string} */
const epochsText = (epochs) => `${epochs} ${epochs === 1 ? "epoch" : "epochs"}`;

/** @type {(values: number[]) => number} */
const sum = (values) => values.reduce((total, value) => total + value, 0);

class Listening {
  /** @type {Picture | null} */
  #picture = null;
  #sent = "";
  #follows = true; // the last moment, until the reader chooses one
  /** @type {Map<string, LossDrawing>} */
  #drawings = new Map();

  /** @param {HTMLElement} root */
  constructor(root) {
    this.slider = /** @type {HTMLInputElement} */ (find(root, "input"));
    this.when = find(root, ".when");
    this.summary = find(root, ".summary");
    this.box = find(root, ".multiples");
    this.button = find(root, ".play");
    this.redraw = oncePerFrame(() => this.draw());
    this.play = new Animation((share) => this.showShare(share));
    this.slider.addEventListener("input", () => {
      this.stop();
      this.#follows = this.slider.value === this.slider.max;
      this.redraw();
    });
    this.button.addEventListener("click", () => {
      if (this.play.runs) this.stop();
      else this.start();
    });
    new ResizeObserver(() => this.redraw()).observe(this.box);
  }

  /** @param {{ picture: string, keys: string, dashes: string }} data */
  receive({ picture, keys, dashes }) {
    if (picture === this.#sent) return;
    this.#sent = picture;
    /** @type {Picture} */
    const received = JSON.parse(picture);
    this.#picture = received;
    const [keyOf, dashOf] = [JSON.parse(keys), JSON.parse(dashes)];
    const last = Math.max(0, received.moments.length - 1);
    this.slider.max = String(last);
    if (this.#follows) this.slider.value = String(last);
    this.slider.disabled = this.button.disabled = last === 0;
    this.box.replaceChildren();
    const drawings = received.curves.map((curve) => {
      const drawing = this.#drawings.get(curve.loss) ?? new LossDrawing();
      drawing.receive(received, curve, keyOf[curve.loss], dashOf[curve.loss]);
      this.box.append(drawing.figure);
      return /** @type {const} */ ([curve.loss, drawing]);
    });
    this.#drawings = new Map(drawings);
    this.redraw();
  }

  start() {
    const last = Number(this.slider.max);
    this.#follows = false;
    this.button.textContent = "❚❚";
    this.button.setAttribute("aria-label", "Pause");
    this.play.start(last * STEP_MS);
  }

  stop() {
    this.play.stop();
    this.button.textContent = "▶";
    this.button.setAttribute("aria-label", "Play the training");
  }

  /** @param {number} share Of the way through the training. */
  showShare(share) {
    const last = Number(this.slider.max);
    this.slider.value = String(Math.round(share * last));
    if (share >= 1) {
      this.stop();
      this.#follows = true;
    }
    this.redraw();
  }

  draw() {
    const picture = this.#picture;
    const moment = picture?.moments[Number(this.slider.value)];
    if (!picture || !moment) return;
    const when = `after ${moment.at} of ${epochsText(picture.epochs)}`;
    const filled = Number(this.slider.value) / Math.max(1, Number(this.slider.max));
    this.slider.style.setProperty("--filled", `${100 * filled}%`);
    this.slider.setAttribute("aria-valuetext", when);
    setText(this.when, when);
    setText(this.summary, moment.sentence);
    const shown = Object.values(moment.losses);
    // the same scale for all losses, so that they compare
    const greatest = Math.max(
      ...shown.flatMap(({ images, gradient }) => [
        ...images.map((count) => count / Math.max(1, sum(images))),
        ...gradient,
      ]),
      0.01,
    );
    for (const [loss, drawing] of this.#drawings) drawing.draw(moment.losses[loss], greatest);
    this.box.dataset.drawn = String(moment.at);
  }
}

/** @param {any} component As Streamlit calls it, again for each change of the data. */
export default function ({ parentElement: root, data }) {
  const listening = instances.get(root) ?? new Listening(root);
  instances.set(root, listening);
  listening.receive(data);
}
