// The catalogue in a dialog: a card for each loss, by family, with its curve and a search.

import { find, setAttributes } from "../shared/svg.js";

/** @typedef {import("./index.js").LossPicker} LossPicker */

/**
 * A loss as a card shows it; see cards.py.
 * @typedef {object} Card
 * @property {string} id
 * @property {string} name
 * @property {string} formula MathML.
 * @property {string} text The formula as it is typed.
 * @property {string} meaning
 * @property {string} source
 * @property {string} words All that a search may find, in small letters.
 * @property {string} color
 * @property {string} dash
 * @property {string} curve The `d` of a path.
 */

/** @typedef {{ name: string, about: string, cards: Card[] }} Family */

const HTML = `
  <header>
    <div class="heading">
      <h2 id="lossviz-catalogue-title" tabindex="-1">The catalogue</h2>
      <button class="close" type="button" aria-label="Close">×</button>
    </div>
    <input class="search" type="search" aria-label="Search the catalogue"
      placeholder="Name, formula, author, or a word such as noise" autocomplete="off" spellcheck="false">
    <p class="about">Each curve shows the loss over p, the probability of the true class, from 0 to 1;
      each has its own scale.</p>
  </header>
  <div class="families" tabindex="-1"></div>
  <footer>
    <p class="count" role="status"></p>
    <button class="clear" type="button">Clear all</button>
    <button class="done" type="button">Done</button>
  </footer>`;

const FAMILY = `<section><h3></h3><p class="about"></p><ul></ul></section>`;
const CARD = `
  <li class="card">
    <svg class="curve" aria-hidden="true"><path class="axes"></path><path class="line"></path></svg>
    <h4><button type="button"></button></h4>
    <span class="mark" aria-hidden="true"></span>
    <p class="formula"></p>
    <p class="meaning"></p>
    <p class="source"></p>
  </li>`;

/** @param {string} html @returns {any} */
const elementOf = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
};

/** @type {(text: string) => string[]} */
const wordsOf = (text) => text.toLowerCase().replaceAll("–", "-").split(/\s+/).filter(Boolean);

/** @type {HTMLDialogElement | null} The one that is open, or that Escape has just closed. */
let opened = null;

/**
 * A popover that holds the chips would close at the same Escape: it listens at the document.
 * @param {KeyboardEvent} event
 */
const closeAtEscape = (event) => {
  if (event.key !== "Escape" || !opened) return;
  if (event.type === "keydown" && !opened.open) {
    opened = null;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.type === "keydown") opened.close();
  else opened = null;
};
addEventListener("keydown", closeAtEscape, true);
addEventListener("keyup", closeAtEscape, true);

export class Catalogue {
  #picker;
  #families;
  /** @type {{ card: Card, node: HTMLElement }[]} */
  #cards = [];
  #refusal = "";

  /**
   * @param {LossPicker} picker
   * @param {Family[]} families
   */
  constructor(picker, families) {
    this.#picker = picker;
    this.#families = families;
    this.dialog = picker.dialog;
    this.dialog.innerHTML = HTML;
    this.search = /** @type {HTMLInputElement} */ (find(this.dialog, ".search"));
    this.list = find(this.dialog, ".families");
    this.search.addEventListener("input", () => this.filter());
    this.search.addEventListener("keydown", (event) => {
      const found = this.found();
      if (event.key === "Enter" && found.length === 1) this.toggle(found[0].card.id);
    });
    for (const name of [".close", ".done"])
      find(this.dialog, name).addEventListener("click", () => this.close());
    find(this.dialog, ".clear").addEventListener("click", () => {
      this.#refusal = "";
      picker.chooseOnly([]);
    });
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.close(); // beside it
    });
    picker.onChange = () => this.dialog.open && this.show();
  }

  /** @param {LossPicker} picker */
  static async load(picker) {
    const answer = await fetch(new URL(picker.data.catalogue, document.baseURI));
    return new Catalogue(picker, await answer.json());
  }

  open() {
    this.search.value = "";
    this.#refusal = "";
    this.draw();
    this.filter();
    this.dialog.showModal();
    opened = this.dialog;
    this.list.scrollTop = 0;
    this.fitFormulas();
    // on a phone the field would bring the keyboard up
    const typed = matchMedia("(pointer: fine)").matches;
    (typed ? this.search : find(this.dialog, "h2")).focus();
  }

  close() {
    this.dialog.close();
    opened = null;
  }

  /** The cards, with the visitor's own losses last. */
  draw() {
    const own = this.#picker.data.chips.flatMap(({ card }) => card ?? []);
    const families = [...this.#families];
    if (own.length)
      families.push({ name: "Your own", about: "The losses that you typed.", cards: own });
    this.#cards = [];
    this.list.replaceChildren(
      ...families.map((family) => {
        const section = elementOf(FAMILY);
        find(section, "h3").textContent = family.name;
        find(section, ".about").textContent = family.about;
        find(section, "ul").append(...family.cards.map((card) => this.nodeOf(card)));
        return section;
      }),
    );
  }

  /** @param {Card} card */
  nodeOf(card) {
    const { width, height, chips } = this.#picker.data;
    const chip = chips.find(({ id }) => id === card.id); // where it is shown, as its chart draws it
    const node = elementOf(CARD);
    const meaning = `lossviz-meaning-${this.#cards.length}`;
    const button = find(node, "button");
    node.style.setProperty("--color", chip?.color ?? card.color);
    find(node, ".curve").setAttribute("viewBox", `-2 -4 ${width + 4} ${height + 8}`);
    find(node, ".axes").setAttribute("d", `M0,0V${height}H${width}`);
    setAttributes(find(node, ".line"), {
      d: card.curve,
      "stroke-dasharray": chip?.dash ?? card.dash,
    });
    button.textContent = card.name;
    button.setAttribute("aria-describedby", meaning);
    button.addEventListener("click", () => this.toggle(card.id));
    find(node, ".formula").innerHTML = card.formula;
    find(node, ".meaning").textContent = card.meaning;
    find(node, ".meaning").id = meaning;
    find(node, ".source").textContent = card.source;
    this.#cards.push({ card, node });
    return node;
  }

  /** A formula that does not fit beside its curve goes below it; one too wide there fades out. */
  fitFormulas() {
    const overflows = (/** @type {Element} */ node) => node.scrollWidth > node.clientWidth;
    const wide = this.#cards.map(({ node }) => find(node, ".formula")).filter(overflows);
    for (const formula of wide) formula.classList.add("below");
    for (const formula of wide.filter(overflows)) formula.classList.add("cut");
  }

  /** @param {string} id */
  toggle(id) {
    this.#refusal = this.#picker.toggle(id);
    this.show();
  }

  found() {
    return this.#cards.filter(({ node }) => !node.hidden);
  }

  /** Only the cards stay whose words hold every word of the search. */
  filter() {
    const words = wordsOf(this.search.value);
    for (const { card, node } of this.#cards)
      node.hidden = !words.every((word) => card.words.includes(word));
    for (const section of this.list.children)
      section.hidden = !section.querySelector(".card:not([hidden])");
    this.show();
  }

  /** What is chosen, and how many are found. */
  show() {
    const { choice, data } = this.#picker;
    for (const { card, node } of this.#cards)
      find(node, "button").setAttribute("aria-pressed", String(choice.has(card.id)));
    const found = this.found().length;
    const searched = this.search.value.trim();
    const chosen = `${choice.size} chosen, at most ${data.most}`;
    const hits = searched ? `${found || "None"} found · ` : "";
    find(this.dialog, ".count").textContent = this.#refusal || `${hits}${chosen}`;
    find(this.dialog, ".clear").hidden = choice.size === 0;
  }
}
