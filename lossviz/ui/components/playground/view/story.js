// The story: steps that set the playground, each with something to do and to watch.

import { setText } from "../../shared/svg.js";
import { readState, writeState } from "../state/codec.js";

/** @typedef {import("../model.js").Model} Model */
/** @typedef {import("../state/offer.js").OfferedLoss} OfferedLoss */

/**
 * A step as lossviz/ui/playground/story.py sends it.
 * @typedef {object} StoryStep
 * @property {string} title
 * @property {string} text What it is about.
 * @property {string} task What the reader is to do, and to watch.
 * @property {string} play The state that it sets, as an address writes it.
 * @property {OfferedLoss[]} losses
 */

/** @type {(name: string, className?: string) => HTMLElement} */
const make = (name, className = "") => {
  const node = document.createElement(name);
  node.className = className;
  return node;
};

export class Story {
  /** @type {StoryStep[]} */
  #steps = [];
  #text = ""; // as it was received
  #isSettled = false;
  #model;
  #open;
  #step = make("section", "step");
  #title = make("h2");
  #about = make("p");
  #task = make("p", "task");
  #back;
  #next;
  #again;

  /**
   * @param {HTMLElement} root
   * @param {Model} model
   */
  constructor(root, model) {
    this.#model = model;
    this.#open = this.#button("", () => this.#goTo(1));
    this.#back = this.#button("Back", () => this.#goTo(model.state.story - 1));
    this.#next = this.#button("Next", () => this.#goTo(model.state.story + 1));
    this.#next.classList.add("primary");
    this.#again = this.#button("Set again", () => this.#goTo(model.state.story));
    const close = this.#button("Close", () => this.#close());
    const ways = make("div", "ways");
    ways.append(this.#back, this.#next, this.#again, close);
    const said = make("div", "said");
    said.append(this.#about, this.#task);
    this.#title.tabIndex = -1; // the focus goes there, so that a new step is read out
    this.#title.id = "playground-story-title";
    this.#step.setAttribute("aria-labelledby", this.#title.id);
    this.#step.append(this.#title, said, ways);
    this.#step.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.#close();
    });
    root.replaceChildren(this.#open, this.#step);
  }

  /** @param {string} text What story_json of story.py says. */
  receive(text) {
    if (text !== this.#text) this.#steps = JSON.parse(text);
    this.#text = text;
  }

  /** @param {Model} model */
  draw({ state: { story } }) {
    const step = this.#steps[story - 1];
    setText(this.#open, `A story in ${this.#steps.length} steps`);
    this.#open.hidden = step !== undefined;
    this.#step.hidden = step === undefined;
    if (!step) return;
    setText(this.#title, `${story} of ${this.#steps.length} · ${step.title}`);
    setText(this.#about, step.text);
    setText(this.#task, step.task);
    this.#back.hidden = story === 1;
    this.#next.hidden = story === this.#steps.length;
  }

  /** Sets the step of an address that names it and no setting; once, when the address is read. */
  settle() {
    const { state } = this.#model;
    const isUnset = writeState({ ...state, story: 0 }) === "";
    if (!this.#isSettled && isUnset && state.story > 0) this.#set(state.story);
    this.#isSettled = true;
  }

  /** @param {number} number Of the step whose settings and losses the playground gets. */
  #set(number) {
    const { play, losses } = this.#steps[number - 1];
    const { offer } = this.#model;
    for (const loss of losses) offer.keep(loss);
    this.#model.open({ ...readState(play).state, story: number }, offer.styled(losses));
  }

  /** @param {number} number */
  #goTo(number) {
    this.#set(number);
    this.draw(this.#model); // what is hidden takes no focus
    this.#title.focus();
  }

  #close() {
    this.#model.set({ story: 0 });
    this.draw(this.#model);
    this.#open.focus();
  }

  /** @type {(label: string, press: () => void) => HTMLButtonElement} */
  #button(label, press) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", press);
    return button;
  }
}
