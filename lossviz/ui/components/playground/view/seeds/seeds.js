// The same training over many seeds: begun, watched and ended here; then the verdict in Python's words.

import { find, setText } from "../../../shared/svg.js";
import { drawsOf, JUDGED_SEEDS } from "../../engine/seeds.js";
import { specOf } from "../../state/loss_specs.js";
import { PROPERTIES } from "../../state/properties.js";
import { settingsKey } from "../../state/settings_key.js";
import { VerdictRequest } from "../../state/verdict_request.js";
import { Background, FAILED } from "../../worker/background.js";
import { checkedField } from "../checked_field.js";
import { axisOf, meanOf, percent, scaleLine, strip } from "./seeds_strip.js";

/** @typedef {import("../../state/offer.js").OfferedLoss} OfferedLoss */
/** @typedef {import("../../engine/seeds.js").Outcome} Outcome */
/** @typedef {import("../../model.js").Model} Model */
/** @typedef {import("../../state/properties.js").PlaygroundState} PlaygroundState */
/** @typedef {import("../../state/verdict_request.js").Report} Report */
/** @typedef {import("../../worker/background.js").BackgroundReport} BackgroundReport */

/**
 * What was fixed before the first training.
 * @typedef {object} SeedsPlan
 * @property {PlaygroundState} state
 * @property {OfferedLoss[]} losses
 * @property {number} testPoints
 * @property {number} trainingPoints
 * @property {string} key Of the settings.
 */

const COUNT = JUDGED_SEEDS.length;
const MARKUP = `
  <h2>Over ${COUNT} seeds</h2>
  <p class="what"></p>
  <div class="controls">
    <span class="steps"></span>
    <button type="button" class="start">Over ${COUNT} seeds</button>
    <button type="button" class="cancel" hidden>Cancel</button>
    <progress max="${COUNT}" aria-label="Seeds that have ended" hidden></progress>
    <span class="count" hidden></span>
  </div>
  <p class="announced visually-hidden" role="status"></p>
  <p class="stale" hidden>Settings or losses have changed since: these are the results of those before.</p>
  <div class="results"></div>
  <p class="alone" hidden>There is only one loss, so there is nothing to compare it with.</p>
  <p class="server" role="status" hidden></p>
  <div class="verdict"></div>`;

const WHAT =
  "Trains again and again in the background, each time with another seed: what one run shows may be" +
  " chance.";
/** @type {Record<string, string>} By what drawsOf says. */
const EACH_SEED = {
  points: "Each seed has points, initial weights and batches of its own",
  images: "Each seed has a split of the images, initial weights and batches of its own",
  "test points":
    "The points that you drew stay; each seed has test points, initial weights and batches of its own",
};

const NO_SERVER =
  "The verdict's words come from the server, which doesn't answer. They follow as soon as it does;" +
  " everything else works without it.";

/** @type {(count: number) => string} */
const seedsText = (count) => `${count} of ${COUNT} seeds`;

export class Seeds {
  /** @type {SeedsPlan | null} */
  #plan = null;
  /** @type {[number, Outcome[]][]} */
  #outcomes = [];
  #background = new Background();
  #request;
  #root;
  #model;
  #failed = false;
  #drawnHtml = "";
  /** @type {unknown} What the results were last drawn of. */
  #drawn = null;

  /**
   * @param {HTMLElement} root
   * @param {Model} model
   */
  constructor(root, model) {
    this.#root = root;
    this.#model = model;
    this.#request = new VerdictRequest(() => this.draw(model));
    root.innerHTML = MARKUP;
    this.steps = checkedField("Steps of each training", PROPERTIES.steps, (steps) =>
      model.set({ steps }),
    );
    this.#part(".steps").append(this.steps.node);
    this.#part(".start").addEventListener("click", () => this.#start());
    this.#part(".cancel").addEventListener("click", () => this.#cancel());
    this.#part(".results").addEventListener("pointerover", ({ target }) =>
      this.#light(/** @type {Element} */ (target).closest("[data-seed]")),
    );
  }

  /** @type {(answer: string, send: (report: Report) => void) => void} See VerdictRequest. */
  receive(answer, send) {
    this.#request.receive(answer, send);
  }

  close() {
    this.#background.cancel();
    this.#request.forget();
  }

  /** @param {Model} model */
  draw({ state, losses, problem }) {
    const busy = this.#background.isBusy;
    const ended = this.#outcomes.length;
    this.steps.show(state.steps);
    setText(this.#part(".what"), `${WHAT} ${EACH_SEED[drawsOf(state)]}, the same for all losses.`);
    const start = /** @type {HTMLButtonElement} */ (this.#part(".start"));
    start.disabled = busy || losses.length === 0 || problem.train.labels.length === 0;
    this.#part(".cancel").hidden = !busy;
    const progress = /** @type {HTMLProgressElement} */ (this.#part("progress"));
    progress.hidden = !busy;
    progress.value = ended;
    this.#part(".count").hidden = !busy;
    setText(this.#part(".count"), seedsText(ended));
    this.#part(".stale").hidden = !this.#plan || this.#plan.key === settingsKey(state, losses);
    this.#part(".alone").hidden = busy || !ended || this.#plan?.losses.length !== 1;
    this.#drawResults();
    this.#drawVerdict();
  }

  #start() {
    const { state, losses, problem } = this.#model;
    this.#plan = {
      state,
      losses,
      testPoints: problem.test.labels.length,
      trainingPoints: problem.train.labels.length,
      key: settingsKey(state, losses),
    };
    this.#outcomes = [];
    this.#failed = false;
    this.#request.forget();
    const seeds = JUDGED_SEEDS;
    this.#background.start({ kind: "seeds", state, losses, seeds }, (report) =>
      this.#receiveReport(report),
    );
    this.#announce(`Training over ${COUNT} seeds.`);
    this.draw(this.#model);
    this.#part(".cancel").focus(); // the other button cannot be pressed now
  }

  #cancel() {
    this.#background.cancel();
    this.#announce(`Cancelled after ${seedsText(this.#outcomes.length)}.`);
    this.#ask();
    this.#draw();
  }

  /** @param {BackgroundReport} report */
  #receiveReport(report) {
    if (report.kind === "seed") this.#outcomes.push([report.seed, report.outcomes]);
    if (report.kind === "failed") this.#failed = true;
    if (report.kind === "end") {
      this.#announce(`All ${COUNT} seeds have ended.`);
      this.#ask();
    }
    this.#draw();
  }

  /** Draws, and keeps the focus where the button that had it is no longer there. */
  #draw() {
    const hadFocus = document.activeElement === this.#part(".cancel");
    this.draw(this.#model);
    if (hadFocus && !this.#background.isBusy) this.#part(".start").focus();
  }

  /** Asks for the verdict, of what has ended. */
  #ask() {
    const plan = this.#plan;
    if (!plan || plan.losses.length < 2 || !this.#outcomes.length) return;
    const { state, losses, testPoints, trainingPoints } = plan;
    this.#request.ask({
      losses: losses.map(specOf),
      seeds: JUDGED_SEEDS,
      steps: state.steps,
      test_points: testPoints,
      training_points: trainingPoints,
      draws: drawsOf(state),
      by_hand: state.drawn !== "" || state.moved !== "",
      best_rates: state.rates.length > 0,
      wrong: this.#outcomes.map(([, outcomes]) =>
        outcomes.map(({ error, diverged }) => (diverged ? null : Math.round(error * testPoints))),
      ),
    });
  }

  #drawResults() {
    const plan = this.#plan;
    const count = this.#outcomes.length;
    if (!plan || this.#drawn === `${plan.key} ${count}`) return;
    this.#drawn = `${plan.key} ${count}`;
    const box = this.#part(".results");
    box.replaceChildren();
    const errors = this.#outcomes.flatMap(([, outcomes]) =>
      outcomes.filter(({ diverged }) => !diverged).map(({ error }) => error),
    );
    if (!count) return;
    const axis = axisOf(errors.length ? errors : [0, 1]);
    plan.losses.forEach((loss, slot) => box.append(this.#row(loss, slot, axis)));
    const scale = document.createElement("div");
    scale.className = "scale";
    scale.append(scaleLine(axis));
    const title = document.createElement("p");
    title.textContent = `test error after ${plan.state.steps.toLocaleString("en")} steps`;
    scale.append(title);
    box.append(scale);
  }

  /** @type {(loss: OfferedLoss, slot: number, axis: import("./seeds_strip.js").Axis) => HTMLElement} */
  #row(loss, slot, axis) {
    /** @type {[number, Outcome][]} */
    const own = this.#outcomes.map(([seed, outcomes]) => [seed, outcomes[slot]]);
    const errors = own.filter(([, one]) => !one.diverged).map(([, { error }]) => error);
    const diverged = own.length - errors.length;
    const mean = errors.length ? `mean ${percent(meanOf(errors))}` : "";
    const stops = diverged ? `${diverged} of ${own.length} diverged` : "";
    const row = document.createElement("div");
    row.className = "row";
    const name = document.createElement("p");
    name.className = "name";
    name.innerHTML = loss.swatch;
    name.append(loss.name);
    const numbers = document.createElement("p");
    numbers.className = "numbers";
    numbers.textContent = [mean, stops].filter(Boolean).join(", ");
    const label = errors.length
      ? `${loss.name}: test errors of ${errors.length} seeds from ${percent(Math.min(...errors))} to` +
        ` ${percent(Math.max(...errors))}`
      : `${loss.name}: no seed ended with a test error`;
    row.append(name, strip(own, axis, { slot, color: loss.color, label }), numbers);
    return row;
  }

  #drawVerdict() {
    const { html, problem, waits, isLate } = this.#request;
    const wait = isLate ? NO_SERVER : "The verdict is being written.";
    const text = waits ? wait : problem || (this.#failed ? FAILED : "");
    this.#part(".server").hidden = text === "";
    setText(this.#part(".server"), text);
    if (html === this.#drawnHtml) return;
    this.#drawnHtml = html;
    this.#part(".verdict").innerHTML = html;
  }

  /** Shows which dots of the other losses are of the same seed. @param {Element | null} dot */
  #light(dot) {
    const seed = dot?.getAttribute("data-seed");
    for (const other of this.#root.querySelectorAll("[data-seed]"))
      other.classList.toggle("lit", other.getAttribute("data-seed") === seed);
  }

  /** @param {string} text */
  #announce(text) {
    setText(this.#part(".announced"), text);
  }

  /** @type {(selector: string) => HTMLElement} */
  #part(selector) {
    return find(this.#root, selector);
  }
}
