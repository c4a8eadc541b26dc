// Keeps three in step: the playground, which is right once it is open; the page's address; and what
// Python's session knows, for the links to other pages.

import { withLosses, withPlay } from "./address.js";
import { readState, writeState } from "./codec.js";
import { stepsOfLink } from "./link.js";
import { specOf } from "./loss_specs.js";
import { MOST_LOSSES } from "./properties.js";

/** @typedef {import("../model.js").Model} Model */
/** @typedef {import("./offer.js").OfferedLoss} OfferedLoss */
/** @typedef {(set: { number: number, losses: string[], play: string }) => void} Report */

// Of the changes in between only the last is written and reported; browsers refuse an address that
// changes a hundred times in ten seconds.
const STILL_MS = 300;
const PATIENCE_MS = 3000; // what is not answered is reported again: the server may have been away

/** @type {(losses: OfferedLoss[], play: string) => string} */
const textOf = (losses, play) => JSON.stringify([losses.map(specOf), play]);

export class SessionLink {
  #model;
  /** @type {Report} */
  #report = () => {};
  /** What Python may send that is this page's own work, the address from which it began included. */
  #known = new Set();
  /** @type {OfferedLoss[]} The visitor's losses that have no network here. */
  #further = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** What Python made of the last report. */
  #answer = "";
  /** The number of the report that waits for its answer, or 0. */
  #unanswered = 0;
  #number = Date.now(); // Python may still know of a page of before
  #steps = 0;
  #page = location.pathname;
  /** @type {unknown[]} */
  #seen = [];

  /** @param {Model} model */
  constructor(model) {
    this.#model = model;
  }

  /**
   * Python sends its session. Where something else than this page has changed it (a link, the
   * browser's Back), the playground takes it over; else Python only answers what it was told, and
   * what it cannot read of that changes nothing here.
   * @type {(sent: { choice: string, play: string, followed: number }, report: Report) => void}
   *   `followed` is the number of the last report that it has read.
   */
  receive({ choice, play, followed }, report) {
    this.#report = report;
    const { chosen, own } = JSON.parse(choice);
    for (const loss of own) this.#model.offer.keep(loss);
    const sent = textOf(chosen, play);
    if (this.#unanswered && this.#unanswered === followed) {
      this.#unanswered = 0;
      clearTimeout(this.#retry);
      this.#answer = sent;
      this.#known.add(sent);
    } else if (!this.#known.has(sent)) this.#takeOver(chosen, play);
    // a server that has forgotten
    else if (sent !== this.#answer && !this.#unanswered) this.#plan();
  }

  /** A view, which sees every change. @param {Model} model */
  draw(model) {
    // while it trains the steps are not followed: the address would never be still
    if (!model.playing || model.altered) this.#steps = stepsOfLink(model);
    const now = [model.state, model.losses, this.#steps];
    if (now.every((value, i) => value === this.#seen[i])) return;
    this.#seen = now;
    this.#plan();
  }

  close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
  }

  /** @type {(chosen: OfferedLoss[], play: string) => void} */
  #takeOver(chosen, play) {
    const model = this.#model;
    const { state, problems } = readState(play);
    this.#answer = textOf(chosen, play);
    this.#known = new Set([this.#answer]);
    this.#unanswered = 0;
    clearTimeout(this.#retry);
    this.#further = chosen.slice(MOST_LOSSES);
    model.open(state, model.offer.styled(chosen.slice(0, MOST_LOSSES)), problems);
    this.#steps = stepsOfLink(model);
    this.#seen = [model.state, model.losses, this.#steps];
    clearTimeout(this.#timer);
  }

  #plan() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#follow(), STILL_MS);
  }

  #follow() {
    if (location.pathname !== this.#page) return; // another page has been opened
    const losses = this.#allLosses();
    const play = writeState({ ...this.#model.state, at: this.#steps });
    this.#known.add(textOf(losses, play));
    const specs = losses.map(specOf);
    const search = withPlay(withLosses(location.search, specs, this.#model.offer.start), play);
    // what is changed here is no step of the browser's Back
    history.replaceState(history.state, "", `${location.pathname}${search}${location.hash}`);
    this.#unanswered = ++this.#number;
    this.#tell({ number: this.#number, losses: specs, play });
  }

  /** @param {Parameters<Report>[0]} set */
  #tell(set) {
    this.#report(set);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#tell(set), PATIENCE_MS);
  }

  /** With those that have no network here, as many as an address can name. */
  #allLosses() {
    const { losses, offer } = this.#model;
    const further = this.#further.filter(({ id }) => losses.every((loss) => loss.id !== id));
    return [...losses, ...further].slice(0, offer.most);
  }
}
