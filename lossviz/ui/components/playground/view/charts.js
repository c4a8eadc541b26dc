// The charts beneath the maps: error and loss over steps, how certain the networks are, what wrong
// labels have of the gradient.

import { wrongCount } from "../engine/shares.js";
import { BINS, PANELS } from "./chart_panels.js";
import { History } from "./history.js";

/** @typedef {import("../../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("../model.js").Model} Model */
/** @typedef {import("./chart_panels.js").Charted} Charted */
/** @typedef {import("./chart_panels.js").Panel} Panel */

const REDRAW_MS = 150; // while it plays

/** @type {(p: ArrayLike<number>) => number[]} The share of the probabilities in each of BINS. */
const binned = (p) => {
  const counts = new Array(BINS).fill(0);
  for (let i = 0; i < p.length; i++) counts[Math.min(BINS - 1, Math.floor(p[i] * BINS))]++;
  return counts.map((count) => count / p.length);
};

/** One chart, with its title. */
class Chart {
  #panel;
  #svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  #size = { width: 0, height: 0 };

  /**
   * @param {Panel} panel
   * @param {() => void} resized
   */
  constructor(panel, resized) {
    this.#panel = panel;
    this.node = document.createElement("figure");
    this.node.className = `chart ${panel.name}`;
    this.node.innerHTML = `<h2>${panel.title}</h2>`;
    this.#svg.setAttribute("role", "img");
    this.node.append(this.#svg);
    new ResizeObserver(([{ contentRect }]) => {
      this.#size = { width: contentRect.width, height: contentRect.height };
      resized();
    }).observe(this.#svg);
  }

  /** @param {Charted} charted */
  draw(charted) {
    const { title, isShown, draw, say } = this.#panel;
    this.node.hidden = !isShown(charted);
    if (this.node.hidden || !this.#size.width) return;
    this.#svg.innerHTML = draw(charted, this.#size);
    const { networks } = charted.moments[charted.moments.length - 1];
    const said = charted.losses.map(
      ({ name }, slot) => `${name}: ${say(networks[slot], charted, slot)}`,
    );
    this.#svg.setAttribute("aria-label", `${title}. ${said.join("; ")}.`);
  }
}

export class Charts {
  #history = new History();
  #charts;
  #legend = document.createElement("ul");
  /** @type {Model | null} */
  #model = null;
  /** @type {unknown[]} What was drawn last. */
  #drawn = [];
  #drawnAt = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    const redraw = () => {
      this.#drawn = [];
      if (this.#model) this.#redraw(this.#model);
    };
    this.#charts = PANELS.map((panel) => new Chart(panel, redraw));
    this.#legend.className = "chart-legend";
    root.replaceChildren(this.#legend, ...this.#charts.map(({ node }) => node));
  }

  /** @param {Model} model */
  draw(model) {
    this.#model = model;
    const { frame, problem, losses, playing } = model;
    const isNew = frame !== this.#drawn[0];
    if (frame && isNew && frame.networks.length === losses.length)
      this.#history.add(frame, problem.train, losses);
    const now = performance.now();
    if (playing && now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#redraw(model);
  }

  /** @param {Model} model */
  #redraw({ frame, problem: { train }, losses }) {
    const shown = [frame, losses, train];
    const { moments } = this.#history;
    if (!frame || !moments.length || shown.every((one, place) => one === this.#drawn[place]))
      return;
    if (frame.networks.length !== losses.length) return;
    if (losses !== this.#drawn[1]) this.#drawLegend(losses);
    this.#drawn = shown;
    const charted = {
      losses,
      moments,
      bins: frame.networks.map((network) => binned(network.train.p)),
      wrongLabels: wrongCount(train) / train.labels.length,
    };
    for (const chart of this.#charts) chart.draw(charted);
  }

  /** @param {LossData[]} losses */
  #drawLegend(losses) {
    const names = losses.map(({ name, swatch }) => {
      const item = document.createElement("li");
      item.innerHTML = swatch;
      item.append(name);
      return item;
    });
    const key = document.createElement("li");
    key.className = "line-key";
    key.innerHTML = `<i class="thick"></i>test points <i class="thin"></i>training points`;
    this.#legend.replaceChildren(...names, key);
  }
}
