// The cards of all losses, what a hand does on their maps, and the legend.

import { setText } from "../../../shared/svg.js";
import { sharesOf } from "../../engine/shares.js";
import { mountLossChoice } from "../losses/loss_choice.js";
import { Hand } from "../points/hand.js";
import { HELP, listenToKeys } from "../points/map_keys.js";
import { MapPointer } from "../points/map_pointer.js";
import { numbersOf, pointText } from "../points/point_text.js";
import { PointTools } from "../points/point_tools.js";
import { Card } from "./card.js";
import { CardTurns } from "./card_turns.js";
import { Legend } from "./legend.js";
import { Paint } from "./paint.js";
import { SlowMotion, slowStepText } from "./slow_motion.js";

/** @typedef {import("../../model.js").Model} Model */

const HELP_ID = "lossviz-playground-map-help";
/** What the caption says while no point is shown, by tool. */
const HINTS = {
  move:
    "Point at a training point, or tap it, to read its numbers under each loss. Drag it to move it;" +
    " with a finger, tap it first.",
  draw: "Click a map, or drag over it, to draw points of the chosen class.",
  erase: "Click training points, or drag over them, to erase them.",
};

/** @type {(tag: string, name: string, text?: string) => HTMLElement} */
const element = (tag, name, text = "") =>
  Object.assign(document.createElement(tag), { className: name, textContent: text });

export class Networks {
  /** @type {Card[]} */
  #cards = [];
  /** @type {import("../losses/loss_choice.js").LossChoice[]} */
  #choices = [];
  #model;
  #paint = new Paint();
  #hand;
  #tools;
  #legend = new Legend();
  #box = element("div", "cards");
  #caption = element("p", "map-caption", HINTS.move);
  #spoken = element("p", "visually-hidden");
  /** Whether a map has the focus from the keyboard. */
  #underKeys = false;
  #size = 0;
  #sizes = new ResizeObserver(([{ contentRect }]) => {
    this.#size = contentRect.width;
    this.#redraw();
  });
  #slow = new SlowMotion(() => this.#redraw());
  #turns = new CardTurns();
  #waits = false;
  /** @type {CSSNumberish | null} The time of the frame that was drawn last. */
  #drawnAt = null;

  /**
   * @param {HTMLElement} root
   * @param {Model} model
   */
  constructor(root, model) {
    this.#model = model;
    this.#hand = new Hand(() => this.#redraw());
    this.#tools = new PointTools(this.#hand, model);
    this.#spoken.setAttribute("role", "status");
    const help = element("p", "visually-hidden", HELP);
    help.id = HELP_ID;
    const bar = element("div", "map-bar");
    bar.append(this.#tools.node, this.#legend.node);
    root.replaceChildren(this.#box, this.#caption, bar, help, this.#spoken);
  }

  close() {
    for (const choice of this.#choices) choice.close();
  }

  /** @param {Model} model */
  draw(model) {
    this.#keepCards(model);
    this.#turns.askAll(this.#cards.length);
    this.#drawSome(model);
  }

  /** The same at the next frame, unless something else draws before. */
  #redraw() {
    this.#turns.askAll(this.#cards.length);
    this.#drawOn();
  }

  #drawOn() {
    if (this.#waits) return;
    this.#waits = true;
    requestAnimationFrame(() => {
      this.#waits = false;
      if (this.#turns.isOpen) this.#drawSome(this.#model);
    });
  }

  /** While training draws one card a frame: all of them would make it late. @param {Model} model */
  #drawSome(model) {
    if (this.#drawnAt === document.timeline.currentTime) return this.#drawOn();
    this.#drawnAt = document.timeline.currentTime;
    this.#paint.prepare(model.theme, devicePixelRatio);
    if (this.#slow.follow(model.slowStep)) this.#hand.choose(null);
    const size = this.#size;
    const tools = { paint: this.#paint, hand: this.#hand, slow: this.#slow, size };
    for (const choice of this.#choices) choice.draw(model);
    const slots = this.#turns.take(model.playing ? 1 : this.#cards.length);
    const held = this.#cards.findIndex(({ isHeld }) => isHeld);
    if (held >= 0 && !slots.includes(held)) slots.push(held);
    for (const slot of slots) this.#cards[slot].draw(model, slot, tools);
    this.#tools.draw(model);
    this.#legend.draw(model.problem, size);
    this.#writeCaption(model);
    if (this.#turns.isOpen) this.#drawOn();
  }

  /** @param {Model} model */
  #keepCards({ losses, problem }) {
    if (this.#cards.length !== losses.length) {
      for (const choice of this.#choices) choice.close();
      this.#cards = losses.map(() => this.#newCard());
      this.#choices = this.#cards.map((card, slot) => mountLossChoice(card, this.#model, slot));
      this.#box.replaceChildren(...this.#cards.map(({ node }) => node));
      this.#sizes.disconnect();
      if (this.#cards.length) this.#sizes.observe(this.#cards[0].map);
    }
    const count = problem.train.labels.length;
    this.#cards.forEach(({ map }, slot) => {
      const name = `Map of ${losses[slot].name}, ${count} training points`;
      if (map.ariaLabel !== name) map.ariaLabel = name;
    });
  }

  #newCard() {
    const card = new Card();
    const { map } = card;
    map.tabIndex = 0;
    map.setAttribute("role", "application");
    map.setAttribute("aria-describedby", HELP_ID);
    for (const kind of ["focus", "blur"])
      map.addEventListener(kind, () => {
        this.#underKeys = map.matches(":focus-visible");
        this.#redraw();
      });
    new MapPointer(map, this.#model, this.#hand);
    listenToKeys(map, this.#model, this.#hand);
    return card;
  }

  /** @param {Model} model */
  #writeCaption({ problem, frame, losses, slowStep }) {
    const shown = this.#hand.shown(problem);
    const hint = this.#underKeys ? HELP : HINTS[this.#hand.tool];
    const idle = slowStep ? slowStepText(slowStep) : hint;
    setText(this.#caption, shown ? `${pointText(problem, shown)}.` : idle);
    const chosen = this.#hand.chosen(problem);
    if (!chosen || frame?.playing) return setText(this.#spoken, slowStep ? idle : "");
    const numbers = (frame?.networks ?? []).map((network, slot) => {
      const { p, penalty, share } = numbersOf(network, sharesOf(network.train.pulls), chosen);
      return `${losses[slot].name}: p ${p}, penalty ${penalty}, share of the gradient ${share}`;
    });
    setText(this.#spoken, [pointText(problem, chosen), ...numbers].join(". "));
  }
}
