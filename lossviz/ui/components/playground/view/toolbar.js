// Play, pause, one step, one epoch, reset.

/** @typedef {import("../model.js").Model} Model */

import { setText } from "../../shared/svg.js";

const BUTTONS = /** @type {const} */ ([
  ["play", "Play", (/** @type {Model} */ model) => (model.playing ? model.pause() : model.play())],
  ["step", "One step", (/** @type {Model} */ model) => model.step()],
  ["epoch", "One epoch", (/** @type {Model} */ model) => model.epoch()],
  ["reset", "Reset", (/** @type {Model} */ model) => model.reset()],
]);

export class Toolbar {
  #play;
  #steps = document.createElement("output");

  /**
   * @param {HTMLElement} root
   * @param {Model} model
   */
  constructor(root, model) {
    const buttons = BUTTONS.map(([name, label, press]) => {
      const button = document.createElement("button");
      button.className = name;
      button.textContent = label;
      button.addEventListener("click", () => press(model));
      return button;
    });
    this.#play = buttons[0];
    root.replaceChildren(...buttons, this.#steps);
  }

  /** @param {Model} model */
  draw({ playing, frame }) {
    setText(this.#play, playing ? "Pause" : "Play");
    setText(this.#steps, `step ${frame?.steps ?? 0}, epoch ${frame?.epoch ?? 0}`);
  }
}
