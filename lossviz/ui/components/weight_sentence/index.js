// The weight of an example that is badly wrong beside one that is nearly right, computed from the
// loss's own formula while its slider moves. tests/support/weight_sentences.py holds it to the same in
// Python.

import { readCurve, VIEWS } from "../shared/curves.js";
import { numberText } from "../shared/number_text.js";
import { SliderValues } from "../shared/slider_values.js";
import { find, setText } from "../shared/svg.js";

/** @typedef {import("../shared/curves.js").Curve} Curve */
/** @typedef {import("../shared/curves.js").CurveData} CurveData */

/**
 * What component.py sends.
 * @typedef {object} SentenceData
 * @property {[CurveData]} curves The one.
 * @property {number} classes
 * @property {number} hard The p of the example that is badly wrong.
 * @property {number} easy The p of the one that is nearly right.
 * @property {number} near_1 Ratios nearer to 1 than this get two decimals.
 * @property {string} subject
 * @property {[number, string][]} treatments What is said up to a ratio.
 * @property {number} refusals How many values of sliders Python has refused.
 */

/** @type {WeakMap<Element, WeightSentence>} */
const instances = new WeakMap();

/** @type {(text: string) => string} An equation stays on one line. */
const unbroken = (text) => text.replaceAll(" = ", "\u00a0=\u00a0");

/** @type {(ratio: number) => string} */
const twoDigits = (ratio) => numberText(Number(ratio.toPrecision(2)));

/** @type {(ratio: number, near1: number) => [string, string]} How many times the weight, and how that goes on. */
const factorOf = (ratio, near1) => {
  if (ratio.toFixed(2) === "1.00") return ["the same", "weight as"];
  if (ratio > 1 / near1 && ratio < near1)
    return [`${Number(ratio.toFixed(2))} times`, "the weight of"];
  return ratio > 1
    ? [`${twoDigits(ratio)} times`, "the weight of"]
    : [`1/${twoDigits(1 / ratio)}`, "of the weight of"];
};

class WeightSentence {
  /** @type {SentenceData | null} */
  #data = null;
  /** @type {Curve | null} */
  #curve = null;
  #root;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.sliders = new SliderValues({
      accepts: (id, name) => id === this.#curve?.id && name in this.#curve.values,
      changed: ({ name, value }) => {
        if (this.#curve) this.#curve.values[name] = value;
        this.show();
      },
    });
  }

  /** @param {SentenceData} data */
  receive(data) {
    this.#data = data;
    const [sentCurve] = data.curves;
    this.#curve = readCurve(sentCurve, data.classes);
    for (const [name, sent] of Object.entries(sentCurve.values))
      this.#curve.values[name] = this.sliders.receive(sentCurve.id, name, sent, data.refusals);
    setText(find(this.#root, ".subject"), unbroken(data.subject));
    this.show();
  }

  show() {
    if (!this.#data || !this.#curve) return;
    const { hard, easy, near_1, treatments } = this.#data;
    const [atHard, atEasy] = [hard, easy].map((p) =>
      VIEWS.weight(/** @type {Curve} */ (this.#curve), Math.log(p)),
    );
    const ratio = atHard / atEasy;
    const [factor, rest] = factorOf(ratio, near_1);
    const [, treatment] = treatments.find(([upto]) => ratio <= upto) ?? ["", ""];
    setText(find(this.#root, ".factor"), factor);
    const end = `${rest} one that it gets nearly right (p = ${easy}).`;
    setText(find(this.#root, ".rest"), unbroken(end));
    setText(find(this.#root, ".treatment"), treatment);
  }
}

/** @param {{ parentElement: HTMLElement, data: SentenceData }} component */
export default function ({ parentElement: root, data }) {
  const sentence = instances.get(root) ?? new WeightSentence(root);
  instances.set(root, sentence);
  sentence.sliders.open();
  sentence.receive(data);
  // Streamlit also calls this while the sentence stays, and starts again with the same root
  return () => sentence.sliders.close();
}
