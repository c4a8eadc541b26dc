// The losses of a drawing on the geometry page, which follow the page's sliders.

import { readLoss } from "./loss_evaluation.js";
import { SliderValues } from "./slider_values.js";

/** @typedef {import("./loss_evaluation.js").Loss} Loss */
/** @typedef {import("./loss_evaluation.js").LossData} LossData */

/**
 * What each drawing of the geometry page is sent; its own data extend this.
 * @typedef {object} GeometryData
 * @property {LossData[]} losses
 * @property {number} moves How often anything but the reader has moved what can be dragged.
 * @property {number} refusals How many values of sliders Python has refused.
 */

/** @typedef {(name: string, to: number[]) => void} ReportMove */

export class MovingLosses {
  /** @type {Loss[]} */
  all = [];
  #sliders;

  /**
   * @param {() => void} redraw
   * @param {(classes: number) => void} [classesMoved] Called when the slider of K moves.
   */
  constructor(redraw, classesMoved) {
    this.#sliders = new SliderValues({
      accepts: (id, name) =>
        (name === "K" && Boolean(classesMoved)) || name in (this.#find(id)?.values ?? {}),
      changed: ({ id, name, value }) => {
        const loss = this.#find(id);
        if (loss) loss.values[name] = value;
        else classesMoved?.(value);
        redraw();
      },
    });
  }

  /** @param {string} id */
  #find(id) {
    return this.all.find((loss) => loss.id === id);
  }

  open() {
    this.#sliders.open();
  }

  close() {
    this.#sliders.close();
  }

  /** @param {GeometryData} data */
  receive({ losses, refusals }) {
    this.all = losses.map(readLoss);
    for (const { id, values } of this.all)
      for (const [name, sent] of Object.entries(values))
        values[name] = this.#sliders.receive(id, name, sent, refusals);
  }

  /** @type {(sent: number, refusals: number) => number} The number of classes that counts. */
  receiveClasses(sent, refusals) {
    return this.#sliders.receive("", "K", sent, refusals);
  }
}
