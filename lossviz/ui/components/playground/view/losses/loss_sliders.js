// A slider for each parameter of a network's loss: the network trains with each value at once.

import { ParameterSlider } from "../../../parameter_slider/slider.js";
import { parameterChanges } from "../../../shared/channel.js";
import { fixed } from "../../../shared/number_text.js";
import { find } from "../../../shared/svg.js";

/** @typedef {import("../../../shared/channel.js").ParameterChange} ParameterChange */
/** @typedef {import("../../state/offer.js").OfferedLoss} OfferedLoss */

/** @type {(root: ParentNode) => DocumentFragment} A slider's markup, as the other pages have it. */
const sliderMarkup = (root) => find(root, "template.slider").content.cloneNode(true);

/** @type {(loss: OfferedLoss) => string} What the sliders are made of. */
const kindOf = ({ id, color, sliders }) => JSON.stringify([id, color, sliders]);

export class LossSliders {
  /** @type {Map<string, ParameterSlider>} By their parameters. */
  #sliders = new Map();
  /** @type {Map<string, number>} Where a parameter that moves came from. */
  #resting = new Map();
  /** @type {OfferedLoss | null} */
  #loss = null;
  #kind = "";
  #refusals = 0;
  #node;
  #template;
  #set;
  #follow = (/** @type {ParameterChange} */ change) => this.#change(change);

  /**
   * @param {HTMLElement} node
   * @param {ParentNode} template Where the markup of a slider is.
   * @param {(loss: OfferedLoss) => string} set Takes the loss over, or says why it cannot.
   */
  constructor(node, template, set) {
    this.#node = node;
    this.#template = template;
    this.#set = set;
    parameterChanges.add(this.#follow);
  }

  close() {
    parameterChanges.remove(this.#follow);
    for (const slider of this.#sliders.values()) slider.stop();
  }

  /** @param {OfferedLoss} loss */
  draw(loss) {
    const kind = kindOf(loss);
    if (kind !== this.#kind) this.#build(loss, kind);
    this.#loss = loss;
    for (const data of loss.sliders) {
      const value = this.#resting.get(data.name) ?? loss.values[data.name];
      const slider = /** @type {ParameterSlider} */ (this.#sliders.get(data.name));
      slider.receive({ ...data, value, color: loss.color, refusals: this.#refusals }, () => {});
    }
  }

  /** @type {(loss: OfferedLoss, kind: string) => void} */
  #build(loss, kind) {
    this.#kind = kind;
    for (const slider of this.#sliders.values()) slider.stop();
    this.#resting.clear();
    this.#sliders = new Map();
    this.#node.replaceChildren();
    for (const { name } of loss.sliders) {
      const box = document.createElement("div");
      box.append(sliderMarkup(this.#template));
      this.#node.append(box);
      this.#sliders.set(name, new ParameterSlider(box));
    }
  }

  /** @param {ParameterChange} change */
  #change({ id, name, value, phase }) {
    const loss = this.#loss;
    if (!loss || id !== loss.id) return;
    if (phase !== "moving") this.#resting.delete(name);
    else if (!this.#resting.has(name)) this.#resting.set(name, loss.values[name]);
    const reason = this.#set({ ...loss, values: { ...loss.values, [name]: value } });
    if (!reason || phase === "moving") return;
    this.#refusals += 1; // the slider goes back to the value that is at work
    this.draw(loss);
  }
}

/**
 * Why a loss cannot train with these values, as its formula has no value there; empty where it can.
 * @type {(loss: OfferedLoss, hole: number | undefined) => string}
 */
export const refusalText = ({ sliders, values }, hole) => {
  if (hole === undefined) return "";
  const settings = sliders.map(({ name, letter }) => `${letter} = ${values[name]}`).join(", ");
  return (
    `With ${settings} the formula has no finite value at p = ${fixed(hole, 2)}. A loss needs one` +
    " everywhere between 0 and 1, so the network goes on with the last values."
  );
};
