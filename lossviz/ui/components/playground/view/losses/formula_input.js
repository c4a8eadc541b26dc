// The field for a formula, in the card of the network that trains with it. What is typed is read at
// each pause; until it can be read the network goes on with the last loss.

import { setText } from "../../../shared/svg.js";

/** @typedef {import("../../model.js").Model} Model */
/** @typedef {import("../../state/formula_reader.js").Answer} Answer */
/** @typedef {import("../../state/offer.js").OfferedLoss} OfferedLoss */

const PAUSE_MS = 20;

/** @type {(loss: OfferedLoss) => string} As it is typed; its values are on the sliders. */
const typedText = ({ name, text, key }) => (key || name === text ? text : `${name} = ${text}`);

/**
 * A loss just read, with the values to which a hand has moved those of its parameters that the loss
 * before it had too.
 * @type {(loss: OfferedLoss, before: OfferedLoss) => OfferedLoss}
 */
export const withMovedValues = (loss, before) => {
  const values = { ...loss.values };
  for (const { name, start } of before.sliders)
    if (values[name] === start) values[name] = before.values[name];
  return { ...loss, values };
};

export class FormulaInput {
  #field = document.createElement("input");
  #message = document.createElement("p");
  #place = document.createElement("pre");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;
  /** What the field says without a hand: the text of this loss. */
  #shown = "";
  #isOpen = false;
  #node;
  #model;
  #slot;
  #set;

  /**
   * @param {HTMLElement} node
   * @param {Model} model
   * @param {number} slot
   * @param {(loss: OfferedLoss) => string} set Takes a loss over, or says why it cannot.
   */
  constructor(node, model, slot, set) {
    this.#node = node;
    this.#model = model;
    this.#slot = slot;
    this.#set = set;
    this.#build();
  }

  close() {
    clearTimeout(this.#pause);
    this.#model.formulas.forget(this);
  }

  /** For a loss of the visitor's own, which begins as the loss that is at work. */
  open() {
    this.#isOpen = true;
    this.#field.value = typedText(this.#loss);
    this.#field.select();
    this.#node.hidden = false;
    this.#field.focus();
  }

  /** Another loss was chosen. */
  leave() {
    this.#isOpen = false;
    this.#shown = "";
    this.close();
    this.#say("");
  }

  get isOpen() {
    return this.#isOpen || !this.#loss.key;
  }

  /** The field follows the loss, unless somebody types in it. */
  draw() {
    this.#node.hidden = !this.isOpen;
    if (this.#loss.key || this.#loss.id === this.#shown) return;
    this.#shown = this.#loss.id;
    if (document.activeElement !== this.#field) this.#field.value = typedText(this.#loss);
  }

  /** @param {Answer} answer */
  answered({ loss, reason = "", place = "" }) {
    if (!loss) return this.#say(reason, place);
    this.#say(this.#set(withMovedValues(loss, this.#loss)));
  }

  waits() {
    this.#say("The server cannot be reached. The formula is read as soon as it is back.");
  }

  get #loss() {
    return this.#model.losses[this.#slot];
  }

  #build() {
    const id = `playground-formula-${this.#slot}`;
    this.#message.id = id;
    this.#message.setAttribute("role", "status");
    this.#field.type = "text";
    this.#field.autocomplete = "off";
    this.#field.spellcheck = false;
    this.#field.placeholder = "such as (1-p)**2 or p**-k";
    this.#field.setAttribute("aria-label", `Formula of network ${this.#slot + 1}`);
    this.#field.setAttribute("aria-describedby", id);
    this.#field.addEventListener("input", (event) => {
      if (!(/** @type {InputEvent} */ (event).isComposing)) this.#read(PAUSE_MS);
    });
    this.#field.addEventListener("compositionend", () => this.#read(PAUSE_MS));
    this.#field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) this.#read(0);
    });
    // what stood there on the way to another formula is not kept
    this.#field.addEventListener("change", () => this.#model.offer.keep(this.#loss));
    this.#node.replaceChildren(this.#field, this.#place, this.#message);
  }

  /** @param {number} pause_ms */
  #read(pause_ms) {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      const text = this.#field.value.trim();
      if (text) this.#model.formulas.read(text, this);
      else {
        this.#model.formulas.forget(this);
        this.#say("Type a formula of p, the probability of the right class.");
      }
    }, pause_ms);
  }

  /** @type {(reason: string, place?: string) => void} */
  #say(reason, place = "") {
    const goesOn = ` Until then the network trains with ${this.#loss.name}.`;
    setText(this.#place, place);
    setText(this.#message, reason && sentence(reason) + goesOn);
    this.#field.toggleAttribute("aria-invalid", Boolean(reason));
  }
}

/** @type {(reason: string) => string} */
const sentence = (reason) =>
  reason[0].toUpperCase() + reason.slice(1) + (/[.!?]$/.test(reason) ? "" : ".");
