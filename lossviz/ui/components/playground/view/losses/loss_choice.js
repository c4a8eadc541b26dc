// The head of a network's card: with which loss it trains. Whatever is changed here is at work at the
// next step.

import { find, setText } from "../../../shared/svg.js";
import { FormulaInput } from "./formula_input.js";
import { LossSliders, refusalText } from "./loss_sliders.js";

/** @typedef {import("../../model.js").Model} Model */
/** @typedef {import("../../state/offer.js").OfferedLoss} OfferedLoss */

const TYPED = "your formula…"; // no loss has such an id
const MARKUP = `<div class="loss-head">
  <span class="swatch" aria-hidden="true"></span>
  <h2 class="name"></h2>
  <select></select>
  <button type="button" class="remove">✕</button>
</div>
<div class="formula" hidden></div>
<p class="refusal" role="alert"></p>`;

/** @type {(loss: OfferedLoss) => HTMLOptionElement} */
const optionOf = ({ id, name }) => new Option(name, id);

/** @type {(name: string, losses: OfferedLoss[]) => HTMLOptGroupElement} */
const groupOf = (name, losses) => {
  const group = document.createElement("optgroup");
  group.label = name;
  group.append(...losses.map(optionOf));
  return group;
};

export class LossChoice {
  /** @type {unknown[]} What is drawn. */
  #drawn = [];
  #node;
  #sliderBox;
  #model;
  #slot;
  /** @type {FormulaInput} */
  #formula;
  /** @type {LossSliders} */
  #sliders;

  /**
   * @param {{ head: HTMLElement, sliders: HTMLElement }} places Above the map, and beneath its numbers.
   * @param {Model} model
   * @param {number} slot
   */
  constructor({ head: node, sliders }, model, slot) {
    this.#node = node;
    this.#sliderBox = sliders;
    this.#model = model;
    this.#slot = slot;
    node.classList.add("loss-choice");
    node.innerHTML = MARKUP;
    const set = (/** @type {OfferedLoss} */ loss) => this.#set(loss);
    this.#formula = new FormulaInput(find(node, ".formula"), model, slot, set);
    this.#sliders = new LossSliders(sliders, document, set);
    this.#select.setAttribute("aria-label", `Loss of network ${slot + 1}`);
    this.#select.addEventListener("change", () => this.#choose(this.#select.value));
    find(node, ".remove").addEventListener("click", () => this.#remove());
  }

  /** The card is gone. */
  close() {
    this.#formula.close();
    this.#sliders.close();
  }

  /** @param {Model} model */
  draw({ losses, offer, hidden }) {
    const loss = losses[this.#slot];
    const now = [loss, offer.families, offer.own, losses.length];
    if (now.every((value, i) => value === this.#drawn[i])) return;
    this.#drawn = now;
    const canChoose = !hidden.has("losses");
    find(this.#node, ".swatch").innerHTML = loss.swatch;
    setText(find(this.#node, ".name"), loss.name);
    find(this.#node, ".name").classList.toggle("visually-hidden", canChoose);
    this.#select.hidden = !canChoose;
    this.#select.title = loss.name;
    const remove = find(this.#node, ".remove");
    remove.hidden = !canChoose || losses.length === 1;
    remove.setAttribute("aria-label", `Remove network ${this.#slot + 1}, ${loss.name}`);
    for (const node of [this.#node, this.#sliderBox]) node.style.setProperty("--loss", loss.color);
    this.#drawOptions(loss);
    if (hidden.has("formula")) find(this.#node, ".formula").hidden = true;
    else this.#formula.draw();
    if (!hidden.has("sliders")) this.#sliders.draw(loss);
  }

  get #select() {
    return /** @type {HTMLSelectElement} */ (find(this.#node, "select"));
  }

  /** @param {OfferedLoss} loss */
  #drawOptions(loss) {
    const { families, own } = this.#model.offer;
    const ownAndThis = loss.key || own.some(({ id }) => id === loss.id) ? own : [...own, loss];
    const options = families.map(({ name, losses }) => groupOf(name, losses));
    if (ownAndThis.length) options.push(groupOf("Your own", ownAndThis));
    const typed = this.#model.hidden.has("formula") ? [] : [new Option("Your formula…", TYPED)];
    this.#select.replaceChildren(...options, ...typed);
    this.#select.value = this.#formula.isOpen && loss.key ? TYPED : loss.id;
  }

  /** @param {string} id Of a loss, or TYPED. */
  #choose(id) {
    if (id === TYPED) {
      this.#say("");
      this.#formula.open();
      return;
    }
    const { offer } = this.#model;
    const loss = offer.find(id);
    if (!loss) return;
    this.#formula.leave();
    this.#say(this.#set(loss));
    this.#drawn = []; // the menu goes back where the loss was not taken over
    this.draw(this.#model);
  }

  /** @type {(loss: OfferedLoss) => string} Takes a loss over, or says why it cannot. */
  #set(loss) {
    const { losses, offer } = this.#model;
    const other = losses.findIndex(({ id }, slot) => id === loss.id && slot !== this.#slot);
    if (other >= 0) {
      return `Network ${other + 1} has this loss already; two of the same would train alike.`;
    }
    const refusal = refusalText(loss, offer.hole(loss));
    this.#say(refusal);
    if (refusal) return refusal;
    const next = losses.map((old, slot) => (slot === this.#slot ? loss : old));
    this.#model.setLosses(loss.id === losses[this.#slot].id ? next : offer.styled(next));
    return "";
  }

  #remove() {
    const { losses, offer } = this.#model;
    this.#model.setLosses(offer.styled(losses.filter((_, slot) => slot !== this.#slot)));
  }

  /** @param {string} refusal */
  #say(refusal) {
    setText(find(this.#node, ".refusal"), refusal);
  }
}

/** @type {(places: { head: HTMLElement, sliders: HTMLElement }, model: Model, slot: number) => LossChoice} */
export const mountLossChoice = (places, model, slot) => new LossChoice(places, model, slot);
