// The losses that a network can have: the catalogue's, and the visitor's own.

import { lossAt, readLoss } from "../../shared/loss_evaluation.js";

/** @typedef {import("../../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("../../parameter_slider/slider.js").SliderData} SliderData */

/**
 * A loss as `offered` of lossviz/ui/playground/offer.py sends it; colour, dash and swatch follow from
 * the losses beside it.
 * @typedef {object} OfferedParts
 * @property {string} key Of the catalogue; empty for a typed loss.
 * @property {string} text The formula.
 * @property {number} style Its own, a place in the offer's styles.
 * @property {SliderData[]} sliders One for each parameter; the values themselves are in `values`.
 *
 * @typedef {LossData & OfferedParts} OfferedLoss
 *
 * @typedef {{ color: string, textColor: string, dash: string, swatch: string }} Style
 * @typedef {{ name: string, losses: OfferedLoss[] }} Family
 */

/** @type {(losses: OfferedLoss[], loss: OfferedLoss) => OfferedLoss[]} A later one replaces another. */
const withLoss = (losses, loss) => [...losses.filter(({ id }) => id !== loss.id), loss];

export class Offer {
  /** @type {Family[]} */
  families = [];
  /** @type {OfferedLoss[]} */
  own = [];
  /** @type {string[]} Specs of the losses that an address need not name. */
  start = [];
  /** How many losses an address can name. */
  most = 0;
  /** @type {Style[]} */
  #styles = [];
  /** @type {number[]} Where a loss must be finite. */
  #probes = [];
  #classes = 2;
  #text = "";

  /** @param {string} text What offer_json of offer.py says. */
  receive(text) {
    if (text === this.#text) return;
    this.#text = text;
    const { families, styles, probes, classes, start, most } = JSON.parse(text);
    Object.assign(this, { families, start, most });
    this.#styles = styles;
    this.#probes = probes;
    this.#classes = classes;
  }

  /** @param {OfferedLoss} loss A visitor's own, offered from now on. */
  keep(loss) {
    if (!loss.key) this.own = withLoss(this.own, loss);
  }

  /** All of them, family by family. */
  get all() {
    return [...this.families.flatMap(({ losses }) => losses), ...this.own];
  }

  /** @type {(id: string) => OfferedLoss | undefined} */
  find(id) {
    return this.all.find((loss) => loss.id === id);
  }

  /**
   * Losses that are drawn together, no two alike: of those that share a style the first keeps it,
   * as distinct_styles of lossviz/charts/loss_style.py has it.
   * @type {(losses: OfferedLoss[]) => OfferedLoss[]}
   */
  styled(losses) {
    const wanted = losses.map(({ style }) => style);
    const free = [...this.#styles.keys()].filter((style) => !wanted.includes(style));
    return losses.map((loss, slot) => {
      const isTaken = wanted.indexOf(loss.style) < slot;
      const style = isTaken ? (free.shift() ?? loss.style) : loss.style;
      return { ...loss, ...this.#styles[style] };
    });
  }

  /**
   * Where a loss has no finite value, which it needs everywhere between 0 and 1, as `Loss` of
   * lossviz/losses/loss.py has it; undefined where it is one.
   * @type {(loss: OfferedLoss) => number | undefined}
   */
  hole(loss) {
    const read = readLoss(loss);
    const others = this.#classes - 1;
    return this.#probes.find((p) => {
      const logs = [Math.log(p), ...new Array(others).fill(Math.log((1 - p) / others))];
      return !Number.isFinite(lossAt(read, logs, 0));
    });
  }
}
