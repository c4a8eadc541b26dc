// One learning rate for all losses, or each at its best: chosen, searched and shown here.

import { numberText } from "../../../shared/number_text.js";
import { find, setText } from "../../../shared/svg.js";
import { SEARCH_SEEDS } from "../../engine/rate_search.js";
import { settingsKey } from "../../state/settings_key.js";
import { Background, FAILED } from "../../worker/background.js";

/** @typedef {import("../../model.js").Model} Model */
/** @typedef {import("../../worker/background.js").BackgroundReport} BackgroundReport */

/**
 * The search for one loss.
 * @typedef {object} Search
 * @property {Background} background
 * @property {number} done Trainings that have ended.
 * @property {number} of All that are planned so far.
 * @property {number | null} rate The best, once it has ended.
 */

const MARKUP = `
  <fieldset>
    <legend>Learning rates</legend>
    <label><input type="radio" name="lossviz-rates" value="same"> the same for all losses</label>
    <label><input type="radio" name="lossviz-rates" value="best"> each loss at its best</label>
  </fieldset>
  <div class="search" hidden>
    <progress aria-label="Trainings of the search"></progress>
    <button type="button" class="cancel">Cancel</button>
  </div>
  <ul class="found"></ul>
  <p class="about" role="status"></p>
  <button type="button" class="again" hidden>Search again</button>
  <p class="announced visually-hidden" role="status"></p>`;

/** @type {(model: Model) => string} Of all that the best rates depend on. */
const keyOf = ({ state, losses }) => settingsKey(state, losses, ["rate", "rates"]);

/** @type {(steps: number) => string} */
const aboutSearch = (steps) =>
  `The lowest mean test error after ${steps.toLocaleString("en")} steps on ${SEARCH_SEEDS.length}` +
  " seeds that are not among those compared.";
const STALE = "Settings or losses have changed since these were searched.";

/** @type {(counts: number[]) => number} */
const sum = (counts) => counts.reduce((total, count) => total + count, 0);

export class Rates {
  /** @type {Search[]} One of each loss, side by side: none waits for another. */
  #searches = [];
  /** @type {number[]} The last rates that were seen. */
  #rates = [];
  /** What they are the best for: what was set when they were searched, or a link brought them. */
  #key = "";
  #failed = false;
  /** What stands in the list. */
  #listed = { losses: /** @type {unknown} */ (null), rates: /** @type {unknown} */ (null) };
  #model;
  #root;

  /**
   * @param {HTMLElement} root
   * @param {Model} model
   */
  constructor(root, model) {
    this.#root = root;
    this.#model = model;
    root.innerHTML = MARKUP;
    const search = () => this.#search();
    this.#field("same").addEventListener("change", () => this.#takeSame());
    this.#field("best").addEventListener("change", search);
    this.#part(".again").addEventListener("click", search);
    this.#part(".cancel").addEventListener("click", () => this.#cancel());
  }

  close() {
    this.#end();
  }

  /** @param {Model} model */
  draw(model) {
    const { rates, steps } = model.state;
    const busy = this.#isBusy;
    if (rates !== this.#rates) this.#key = keyOf(model);
    this.#rates = rates;
    const isStale = rates.length > 0 && this.#key !== keyOf(model);
    const isShown = rates.length > 0 && !busy;
    this.#field("same").checked = !busy && rates.length === 0;
    this.#field("best").checked = busy || rates.length > 0;
    this.#field("best").disabled = model.problem.train.labels.length === 0;
    this.#part(".search").hidden = !busy;
    const progress = /** @type {HTMLProgressElement} */ (this.#part("progress"));
    progress.max = sum(this.#searches.map(({ of }) => of)) || 1; // it takes no 0
    progress.value = sum(this.#searches.map(({ done }) => done));
    this.#part(".found").hidden = !isShown;
    this.#part(".about").hidden = !isShown && !this.#failed;
    this.#part(".again").hidden = !(isShown && isStale);
    const about = isStale ? STALE : aboutSearch(steps);
    setText(this.#part(".about"), this.#failed ? FAILED : about);
    this.#list(model);
  }

  /** @param {Model} model */
  #list({ losses, state: { rates } }) {
    if (losses === this.#listed.losses && rates === this.#listed.rates) return;
    this.#listed = { losses, rates };
    const items = losses.map(({ swatch, name }, slot) => {
      const item = document.createElement("li");
      item.innerHTML = swatch;
      item.append(`${name}: ${numberText(rates[slot])}`);
      return item;
    });
    this.#part(".found").replaceChildren(...items);
  }

  #takeSame() {
    this.#end();
    this.#take([]);
  }

  #search() {
    const { state, losses } = this.#model;
    const key = keyOf(this.#model);
    this.#end();
    this.#failed = false;
    this.#searches = losses.map((loss) => {
      const search = { background: new Background(), done: 0, of: 0, rate: null };
      search.background.start({ kind: "rate", state, loss }, (report) =>
        this.#receive(report, search, key),
      );
      return search;
    });
    this.#announce("Searching the learning rates.");
    this.draw(this.#model);
  }

  #cancel() {
    this.#end();
    this.#announce("The search is cancelled.");
    this.draw(this.#model);
    this.#checked.focus();
  }

  /** @type {(report: BackgroundReport, search: Search, key: string) => void} */
  #receive(report, search, key) {
    const hadFocus = document.activeElement === this.#part(".cancel");
    if (report.kind === "progress") {
      search.done = report.done;
      search.of = report.of;
    }
    if (report.kind === "rate") search.rate = report.rate;
    if (report.kind === "failed") {
      this.#end();
      this.#failed = true;
    }
    const rates = this.#searches.flatMap(({ rate }) => rate ?? []);
    if (rates.length && rates.length === this.#searches.length) this.#ended(rates, key);
    this.draw(this.#model);
    if (hadFocus && !this.#isBusy) this.#checked.focus();
  }

  /** @type {(rates: number[], key: string) => void} */
  #ended(rates, key) {
    this.#end();
    if (rates.length !== this.#model.losses.length) return; // there are other losses now
    this.#rates = rates;
    this.#key = key;
    this.#announce("Each loss has its best learning rate.");
    this.#take(rates);
  }

  #end() {
    for (const { background } of this.#searches) background.cancel();
    this.#searches = [];
  }

  get #isBusy() {
    return this.#searches.length > 0;
  }

  get #checked() {
    return this.#field(this.#model.state.rates.length ? "best" : "same");
  }

  /** @param {number[]} rates The run begins anew with them. */
  #take(rates) {
    this.#model.set({ rates });
    this.#model.reset();
  }

  /** @param {string} text */
  #announce(text) {
    setText(this.#part(".announced"), text);
  }

  /** @type {(value: string) => HTMLInputElement} */
  #field(value) {
    return /** @type {HTMLInputElement} */ (this.#part(`input[value="${value}"]`));
  }

  /** @type {(selector: string) => HTMLElement} */
  #part(selector) {
    return find(this.#root, selector);
  }
}
