// The race of the losses: draws what the server has sent so far, asks for what is new, and replays
// the whole once it is over.

import {
  HIGHLIGHT,
  highlight,
  highlighted,
  lightElements,
  watchElements,
} from "../shared/highlight.js";
import { PLOT_OPTIONS, withTheme } from "../shared/plot_theme.js";
import { loadPlotly } from "../shared/plotly.js";
import { find } from "../shared/svg.js";
import { drawLegend } from "./legend.js";
import { Poller } from "./poller.js";
import { clock, Replay } from "./replay.js";
import { emptyRace, merge, recordedSpan, rowsUntil } from "./series.js";
import { lossOfTrace, runnersOf, tracesOf, waitingLayout } from "./traces.js";
import { captionOf, descriptionOf } from "./words.js";

/**
 * What component.py sends, beside the new rows.
 * @typedef {object} Words
 * @property {string} measure The quantity on the vertical axis.
 * @property {string} waiting Why nothing is drawn, where nothing is.
 * @property {string} caption What to know of this view; ends the caption.
 * @property {string} replay What to know of a replay.
 * @property {string} thinned The same where rows were left out.
 */

/**
 * @typedef {import("./series.js").Message & {
 *   comparison: string, running: boolean, ended: boolean, created_at: number, view: import("./traces.js").View,
 *   losses: import("./legend.js").LegendLoss[], layout: any, words: Words, arrive: boolean,
 * }} RaceMessage
 */

/**
 * @typedef {object} Component
 * @property {Element} parentElement
 * @property {{ message: string, label: string, plotly: string }} data
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

const DIMMED = "0.15";
// Where nothing hovers the bar would always lie over the chart.
const OPTIONS = {
  ...PLOT_OPTIONS,
  displayModeBar: matchMedia("(hover: none)").matches ? false : "hover",
};
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** @type {Map<string, import("./series.js").Race>} What is known of each comparison. */
const races = new Map();
/** @type {Map<string, number>} How often each comparison may still be brought into view. */
const arrivals = new Map();
const MOST_ARRIVALS = 6; // messages, of which one comes a second
const READER_MOVES = ["wheel", "touchmove", "keydown", "pointerdown"];

class RaceChart {
  #root;
  #plot;
  #replay;
  #poller;
  /** @type {RaceMessage | null} */
  #message = null;
  /** @type {Set<string>} */
  #hidden = new Set();
  /** @type {any} */
  #plotly = null;
  #drawing = false;
  #outdated = false;
  #asked = 0;

  /** @param {Element} root */
  constructor(root) {
    this.#root = root;
    this.#plot = find(root, ".plot");
    this.#replay = new Replay(root, () => this.#draw());
    this.#poller = new Poller(root);
    watchElements();
    document.addEventListener(HIGHLIGHT, this.#onHighlight);
  }

  /** @param {Component} component */
  update({ data, setTriggerValue }) {
    /** @type {RaceMessage} */
    const message = JSON.parse(data.message);
    if (this.#message?.comparison !== message.comparison) this.#hidden.clear();
    this.#message = message;
    const race = races.get(message.comparison) ?? emptyRace();
    races.set(message.comparison, race);
    const missing = merge(race, message);
    this.#plot.setAttribute("aria-label", data.label);
    this.#poller.answered(
      () => setTriggerValue("poll", { ...race.have, feed: race.feed, number: ++this.#asked }),
      { running: message.running, missing },
    );
    this.#offerReplay(race, message);
    loadPlotly(data.plotly).then((Plotly) => {
      this.#plotly = Plotly;
      this.#draw();
    });
    if (message.arrive) this.#arrive(message.comparison);
  }

  close() {
    this.#poller.stop();
    document.removeEventListener(HIGHLIGHT, this.#onHighlight);
  }

  /**
   * @param {import("./series.js").Race} race
   * @param {RaceMessage} message
   */
  #offerReplay(race, { ended, created_at, words }) {
    const span = ended ? recordedSpan(race) : null;
    const note = race.thinned ? `${words.replay} ${words.thinned}` : words.replay;
    this.#replay.offer(span && span[1] - created_at, note);
  }

  /**
   * Brings the race to the top of the window, where what grows above it moves it no more. The page
   * can be too short for that at first, so it is tried again until it is there or the reader moves.
   * @param {string} comparison
   */
  #arrive(comparison) {
    const left = arrivals.get(comparison) ?? MOST_ARRIVALS;
    const first = left === MOST_ARRIVALS;
    const there = this.#root.getBoundingClientRect().top < innerHeight / 4;
    arrivals.set(comparison, there && !first ? 0 : Math.max(0, left - 1));
    if (!left || (there && !first)) return;
    if (first) {
      const stay = () => arrivals.set(comparison, 0);
      for (const name of READER_MOVES) addEventListener(name, stay, { once: true, passive: true });
    }
    const behavior = reducedMotion.matches ? "auto" : "smooth";
    const race = find(this.#root, ".race");
    requestAnimationFrame(() => race.scrollIntoView({ block: "start", behavior }));
  }

  /** Draws once more at the end where something has changed meanwhile. */
  async #draw() {
    this.#outdated = true;
    if (this.#drawing || !this.#plotly) return;
    this.#drawing = true;
    try {
      while (this.#outdated) {
        this.#outdated = false;
        await this.#drawNow();
      }
    } finally {
      this.#drawing = false;
    }
  }

  async #drawNow() {
    const message = this.#message;
    const whole = message && races.get(message.comparison);
    if (!message || !whole) return;
    const time_s = this.#replay.time_s;
    const race = time_s === null ? whole : rowsUntil(whole, message.created_at + time_s);
    const runners = runnersOf(race, message.losses, message.view);
    const traces = tracesOf(runners, this.#hidden, message.view);
    this.#say(runners, message, time_s);
    const known = runners.some(({ seeds }) => seeds.length > 0);
    const layout = known ? message.layout : waitingLayout(message.layout, message.words.waiting);
    await this.#plotly.react(this.#plot, traces, withTheme(layout, this.#root), OPTIONS);
    this.#listen();
    this.#light();
    const points = runners.flatMap(({ seeds }) => seeds).map(({ line }) => line.x.length);
    this.#plot.dataset.points = String(points.reduce((sum, count) => sum + count, 0));
    this.#plot.dataset.draws = String(Number(this.#plot.dataset.draws ?? 0) + 1);
    this.#plot.dataset.comparison = message.comparison;
  }

  /**
   * @param {import("./traces.js").Runner[]} runners
   * @param {RaceMessage} message
   * @param {number | null} time_s
   */
  #say(runners, message, time_s) {
    const diverged = new Map(
      runners.map(({ loss, seeds }) => [
        loss.spec,
        seeds.filter(({ trial }) => trial.state === "diverged").length,
      ]),
    );
    drawLegend(find(this.#root, ".race-legend"), message.losses, this.#hidden, diverged, (spec) =>
      this.#toggle(spec),
    );
    const moment = find(this.#root, ".race-moment");
    moment.hidden = time_s === null;
    moment.textContent = time_s === null ? "" : `Replay: ${clock(time_s)} after the launch.`;
    const caption = [captionOf(runners), message.words.caption].filter(Boolean).join(" ");
    find(this.#root, ".race-caption").textContent = caption;
    find(this.#root, ".race-description").textContent = descriptionOf(
      runners,
      message.words.measure,
      message.view,
    );
  }

  /** @param {string} spec */
  #toggle(spec) {
    if (!this.#hidden.delete(spec)) this.#hidden.add(spec);
    this.#draw();
  }

  #listen() {
    const plot = /** @type {any} */ (this.#plot);
    if (plot.dataset.listens) return;
    plot.dataset.listens = "yes";
    plot.on("plotly_hover", (/** @type {any} */ { points }) =>
      highlight(lossOfTrace(points[0].data.uid, this.#message?.losses ?? [])),
    );
    plot.on("plotly_unhover", () => highlight(null));
  }

  #onHighlight = () => {
    if (this.#root.isConnected) this.#light();
    else this.close(); // another chart has taken its place
  };

  /** Let the lines of the loss that the reader points at stand out. */
  #light() {
    const pointedAt = highlighted();
    const losses = this.#message?.losses ?? [];
    const known = losses.some(({ spec }) => spec === pointedAt);
    for (const line of this.#plot.querySelectorAll(".scatterlayer .trace")) {
      const uid = /\btrace(loss\d+\w+)/.exec(line.getAttribute("class") ?? "")?.[1] ?? "";
      const dim = known && lossOfTrace(uid, losses) !== pointedAt;
      /** @type {SVGElement} */ (line).style.opacity = dim ? DIMMED : "";
    }
    lightElements();
  }
}

/** @type {WeakMap<Element, RaceChart>} */
const charts = new WeakMap();

/** @param {Component} component */
export default function (component) {
  const root = component.parentElement;
  const chart = charts.get(root) ?? new RaceChart(root);
  charts.set(root, chart);
  chart.update(component);
}
