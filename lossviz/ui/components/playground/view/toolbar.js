// The bar above the maps: play, pause and steps, where the run stands, its speed and its seed.

import { setText } from "../../shared/svg.js";
import { PROPERTIES, SPEEDS } from "../state/properties.js";
import { checkedField } from "./checked_field.js";
import { startSlowStep } from "./maps/slow_motion.js";

/** @typedef {import("../model.js").Model} Model */

/**
 * @typedef {object} Button
 * @property {string} name
 * @property {string} icon
 * @property {string} label
 * @property {string} title
 * @property {(model: Model) => void} press
 */

/** @type {Button[]} */
const BUTTONS = [
  {
    name: "play",
    icon: "▶",
    label: "Play",
    title: "Train, or pause (space bar)",
    press: (model) => (model.playing ? model.pause() : model.play()),
  },
  {
    name: "step",
    icon: "",
    label: "One step",
    title: "Change the weights once, by one batch",
    press: (model) => model.step(),
  },
  {
    name: "slow",
    icon: "",
    label: "Slow step",
    title: "The same with the gradient of each point of the batch as an arrow",
    press: (model) => startSlowStep(model),
  },
  {
    name: "epoch",
    icon: "",
    label: "One epoch",
    title: "Train until each training point was used once more",
    press: (model) => model.epoch(),
  },
  {
    name: "reset",
    icon: "",
    label: "Reset",
    title: "Begin again with the same points, initial weights and batches",
    press: (model) => model.reset(),
  },
];

const SEEDS = 1_000_000; // the largest seed is one less

const MARKUP = `
  <div class="buttons" role="toolbar" aria-label="Training"></div>
  <p class="place">step <b class="steps">0</b> epoch <b class="epochs">0</b></p>
  <div class="run-settings">
    <label>Speed <select class="speed"></select></label>
    <span class="seed"></span>
    <button type="button" class="new-seed" title="Other points, initial weights and batches">New
      seed</button>
  </div>`;

/** @type {(speed: number) => string} */
const speedText = (speed) => {
  if (speed === Infinity) return "as fast as it can";
  return speed === 1 ? "1 step a second" : `${speed} steps a second`;
};

/** @type {(count: number) => string} */
const countText = (count) => count.toLocaleString("en");

/** @type {Record<string, (place: number, count: number) => number>} Where a key leads. */
const MOVES = {
  ArrowRight: (place, count) => (place + 1) % count,
  ArrowLeft: (place, count) => (place - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** @type {(event: KeyboardEvent) => boolean} Whether a key means what has the focus, not the page. */
const belongsToFocus = ({ target, defaultPrevented }) =>
  defaultPrevented ||
  (target instanceof Element &&
    target.closest("input, select, textarea, button, summary, a, [contenteditable]") !== null);

export class Toolbar {
  #buttons;
  #play;
  #speed;
  #seed;
  #steps;
  #epochs;

  /**
   * @param {HTMLElement} root
   * @param {Model} model
   * @param {HTMLElement} box The playground: its space bar plays.
   */
  constructor(root, model, box) {
    root.innerHTML = MARKUP;
    const bar = /** @type {HTMLElement} */ (root.querySelector(".buttons"));
    this.#buttons = BUTTONS.map((button) => drawButton(button, model));
    bar.append(...this.#buttons);
    bar.addEventListener("keydown", (event) => this.#moveFocus(event));
    bar.addEventListener("focusin", ({ target }) => this.#setTabStop(target));
    this.#setTabStop(this.#buttons[0]);
    this.#play = this.#buttons[0];
    this.#steps = /** @type {HTMLElement} */ (root.querySelector(".steps"));
    this.#epochs = /** @type {HTMLElement} */ (root.querySelector(".epochs"));
    this.#speed = /** @type {HTMLSelectElement} */ (root.querySelector(".speed"));
    for (const speed of SPEEDS.keys())
      this.#speed.append(new Option(speedText(speed), String(speed)));
    this.#speed.addEventListener("change", () => model.set({ speed: Number(this.#speed.value) }));
    this.#seed = checkedField("Seed", PROPERTIES.seed, (seed) => model.set({ seed }));
    root.querySelector(".seed")?.append(this.#seed.node);
    root
      .querySelector(".new-seed")
      ?.addEventListener("click", () => model.set({ seed: (model.state.seed + 1) % SEEDS }));
    box.addEventListener("keydown", (event) => {
      if (event.key !== " " || belongsToFocus(event)) return;
      event.preventDefault();
      BUTTONS[0].press(model);
    });
  }

  /** @param {KeyboardEvent} event */
  #moveFocus(event) {
    const move = MOVES[event.key];
    const place = this.#buttons.indexOf(/** @type {any} */ (event.target));
    if (!move || place < 0) return;
    event.preventDefault();
    this.#buttons[move(place, this.#buttons.length)].focus();
  }

  /** @param {EventTarget | null} stop The one button that Tab leads to. */
  #setTabStop(stop) {
    for (const button of this.#buttons) button.tabIndex = button === stop ? 0 : -1;
  }

  /** @param {Model} model */
  draw({ playing, steps, frame, state }) {
    const [icon, label] = this.#play.children;
    setText(icon, playing ? "❚❚" : "▶");
    setText(label, playing ? "Pause" : "Play");
    setText(this.#steps, countText(steps));
    setText(this.#epochs, countText(frame?.epoch ?? 0));
    this.#speed.value = String(state.speed);
    this.#seed.show(state.seed);
  }
}

/** @type {(button: Button, model: Model) => HTMLButtonElement} */
const drawButton = ({ name, icon, label, title, press }, model) => {
  const node = document.createElement("button");
  node.type = "button";
  node.className = name;
  node.title = title;
  node.innerHTML = `${icon && `<span class="icon" aria-hidden="true">${icon}</span>`}<span>${label}</span>`;
  node.addEventListener("click", () => press(model));
  return node;
};
